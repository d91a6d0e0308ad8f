"""Jobs in each status, as the data plane and the control plane leave them: no worker runs."""

from datetime import timedelta
from typing import Any, Final

import msgspec

from tests.playground import NOON
from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.jobs import files
from webapp.jobs.models import BatchJob, Status
from worker.contract.batch import (
    INPUT,
    RESULT,
    WRONG_ROWS,
    ColumnFound,
    Differences,
    FileFormat,
    Histogram,
    RowChange,
    RowShown,
    RowStatus,
    Summary,
    Understanding,
)
from worker.contract.errors import ProblemCode, RowProblem
from worker.contract.words import Words

LATER: Final = NOON + timedelta(seconds=34)

COMMA: Final = RowProblem(
    row=17,
    feature="bill_mm",
    code=ProblemCode.WRONG_TYPE,
    message="Feature 'bill_mm' in line 17 must be a number, got '46,1'.",
    facts={"kind": "decimal_comma", "value": "46,1", "expected": "number"},
)
TORGERSEN: Final = RowProblem(
    row=230,
    feature="island",
    code=ProblemCode.UNKNOWN_CATEGORY,
    message="Feature 'island' in line 230 knows no 'Torgersen'.",
    facts={"kind": "", "value": "Torgersen"},
)

COLUMNS: Final = (
    ColumnFound(name="bird"),
    ColumnFound(name="Bill (mm)", feature="bill_mm"),
    ColumnFound(name="Island", feature="island"),
    ColumnFound(name="Year", feature="year"),
    ColumnFound(name="ringed", feature="ringed"),
    ColumnFound(name="remarks of the observer", feature="note"),
)
CELLS: Final = tuple(
    (f"P-{number:03}", f"{39 + number * 1.7:.1f}", "Dream" if number % 3 else "Biscoe", "2008", "true", "seen at dawn")
    for number in range(10)
)


def understanding(**changes: Any) -> Understanding:
    """Return what was understood of a table of penguins."""
    known: dict[str, Any] = {
        "format": FileFormat.CSV,
        "encoding": "windows-1252",
        "separator": ";",
        "decimal": ",",
        "columns": COLUMNS,
        "first_rows": CELLS,
        "sample_rows": 1000,
        "rows": 12_040,
    }
    return Understanding(**(known | changes))


def summary(**changes: Any) -> Summary:
    """Return what is told of the answers for penguins."""
    rows = tuple(
        RowShown(
            line=number + 2,
            identifier=cells[0],
            cells=cells,
            status=RowStatus.OK if number != 4 else RowStatus.INVALID,
            prediction=None if number == 4 else "Gentoo" if number % 3 else "Adelie",
            probability=None if number == 4 else 0.987 - number / 50,
            problem="bill_mm: '46,1' has a decimal comma" if number == 4 else "",
        )
        for number, cells in enumerate(CELLS)
    )
    unusual = RowShown(line=99, cells=("P-099", "95.2", *CELLS[0][2:]), prediction="Gentoo", unusual=("bill_mm",))
    known = {"labels": (("Gentoo", 7_512), ("Adelie", 4_514)), "first_rows": rows, "unusual_rows": (unusual,)}
    return Summary(**(known | changes))


def prices() -> Summary:
    """Return what is told of answers that are numbers."""
    counts = (3, 40, 210, 480, 620, 590, 430, 260, 140, 90, 60, 38, 22, 11, 6, 2)
    edges = tuple(100.0 * number for number in range(len(counts) + 1))
    rows = tuple(RowShown(line=number + 2, cells=(f"0.{number}",), prediction=512.5 + number) for number in range(10))
    return Summary(histogram=Histogram(edges=edges, counts=counts, mean=534.25, median=497.5), first_rows=rows)


def differences() -> Differences:
    """Return how two runs differ."""
    most = (
        RowChange(line=12, identifier="P-010", old="Adelie", new="Gentoo"),
        RowChange(line=40, old="Gentoo", new="Adelie"),
    )
    return Differences(rows=12_026, different=31, gap_mean=0.02, gap_max=0.81, most=most)


def add_job(owner: User, endpoint: Endpoint, status: Status, **changes: Any) -> BatchJob:
    """Return a job with its files."""
    version = changes.pop("version", None) or endpoint.deployments.get().version
    known: dict[str, Any] = {
        "file_name": "penguins of the station.csv",
        "input_bytes": 1_318_912,
        "language": "en",
        "created_at": NOON,
        "expires_at": None if status in {Status.READING, Status.QUEUED, Status.RUNNING} else files.expiry(LATER),
        **OF_STATUS.get(status, {}),
    }
    job = BatchJob.objects.create(
        owner=owner, endpoint=endpoint, version=version, status=status, **(known | {**changes})
    )
    place = files.directory(job)
    place.mkdir(parents=True)
    for name in (INPUT, *((RESULT, WRONG_ROWS) if status == Status.SUCCEEDED else ())):
        (place / name).write_text(f"{name}\n")
    return job


OF_STATUS: Final[dict[Status, dict[str, Any]]] = {
    Status.WAITING: {"understanding_json": msgspec.to_builtins(understanding())},
    Status.RUNNING: {
        "understanding_json": msgspec.to_builtins(understanding()),
        "started_at": NOON,
        "rows_total": 12_040,
        "rows_done": 3_100,
        "rows_invalid": 4,
    },
    Status.SUCCEEDED: {
        "understanding_json": msgspec.to_builtins(understanding()),
        "summary_json": msgspec.to_builtins(summary()),
        "problems_json": msgspec.to_builtins((COMMA, TORGERSEN)),
        "started_at": NOON,
        "ended_at": LATER,
        "rows_total": 12_040,
        "rows_done": 12_040,
        "rows_invalid": 14,
        "rows_unusual": 37,
        "result_format": "csv",
        "result_bytes": 1_842_133,
        "wrong_rows_bytes": 1_834,
    },
    Status.FAILED: {
        "reason_json": msgspec.to_builtins(
            Words("The file is not UTF-8: {count:,} of its characters are not.", {"count": 12})
        ),
        "hint_json": msgspec.to_builtins(Words("Choose Windows-1252, or let the encoding be found.")),
        "ended_at": LATER,
    },
    Status.CANCELED: {"ended_at": LATER},
}
