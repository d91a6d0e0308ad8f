"""How gunicorn serves the site and the gateway."""

from pathlib import Path

from webapp import env
from worker.contract import service_manager

_environment = env.read()
chdir = str(Path.cwd())  # the release itself: by $PWD gunicorn would take the link to it, which an upgrade moves
bind = f"{_environment.host}:{_environment.port}"
workers = _environment.web_processes
worker_class = "webapp.server.Worker"
worker_tmp_dir = "/dev/shm"  # noqa: S108  # gunicorn's heartbeat file; on a disk its fsync could stall a worker
preload_app = True  # a broken release fails at the start, and the processes share their memory
keepalive = 75
# The loop signs each second (webapp/server.py), however long a request lasts.
timeout = 10
graceful_timeout = 15
accesslog = None  # the online path is measured by /metrics; a line a request would cost more than the routing
control_socket_disable = True
forwarded_allow_ips = "*" if _environment.is_behind_proxy else ""  # the proxy in front says who asks


def when_ready(_server: object) -> None:
    """Clear away what was being uploaded when the site was killed: no process serves yet. Resumable uploads stay."""
    from django.db import connections  # noqa: PLC0415  # Django is set up by now, and not before
    from django.utils import timezone  # noqa: PLC0415  # as above

    from webapp.registry import uploading  # noqa: PLC0415  # as above
    from webapp.uploading.under_way import clear_expired  # noqa: PLC0415  # as above

    uploading.clear()
    clear_expired(timezone.now())
    connections.close_all()  # the processes that are forked now must not share one
    service_manager.tell_ready()
