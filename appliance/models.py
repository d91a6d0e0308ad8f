"""Models from the terminal: published to the box of a data directory, or to one elsewhere by HTTP."""

import json
import re
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from appliance import lock
from appliance.calling import start_hint
from appliance.errors import ApplianceError
from appliance.packing import packed
from appliance.paths import DataDirectory
from appliance.steps import manage
from appliance.upload import Progress, Site

ROLES: Final = ("champion",)
INSPECTING: Final = "inspecting"
NAME: Final = re.compile(r"(?=.{1,50}\Z)[a-z0-9]+(-[a-z0-9]+)*")
NAME_LENGTH_MAX: Final = 50
POLL_S: Final = 0.5
WAIT_S: Final = 570.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """What is published: `fields` are those of the API, in its words."""

    path: Path
    name: str
    reference: Path
    fields: tuple[tuple[str, str], ...]
    waits: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushed:
    """What became of it."""

    model: str
    version: int
    status: str
    reason: str
    hint: str
    page: str


def push_to(site: Site, push: Push, progress: Progress) -> Pushed:
    """Publish to a box elsewhere."""
    with packed(push.path) as artifact:
        files = {"artifact": artifact, "reference": _existing(push.reference)}
        answer = site.publish(push.name, push.fields, files, progress)
    number = int(answer["version"])
    address = f"/models/{push.name}/versions/{number}"
    deadline_s = time.monotonic() + WAIT_S
    while push.waits and answer["status"] == INSPECTING:
        if time.monotonic() > deadline_s:
            message = f"{push.name} version {number} is still being inspected after {WAIT_S:.0f} s."
            raise ApplianceError(message, f"look at {site.url}{address}/ later")
        time.sleep(POLL_S)
        answer = site.get(f"/api/v1{address}")
    return _pushed(answer, f"{site.url}{address}/")


def push_here(data: DataDirectory, user: str, push: Push) -> Pushed:
    """Publish to the box of a data directory, by the same code as an upload."""
    running = _box(data)
    if running is None:
        message = f"No box runs in {data.root}, and a model is inspected by a running one."
        raise ApplianceError(message, start_hint(data))
    with packed(push.path) as artifact:
        argv = ["push_model", push.name, str(artifact.absolute()), str(_existing(push.reference).absolute())]
        argv += ["--user", user, "--fields", json.dumps(push.fields), *(["--wait"] if push.waits else [])]
        answer = json.loads(manage(data, *argv, url=running.url))
    return _pushed(answer, f"{running.url}/models/{push.name}/versions/{answer['version']}/")


def models_of(site: Site) -> list[dict[str, Any]]:
    """Return the models of a box elsewhere that the key's owner manages."""
    found: list[dict[str, Any]] = site.get("/api/v1/models")
    return [{**model, **(model["newest_version"] or {"version": 0, "status": "none"})} for model in found]


def models_here(data: DataDirectory, user: str) -> list[dict[str, Any]]:
    """Return the models of the box of a data directory that a user manages."""
    _box(data)
    found: list[dict[str, Any]] = json.loads(manage(data, "list_models", "--user", user))
    return found


def _box(data: DataDirectory) -> lock.Holder | None:
    if not data.database.exists():
        message = f"There is no box in {data.root}."
        raise ApplianceError(message, start_hint(data))
    return lock.holder(data)


def _existing(path: Path) -> Path:
    if not path.is_file():
        message = f"{path} is a directory." if path.is_dir() else f"There is no file {path}."
        raise ApplianceError(message, "name the reference data, a CSV or Parquet file, with --reference")
    if path.stat().st_size == 0:
        message = f"The reference data {path} is empty."
        raise ApplianceError(message, "name a file with rows as callers send them, with --reference")
    return path


def check_name(name: str) -> None:
    """Raise where a model cannot be called so, before anything is sent. The box has the last word."""
    if NAME.fullmatch(name) is None:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        better = "-".join(re.findall("[a-z0-9]+", plain))[:NAME_LENGTH_MAX].strip("-") or "my-model"
        message = f"A model cannot be named '{name}': a name is small letters, digits, and hyphens between them."
        raise ApplianceError(message, f"--name {better}")


def _pushed(answer: dict[str, Any], page: str) -> Pushed:
    return Pushed(
        model=answer["model"],
        version=answer["version"],
        status=answer["status"],
        reason=answer.get("reason", ""),
        hint=answer.get("hint", ""),
        page=page,
    )
