"""Webhooks: which addresses may be told of the end of a job, and how they are told.

Whoever sends requests from inside the building at a stranger's wish must be told by an administrator where to.
"""

from collections.abc import Collection
from contextlib import closing
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from webapp.egress.going_out import http_connection
from webapp.jobs.describing import SHOWN_AS
from webapp.jobs.errors import JobChoiceError
from webapp.jobs.models import BatchJob, Status

FIELD: Final = "webhook"
SETTING: Final = "BASTIDE_WEBHOOK_HOSTS"
LENGTH_MAX: Final = 200
TIMEOUT_S: Final = 5.0
EVENT: Final = "job.ended"
PORTS: Final = {"http": 80, "https": 443}


class WebhookError(Exception):
    """Whoever was told did not take it."""


def require_allowed(url: str, hosts: Collection[str]) -> None:
    """Raise JobChoiceError unless this address may be told."""
    address = _address(url)
    if address is None:
        problem = f"'{url[:80]}' is not an address such as https://host/path, without a password, of ASCII characters."
        raise JobChoiceError(FIELD, problem)
    if not _is_listed(address, hosts):
        problem = f"'{address.netloc}' may not be told: an administrator allows hosts with {SETTING}."
        raise JobChoiceError(FIELD, problem)


def is_allowed(url: str, hosts: Collection[str]) -> bool:
    """Return whether this address may be told."""
    address = _address(url)
    return address is not None and _is_listed(address, hosts)


def payload(job: BatchJob, public_url: str) -> bytes:
    """Return what is told of a job."""
    told: dict[str, Any] = {
        "id": job.job_id,
        "status": SHOWN_AS.get(Status(job.status), job.status),
        "url": f"{public_url}/api/v1/jobs/{job.job_id}",
        "endpoint": job.endpoint.name,
        "file": job.file_name,
        "rows_total": job.rows_total,
        "rows_failed": job.rows_invalid + job.rows_failed,
        "reason": None if job.reason is None else str(job.reason),
    }
    return msgspec.json.encode(told)


def post(url: str, body: bytes) -> None:
    """Tell an address. Raise WebhookError, OSError or HTTPException if it did not take it.

    A redirect is not followed: it would lead to a host that nobody allowed.
    """
    address = urlsplit(url)
    headers = {"Content-Type": "application/json", "X-Bastide-Event": EVENT, "User-Agent": "Bastide"}
    path = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    with closing(http_connection(address.scheme, address.hostname or "", address.port, TIMEOUT_S)) as connection:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        message = f"answered with status {status}"
        raise WebhookError(message)


def _address(url: str) -> SplitResult | None:
    try:
        address = urlsplit(url)
        is_meant = (
            address.scheme in PORTS and bool(address.hostname) and address.port != 0 and "@" not in address.netloc
        )
    except ValueError:
        return None
    is_plain = url.isascii() and url.isprintable() and " " not in url and "@" not in address.netloc
    is_plain = is_plain and len(url) <= LENGTH_MAX
    return address if is_meant and is_plain else None


def _is_listed(address: SplitResult, hosts: Collection[str]) -> bool:
    """Return whether the host is allowed: one that is listed without a port, at the usual ports only."""
    port = address.port or PORTS[address.scheme]
    allowed = {_host_and_port(host) for host in hosts}
    return (address.hostname, port) in allowed or ((address.hostname, None) in allowed and port in PORTS.values())


def _host_and_port(text: str) -> tuple[str | None, int | None]:
    address = urlsplit(f"//{text}")
    return address.hostname, address.port
