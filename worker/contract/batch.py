"""The messages of batch jobs: many rows, from a file to a file.

A job's files lie in `spool/batch/<job_id>/`. Nothing in a message is a path.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from worker.contract.errors import RowProblem
from worker.contract.journal import JobRows
from worker.contract.words import Words

JOB_ID: Final = re.compile(r"[0-9a-f]{32}")

INPUT: Final = "input"
"""The uploaded file, as it came."""

RESULT: Final = "result"
WRONG_ROWS: Final = "wrong-rows"
"""The rows that could not be answered, to mend and send again. It is there when there are any."""

FIRST_ROWS_MAX: Final = 10
PROBLEMS_MAX: Final = 20
COLUMNS_MAX: Final = 16_384
"""As many as a spreadsheet has."""

TEXT_SHOWN_MAX: Final = 200

LEASE_PREFIX: Final = "bastide:batch:lease:"
"""Followed by the token of a step: exists while a worker is at it. The value is how many rows are done."""

LEASE_TTL_MS: Final = 5_000
LEASE_REFRESH_S: Final = 1.0

CANCELED_PREFIX: Final = "bastide:batch:canceled:"
"""Followed by a job's id, a colon and its attempt: exists for a while after that was canceled. Who is at it stops."""

BEGINS_MAX: Final = 3
"""So often a step is begun; when each time its worker died, it is given up."""


class FileFormat(StrEnum):
    """The formats of files. TSV is CSV with another separator."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"


class Compression(StrEnum):
    """What a file may be packed in, one file in it."""

    NONE = ""
    GZIP = "gzip"
    ZIP = "zip"


class RowStatus(StrEnum):
    """What became of a row, as the column `status` of the result says it."""

    OK = "ok"
    INVALID = "invalid"
    FAILED = "failed"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about a file; what is empty is found out.

    `mapping`: the column, by its name in `Understanding.columns`, that gives a feature; "" for no column. Features that
    are not named are matched by name. `identifier`: a column by which people know a row. `output`: a format for the
    result if not that of the file.
    """

    format: FileFormat | None = None
    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    sheet: str = ""
    mapping: dict[str, str] = {}
    identifier: str = ""
    output: FileFormat | None = None


class ColumnFound(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the file: its name (made unique where the file repeats one) and the feature that it gives, or ""."""

    name: str
    feature: str = ""


class Understanding(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood of a file.

    `encoding`: `utf-8`, `utf-8-sig` (with a byte order mark), `utf-16-le`, `utf-16-be` (with their marks) or
    `windows-1252`; "" where the format has none. `separator` is of CSV. `decimal` is `.` or `,`. `sheet` is the one
    that is read of `sheets`. `columns` are in the order of the file; the union of the keys for JSON Lines, in the order
    in which they are first met. `absent`: required features that no column gives; the job cannot start. `first_rows`:
    the cells of the first rows as text, shortened. `problems`: the first found in the `sample_rows` that were looked
    at, `sample_wrong` of which could not be answered. `rows`: how many rows the file has, None where only a whole pass
    tells. `remarks`: what a person should know.
    """

    format: FileFormat
    compression: Compression = Compression.NONE
    encoding: str = ""
    separator: str = ""
    decimal: str = "."
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    columns: tuple[ColumnFound, ...] = ()
    absent: tuple[str, ...] = ()
    first_rows: tuple[tuple[str, ...], ...] = ()
    problems: tuple[RowProblem, ...] = ()
    sample_rows: int = 0
    sample_wrong: int = 0
    rows: int | None = None
    remarks: tuple[Words, ...] = ()


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file: what lies from `start` up to `stop`, bytes or rows as the format has it.

    `rows` in it, and `first_row`, how many rows come before it; `skipped`, how many empty lines that are no rows.
    """

    number: int
    start: int
    stop: int
    rows: int
    first_row: int
    skipped: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What every message of a job says: `token` names this delivery, and is the end of the lease's name.

    `attempt` numbers the plans of one job: files of another attempt are not touched. `request_id` is of the request
    that began the job, for logs.
    """

    job_id: str
    attempt: int
    token: str
    request_id: str = ""


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.plan_job`: understand the file, and unless `only_look` cut it into chunks.

    `file_name` is what the person called it. `unpacked_bytes_max`: the most that a packed file may become.
    `rows_per_s` of the version, by its report, and the `processes` that will score, decide how large chunks are.
    `phrases`: sentences about rows in the person's language, by `phrase_key`. Unless `wrong_rows_accepted`, a file most
    of whose sample cannot be answered is not begun.
    """

    step: Step
    file_name: str
    digest: str
    version: int
    choice: Choice = Choice()
    only_look: bool = False
    wrong_rows_accepted: bool = False
    rows_per_s: float = 0.0
    processes: int = 1
    unpacked_bytes_max: int = 2 << 30
    phrases: dict[str, str] = {}


class PlanOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_plan`: what was understood and how it is cut, or why it cannot be.

    Until the whole file is cut (`is_part`) the first chunks are told of, so that they need not wait for the last; in
    the end all are, with the count of their `rows`.
    """

    step: Step
    understanding: Understanding | None = None
    chunks: tuple[Chunk, ...] = ()
    is_part: bool = False
    rows: int = 0
    reason: Words | None = None
    hint: Words | None = None


class ScoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.score_chunk`: answer the rows of one chunk of the plan. `skip`: write them without asking the model.

    Without `journal` the journal keeps nothing of them.
    """

    step: Step
    chunk: Chunk
    skip: bool = False
    journal: JobRows | None = None


class ChunkOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_chunk`: what became of the rows of a chunk, or (`reason`) why none of it could be written.

    `invalid` rows could not be read, `failed` ones not answered. `gave_up`: the chunk was begun `BEGINS_MAX` times and
    each time its worker died.
    """

    step: Step
    number: int
    rows: int = 0
    invalid: int = 0
    failed: int = 0
    unusual: int = 0
    problems: tuple[RowProblem, ...] = ()
    gave_up: bool = False
    reason: Words | None = None


class AssembleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.assemble_job`: make the result of all chunks. With `former`, compare it with the answers of that job."""

    step: Step
    former: Step | None = None


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers: `counts[i]` are from `edges[i]` up to `edges[i + 1]`, the last edge included."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    mean: float
    median: float


class RowShown(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the result on a page: its line in the file, its identifier, its cells, what was answered and why not.

    `unusual`: features whose value the reference data did not reach.
    """

    line: int
    identifier: str = ""
    cells: tuple[str, ...] = ()
    status: RowStatus = RowStatus.OK
    prediction: str | int | float | bool | None = None
    probability: float | None = None
    problem: str = ""
    unusual: tuple[str, ...] = ()


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a page tells of a result: answers counted by label, or their histogram; the first and the unusual rows."""

    labels: tuple[tuple[str, int], ...] = ()
    histogram: Histogram | None = None
    first_rows: tuple[RowShown, ...] = ()
    unusual_rows: tuple[RowShown, ...] = ()


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """A row that two runs answered otherwise."""

    line: int
    identifier: str = ""
    old: str | int | float | bool | None = None
    new: str | int | float | bool | None = None


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers differ from a former job's, by the rule of `worker.contract.lane.Comparison`.

    `rows` were answered by both; `different` of them otherwise. `most` are some of those, the largest gaps first.
    """

    rows: int
    different: int
    gap_mean: float
    gap_max: float
    most: tuple[RowChange, ...] = ()


class AssembleOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_result`: the result lies in the job's directory under `RESULT`, or why it does not."""

    step: Step
    result_bytes: int = 0
    result_format: FileFormat | None = None
    wrong_rows_bytes: int = 0
    summary: Summary = Summary()
    differences: Differences | None = None
    reason: Words | None = None
    hint: Words | None = None


def phrase_key(code: str, kind: str = "") -> str:
    """Return the key under which a plan has the sentence for a problem: its code, and of which kind it is."""
    return f"{code}.{kind}" if kind else code
