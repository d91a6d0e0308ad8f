"""Batch jobs from the terminal: a file is sent to a box, its rows are answered there, and it comes back."""

import json
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from time import sleep
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from appliance import resumable
from appliance.asking import NoAnswer, Patience, Refused, ask, patiently
from appliance.calling import called
from appliance.downloading import STDOUT, download
from appliance.errors import ApplianceError
from appliance.job_lines import problems
from appliance.upload import Progress, Site

JOBS: Final = "/api/v1/jobs"
ENDED: Final = frozenset({"succeeded", "failed", "canceled"})
POLL_S: Final = 0.2
POLL_S_MAX: Final = 2.0
LISTING: Final = called("job list")
NOT_FOUND: Final = 404
CONFLICT: Final = 409
LISTED_MAX: Final = 100
PATIENCE: Final = Patience()
BRIEFLY: Final = Patience(whole_s=10)

TEXTS: Final = ("encoding", "separator", "decimal", "sheet", "identifier", "language")
"""The options that the API calls as the command line does."""

OUTPUTS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
"""What a file is by the end of its name."""

Job = Mapping[str, Any]
"""A job as the API describes it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be answered by which endpoint; `fields` are those of the API, in its words."""

    path: Path
    endpoint: str
    fields: Mapping[str, str]


def ordered(options: Namespace) -> Order:
    """Return what the command line asks for. Raise ApplianceError for what cannot be."""
    path = Path(options.path)
    if not path.is_file() or path.stat().st_size == 0:
        message = f"{path} is empty." if path.is_file() else f"There is no file {path}."
        raise ApplianceError(message, "name a file with the rows to be answered")
    outputs = [target for target in (options.output, options.wrong_rows) if target not in {None, STDOUT}]
    if len({Path(each).resolve() for each in (path, *outputs)}) < 1 + len(outputs):
        message = "The file, its result and its wrong rows must be different files."
        raise ApplianceError(message, "name another file with -o or --wrong-rows: what you have is never overwritten")
    fields = {name: getattr(options, name) for name in TEXTS}
    fields |= {"mapping": mapping(options.map), "output": options.output_format or output_for(path, options.output)}
    fields |= {"accept_wrong_rows": "1"} if options.accept_wrong_rows else {}
    said = {name: value for name, value in fields.items() if value}
    return Order(path=path, endpoint=options.endpoint, fields=said)


def begin(site: Site, order: Order, on_progress: Progress, patience: Patience = PATIENCE) -> str:
    """Send a file and begin a job. Return its id, also where the box ended in the middle of it."""
    known = {str(job["id"]) for job in patiently(lambda: listed(site), patience)}
    fields = {**order.fields, "upload": resumable.send(site.url, site.key, order.path, on_progress)}
    address = f"/api/v1/endpoints/{quote(order.endpoint, safe='')}/jobs"
    is_in_doubt = False
    for pause_s in patience.pauses():
        try:
            return str(ask(site, "POST", address, fields)["id"])
        except NoAnswer:
            is_in_doubt = True
            sleep(pause_s)
        except Refused as error:
            # What was asked and not answered may have been done, and an upload serves once.
            if not is_in_doubt or error.status != NOT_FOUND:
                raise
        if found := _begun(site, order, known, patience):
            return found
    message = f"The box at {site.url} does not begin the job."
    raise ApplianceError(message, f"look at {LISTING}, then send the file again")


def _begun(site: Site, order: Order, known: set[str], patience: Patience) -> str | None:
    """Return the job that was begun although nobody said so."""
    size_bytes = order.path.stat().st_size
    for job in patiently(lambda: listed(site), patience):
        if job["id"] not in known and (job["endpoint"], job["file_bytes"]) == (order.endpoint, size_bytes):
            return str(job["id"])
    return None


def wait(site: Site, job_id: str, tell: Callable[[Job], None], patience: Patience = PATIENCE) -> Job:
    """Return a job once it has ended; `tell` is told how far it is. Raise ApplianceError where it is gone."""
    pause_s = POLL_S
    while True:
        job = patiently(lambda: described(site, job_id), patience)
        tell(job)
        if has_ended(job):
            return job
        sleep(pause_s)
        pause_s = min(pause_s * 1.3, POLL_S_MAX)


def has_ended(job: Job) -> bool:
    """Return whether nothing more will come of a job."""
    return job["status"] in ENDED


def described(site: Site, job_id: str) -> Job:
    """Return how far a job is. Raise ApplianceError where there is none."""
    try:
        found: Job = ask(site, "GET", f"{JOBS}/{quote(job_id, safe='')}")
    except Refused as error:
        if error.status != NOT_FOUND:
            raise
        message = f"There is no job {job_id} of yours."
        raise ApplianceError(message, f"{LISTING} tells which there are; it may have been deleted") from error
    return found


def listed(site: Site) -> list[Job]:
    """Return the newest jobs."""
    found: list[Job] = ask(site, "GET", f"{JOBS}?limit={LISTED_MAX}")
    return found


def cancel(site: Site, job_id: str, patience: Patience = BRIEFLY) -> bool:
    """Cancel a job. Return False if it had ended by then: its result stays."""
    try:
        patiently(lambda: ask(site, "POST", f"{JOBS}/{quote(job_id, safe='')}/cancel", {}), patience)
    except Refused as error:
        if error.status == CONFLICT:
            return False
        if error.status == NOT_FOUND:
            message = f"There is no job {job_id} of yours."
            raise ApplianceError(message, f"{LISTING} tells which there are") from error
        raise
    return True


def require_success(job: Job) -> None:
    """Raise ApplianceError unless a job that has ended has a result."""
    if job["status"] == "succeeded":
        return
    if job["status"] == "canceled":
        message = "The job was canceled, so that there is no result."
        raise ApplianceError(message, "run it again; nothing of it was kept but the file")
    message = f"The job failed: {job['reason'] or 'the box does not say why'}"
    raise ApplianceError("\n".join([message, *problems(job)]), job["hint"] or "")


def fetch(site: Site, job_id: str, what: str, target: str, stdout: BinaryIO) -> None:
    """Download the `result` or the `wrong-rows` of a job."""
    download(site, f"{JOBS}/{job_id}/{what}", target, stdout, PATIENCE)


def mapping(pairs: list[str]) -> str:
    """Return what `--map` says as the API takes it. Raise ApplianceError for what is no pair."""
    found: dict[str, str] = {}
    for pair in pairs:
        feature, sign, column = pair.partition("=")
        if not feature or not sign:
            message = f"--map '{pair}' is not FEATURE=COLUMN."
            raise ApplianceError(message, "--map Income=Revenu, or --map Income= where no column gives it")
        found[feature] = column
    return json.dumps(found, ensure_ascii=False) if found else ""


def output_for(path: Path, target: str) -> str:
    """Return the format that the name of the result asks for; "" where that is the file's own or says nothing."""
    came, wanted = (OUTPUTS.get(_suffix(name), "") for name in (path.name, target))
    return "" if wanted in {"", came} else wanted


def _suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    return PurePath(PurePath(name).stem).suffix.lower() if suffix in {".gz", ".zip"} else suffix
