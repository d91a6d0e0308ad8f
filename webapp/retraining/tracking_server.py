"""Speaks to an MLflow tracking server by its REST calls: experiments, runs, metrics, and files by its artifact proxy.

Everything goes by the one way out of the box. No call waits for ever, and no redirect is followed.
"""

import base64
import http.client
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Self
from urllib.parse import quote, unquote, urlencode, urlsplit

import msgspec

from webapp.egress.going_out import http_connection

TIMEOUT_S: Final = 30.0
"""A server that has slept takes seconds for its first answers; nobody waits for this thread."""
ANSWER_BYTES_MAX: Final = 1 << 20
METRICS_AT_ONCE: Final = 1_000
"""MLflow takes no more in one call."""

API: Final = "/api/2.0/mlflow/"
ARTIFACTS: Final = "/api/2.0/mlflow-artifacts/artifacts/"
PROXIED: Final = "mlflow-artifacts:"
ABSENT: Final = "RESOURCE_DOES_NOT_EXIST"
TAKEN: Final = "RESOURCE_ALREADY_EXISTS"

Facts = dict[str, Any]


class TrackingError(Exception):
    """The tracking server did not take it; the text says what it answered."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One figure at a moment, in milliseconds since 1970."""

    key: str
    value: float
    timestamp: int
    step: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run, and where its files lie below the artifact proxy; empty where the server has none."""

    run_id: str
    experiment_id: str
    artifacts: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackingServer:
    """A server at a base address. `authorization` is the header by which it knows the box, if it must."""

    scheme: str
    host: str
    port: int | None
    base: str
    authorization: str = ""

    @classmethod
    def at(cls, uri: str) -> Self:
        """Return the server at `https://host/base`; with `user:password@` or `token@` before the host, as that."""
        address = urlsplit(uri)
        user, password = unquote(address.username or ""), address.password
        authorization = f"Bearer {user}" if user and password is None else ""
        if user and password is not None:
            pair = base64.b64encode(f"{user}:{unquote(password)}".encode()).decode()
            authorization = f"Basic {pair}"
        return cls(
            scheme=address.scheme,
            host=address.hostname or "",
            port=address.port,
            base=address.path.rstrip("/"),
            authorization=authorization,
        )

    def experiment(self, name: str) -> str:
        """Return the id of an experiment, made where there is none. Raise TrackingError or OSError."""
        try:
            found = self._call("GET", "experiments/get-by-name", query={"experiment_name": name})
            return str(found["experiment"]["experiment_id"])
        except TrackingError as error:
            if error.code != ABSENT:
                raise
        return str(self._call("POST", "experiments/create", {"name": name})["experiment_id"])

    def run(self, experiment_id: str, name: str, started_ms: int, tags: Mapping[str, str]) -> Run:
        """Return the run with these tags, made where there is none: an answer may have been lost on its way."""
        wanted = " and ".join(f"tags.`{key}` = '{value}'" for key, value in tags.items())
        asked = {"experiment_ids": [experiment_id], "filter": wanted, "max_results": 1}
        found = self._call("POST", "runs/search", asked).get("runs") or []
        if not found:
            made = {
                "experiment_id": experiment_id,
                "run_name": name,
                "start_time": started_ms,
                "tags": _pairs(tags),
            }
            found = [self._call("POST", "runs/create", made)["run"]]
        info = found[0]["info"]
        uri = str(info.get("artifact_uri", ""))
        proxied = urlsplit(uri).path.lstrip("/") if uri.startswith(PROXIED) else ""
        return Run(run_id=str(info["run_id"]), experiment_id=experiment_id, artifacts=proxied)

    def log(self, run: Run, metrics: Sequence[Metric], tags: Mapping[str, str]) -> None:
        """Log figures. The same ones twice are there once."""
        for first in range(0, len(metrics), METRICS_AT_ONCE):
            part = metrics[first : first + METRICS_AT_ONCE]
            self._call("POST", "runs/log-batch", {"run_id": run.run_id, "metrics": msgspec.to_builtins(part)})
        for key, value in tags.items():
            self._call("POST", "runs/set-tag", {"run_id": run.run_id, "key": key, "value": value})

    def keep_file(self, run: Run, name: str, content: bytes) -> bool:
        """Keep a file beside a run. Return False where the server hands out no way for that."""
        if not run.artifacts:
            return False
        self._send("PUT", f"{ARTIFACTS}{quote(run.artifacts)}/{quote(name)}", content)
        return True

    def _call(self, method: str, name: str, body: Facts | None = None, query: Facts | None = None) -> Facts:
        path = f"{API}{name}" + (f"?{urlencode(query)}" if query else "")
        answer = self._send(method, path, None if body is None else msgspec.json.encode(body))
        try:
            said: Facts = msgspec.json.decode(answer or b"{}", type=dict)
        except msgspec.DecodeError as error:
            message = f"{self.host} answers with something else than MLflow does"
            raise TrackingError(message) from error
        return said

    def _send(self, method: str, path: str, body: bytes | None) -> bytes:
        headers = {"Content-Type": "application/json", "User-Agent": "Bastide"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        with closing(http_connection(self.scheme, self.host, self.port, TIMEOUT_S)) as connection:
            try:
                connection.request(method, self.base + path, body, headers)
                answer = connection.getresponse()
                content = answer.read(ANSWER_BYTES_MAX)
            except http.client.HTTPException as error:
                message = f"{self.host} does not answer as a web server does ({type(error).__name__})"
                raise TrackingError(message) from error
        if answer.status != HTTPStatus.OK:
            raise _refusal(answer.status, content)
        return content


def _refusal(status: int, content: bytes) -> TrackingError:
    try:
        said: Facts = msgspec.json.decode(content, type=dict)
    except msgspec.DecodeError:
        said = {}
    code, message = str(said.get("error_code", "")), str(said.get("message", ""))[:300]
    return TrackingError(f"status {status} {code} {message}".strip(), code)


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
