"""Whether the box answers: its sockets, `/readyz` by TLS under its own name, and one prediction as a client asks it."""

import http.client
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from appliance import environment, readiness
from appliance.care import canary
from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import CommandFailed
from appliance.installing import probing
from appliance.installing.queue import SOCKET as QUEUE
from appliance.reaching import HERE, here
from appliance.relaying import NoWayOut

SITE: Final = Path("/run/bastide/web.sock")
READY: Final = "/readyz"
PORTS: Final = (80, 443)
CONNECT_TIMEOUT_S: Final = 2.0
KEPT: Final = "canary.json"
KEPT_BYTES_MAX: Final = 10_000
KEPT_FOR: Final = timedelta(hours=2)
"""It is asked before each hourly look."""


def check_sockets() -> Check:
    """Return the check for whatever the box listens at."""
    silent = [str(path) for path in (SITE, QUEUE) if not readiness.socket_answers(path)]
    try:
        silent += [f"{HERE}:{port}" for port in PORTS if not _port_answers(port)]
    except NoWayOut:  # what is behind it is not known: its own silence is
        silent.append(str(environment.relay()))
    return judge_sockets(silent)


def judge_sockets(silent: list[str]) -> Check:
    """Return the check for the sockets at which nobody answers."""
    return Check(
        id="sockets",
        title=Words("Sockets"),
        measured=Words("nobody answers at {places}", places=", ".join(silent)) if silent else Words("all answer"),
        needed=Words("all answer"),
        status=Status.FAILED if silent else Status.PASSED,
        hint=Words("sudo systemctl start bastide.target; sudo bastide status tells what does not come up")
        if silent
        else NOTHING,
    )


def check_readiness(host: str) -> Check:
    """Return the check for what the box says of itself when it is asked as a client asks."""
    try:
        return judge_readiness(host, *probing.ask(host, READY))
    except NoWayOut as error:
        return judge_readiness_of_the_site(host, error.why, *probing.ask_at(SITE, host, READY))


def judge_readiness_of_the_site(host: str, why: str, status: int, body: str) -> Check:
    """Return the check for what the site itself answers where the relay does not take anybody to the front, and why."""
    if status != http.client.OK:
        return judge_readiness(host, status, body)
    measured = Words(
        "the site does; its front was not asked, since the way out does not answer: {problem}", problem=why
    )
    return _readiness(host, measured, Status.WARNING, Words("see why: sudo bastide logs egress"))


def judge_readiness(host: str, status: int, body: str) -> Check:
    """Return the check for an answer of `/readyz`, for which database, Redis and an inference worker answered."""
    if status == http.client.OK:
        return _readiness(host, Words("everything behind it answers"), Status.PASSED)
    silent = _silent(body)
    if silent:
        hint = Words("see why: sudo bastide logs {names}", names=" ".join(_UNIT_OF.get(each, "web") for each in silent))
        return _readiness(host, Words("does not answer: {parts}", parts=", ".join(silent)), Status.FAILED, hint)
    if status:
        measured = Words("answers with status {status}", status=status)
        return _readiness(host, measured, Status.FAILED, Words("see why: sudo bastide logs nginx web"))
    problem = Words("{problem}", problem=body.strip()[:200])
    return _readiness(host, problem, Status.FAILED, Words("see why: sudo bastide status, then sudo bastide logs nginx"))


def check_prediction(host: str, *, is_ready: bool) -> Check:
    """Return the check for one prediction. Its key is made for this alone and deleted whatever comes of it."""
    if not is_ready:
        return _prediction(Words("not asked: the box is not ready"), Status.SKIPPED)
    try:
        with canary.made() as asker:
            if asker is None:
                return _prediction(Words("no model is deployed"), Status.SKIPPED)
            return judge_prediction(asker.endpoint, *canary.predict(host, asker))
    except (CommandFailed, ValueError) as error:
        problem = error.message.splitlines()[-1] if isinstance(error, CommandFailed) else str(error)
        hint = Words("see why: sudo bastide logs web redis")
        return _prediction(Words("no key could be made: {problem}", problem=problem[:200]), Status.FAILED, hint)


def check_kept_prediction(data_dir: Path, now: datetime) -> Check:
    """Return the check for the prediction that the site asked itself lately, since only it may make a key for one."""
    try:
        with (data_dir / KEPT).open("rb") as file:
            kept = json.loads(file.read(KEPT_BYTES_MAX))
        at, endpoint = datetime.fromtimestamp(float(kept["at_s"]), UTC), str(kept["endpoint"])
        status, predictions, said = int(kept["status"]), int(kept["predictions"]), str(kept["said"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return _prediction(Words("none was asked yet"), Status.SKIPPED)
    if now - at > KEPT_FOR:
        hint = Words("see why: sudo bastide logs canary")
        return _prediction(Words("none was asked for {hours} h", hours=_hours(now - at)), Status.WARNING, hint)
    if not endpoint:
        return _prediction(Words("no model is deployed"), Status.SKIPPED)
    if status == http.client.OK and predictions:
        return _prediction(Words("endpoint {endpoint} answers", endpoint=endpoint), Status.PASSED)
    return judge_prediction(endpoint, status, said)


def _hours(since: timedelta) -> int:
    return int(since.total_seconds() // 3600)


def judge_prediction(endpoint: str, status: int, body: str) -> Check:
    """Return the check for the answer to one row."""
    if status == http.client.OK and canary.predictions_in(body):
        return _prediction(Words("endpoint {endpoint} answers", endpoint=endpoint), Status.PASSED)
    measured = Words(
        "endpoint {endpoint}: {status}, {problem}",
        endpoint=endpoint,
        status=status or "-",
        problem=str(_decoded(body).get("error") or body.strip())[:200],
    )
    return _prediction(measured, Status.FAILED, Words("see why: sudo bastide logs inference web"))


_UNIT_OF: Final = {"redis": "redis", "worker": "inference", "database": "web"}


def _port_answers(port: int) -> bool:
    try:
        with here(port, CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False


def _silent(body: str) -> list[str]:
    checks = _decoded(body).get("checks", {})
    return [name for name, answers in checks.items() if not answers] if isinstance(checks, dict) else []


def _decoded(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _readiness(host: str, measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="answers",
        title=Words("Answers at https://{host}", host=host),
        measured=measured,
        needed=Words("the front, the site, its database, the queue and a worker answer"),
        status=status,
        hint=hint,
    )


def _prediction(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="prediction",
        title=Words("A prediction"),
        measured=measured,
        needed=Words("an example row is answered, as a client asks"),
        status=status,
        hint=hint,
    )
