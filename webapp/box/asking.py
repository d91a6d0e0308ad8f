"""One prediction of the box by itself, by the way of every client but the front, and what came of it for `doctor`."""

import http.client
import json
import socket
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from webapp.box import canary

TIMEOUT_S: Final = 30.0
KNOWN_WITHIN_S: Final = 5.0
"""A new key opens the gateways' doors within a second; a busy machine is given more."""

POLL_S: Final = 0.2
SAID_MAX: Final = 500


def ask(site: Path, now: datetime) -> dict[str, Any]:
    """Ask for one prediction at the socket of the site, keep what came of it in `canary.json`, and return that.

    `endpoint` is empty where no model is deployed, `status` 0 where the site did not answer; `said` is why.
    """
    made = canary.make(now)
    kept = {"at_s": now.timestamp(), "endpoint": "", "status": 0, "predictions": 0, "said": ""}
    if made:
        try:
            status, said = _answer(site, made)
        finally:
            canary.end(made["key_id"])
        predictions = _predictions_in(said) if status == http.client.OK else 0
        kept |= {"endpoint": made["endpoint"], "status": status, "predictions": predictions, "said": said[:SAID_MAX]}
    _keep(settings.CANARY_FILE, json.dumps(kept))
    return kept


def _answer(site: Path, made: Mapping[str, Any]) -> tuple[int, str]:
    deadline_s = time.monotonic() + KNOWN_WITHIN_S
    while (found := _asked(site, made))[0] == http.client.UNAUTHORIZED and time.monotonic() < deadline_s:
        time.sleep(POLL_S)
    return found


def _asked(site: Path, made: Mapping[str, Any]) -> tuple[int, str]:
    """Return the status and the body of an answer; 0 and why where there is none."""
    headers = {
        "Authorization": f"Bearer {made['key']}",
        "Content-Type": "application/json",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "127.0.0.1",
    }
    connection = http.client.HTTPConnection(urlsplit(settings.PUBLIC_URL).hostname or "localhost", timeout=TIMEOUT_S)
    try:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(TIMEOUT_S)
        connection.sock.connect(str(site))
        body = json.dumps({"rows": [made["row"]]})
        connection.request("POST", f"/api/v1/endpoints/{made['endpoint']}/predict", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error) or type(error).__name__
    finally:
        connection.close()


def _predictions_in(body: str) -> int:
    try:
        found = json.loads(body)
    except ValueError:
        return 0
    return len(found.get("predictions") or ()) if isinstance(found, dict) else 0


def _keep(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.chmod(0o640)
    draft.replace(path)
