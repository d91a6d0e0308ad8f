"""The gunicorn worker that runs the site: uvicorn with the fast loop and parser, the latter within bounds."""

from typing import Any, ClassVar

from uvicorn_worker import UvicornWorker

from webapp import env


class Worker(UvicornWorker):  # type: ignore[misc]  # uvicorn-worker is untyped
    """One web process."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "uvloop",
        "http": "webapp.http_protocol:BoundedHttpToolsProtocol",
        "lifespan": "on",
        "ws": "none",
        "timeout_notify": 1,  # gunicorn, which takes a process for dead after some seconds, hears of it each second
        "server_header": False,
        "access_log": False,
        "proxy_headers": env.read().is_behind_proxy,
    }
