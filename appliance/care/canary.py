"""Asks the box what a client asks, with a key that is made for this alone and deleted whatever comes of it."""

import http.client
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from appliance import jobs
from appliance.asking import Patience, opened
from appliance.errors import ApplianceError
from appliance.installing import running, settings
from appliance.installing.places import CURRENT
from appliance.reaching import connection_to
from appliance.upload import Site

PREDICTION_TIMEOUT_S: Final = 30.0
KEY_KNOWN_WITHIN_S: Final = 5.0
"""A new key opens the gateways' doors within a second; a busy machine is given more."""

JOB_PATIENCE: Final = Patience(whole_s=60.0)
POLL_S: Final = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Canary:
    """What one prediction is asked with: a key for this alone, an endpoint, and an example row of its model."""

    key_id: int
    key: str
    endpoint: str
    row: Mapping[str, Any]


def make(release: Path = CURRENT) -> Canary | None:
    """Return a new canary; None where no model is deployed. Raise CommandFailed or ValueError where it cannot be."""
    found = json.loads(running.manage("make_canary", release=release))
    return Canary(**found) if found else None


def end(canary: Canary) -> None:
    """Delete the key of a canary."""
    running.manage("end_canary", str(canary.key_id))


@contextmanager
def made() -> Iterator[Canary | None]:
    """Yield a canary, which ends whatever comes of it. Raise as `make`."""
    canary = make()
    try:
        yield canary
    finally:
        if canary is not None:
            end(canary)


def predict(host: str, canary: Canary) -> tuple[int, str]:
    """Return the status and the body of the answer, 0 and why where there is none."""
    deadline_s = time.monotonic() + KEY_KNOWN_WITHIN_S
    while (answer := _ask(host, canary))[0] == http.client.UNAUTHORIZED and time.monotonic() < deadline_s:
        time.sleep(POLL_S)
    return answer


def predictions_in(body: str) -> list[Any]:
    """Return the predictions in an answer; none where it is something else."""
    try:
        found = json.loads(body)
    except ValueError:
        return []
    return list(found.get("predictions") or []) if isinstance(found, dict) else []


def run_job(host: str, canary: Canary) -> list[dict[str, Any]]:
    """Return the rows of a job of one row: sent, answered, fetched, deleted. Raise ApplianceError when it fails."""
    site = Site(url=settings.address_of(host), key=canary.key)
    with tempfile.TemporaryDirectory(prefix="bastide-canary-") as directory:
        path, result = Path(directory, "row.jsonl"), Path(directory, "answered.jsonl")
        path.write_text(json.dumps(dict(canary.row)) + "\n")
        job_id = jobs.begin(site, jobs.Order(path=path, endpoint=canary.endpoint, fields={}), _unseen, JOB_PATIENCE)
        try:
            jobs.require_success(jobs.wait(site, job_id, _unseen, JOB_PATIENCE))
            jobs.fetch(site, job_id, "result", str(result), BytesIO())
            rows = [json.loads(line) for line in result.read_text().splitlines()]
        finally:
            with opened(site, "DELETE", f"{jobs.JOBS}/{job_id}", {}):
                pass  # 204: there is nothing to read
    if len(rows) != 1:
        message = f"A job of one row came back with {len(rows)}."
        raise ApplianceError(message, "sudo bastide logs batch control tells more")
    return rows


def _unseen(*_: object) -> None:
    """Let nobody see how far it is: one row takes a moment."""


def _ask(host: str, canary: Canary) -> tuple[int, str]:
    connection = connection_to(settings.address_of(host), PREDICTION_TIMEOUT_S)
    headers = {"Authorization": f"Bearer {canary.key}", "Content-Type": "application/json"}
    path = f"/api/v1/endpoints/{canary.endpoint}/predict"
    try:
        connection.request("POST", path, body=json.dumps({"rows": [dict(canary.row)]}), headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, f"no answer ({error})"
    finally:
        connection.close()
