"""The messages of files of outcomes: what of a file was understood, and how many of its outcomes were taken.

The file lies as a job's would, in `spool/batch/<file_id>/`; where nobody goes on with it, it is cleared away as what
belongs to no job.
"""

from typing import Final

import msgspec

from worker.contract.batch import Choice, Understanding
from worker.contract.words import Words

ROWS_MAX: Final = 1_000_000
"""In one file: they are kept in memory while they are read."""

PROBLEMS_MAX: Final = 50


class ColumnsChosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns say what: `key` names a row as `by` says (with `name`, a feature), `value` is its outcome.

    `row` is the column with the place of a row in its request, from 0; without one that is 0.
    """

    by: str
    key: str
    value: str
    row: str = ""
    name: str = ""


class TruthFileRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.read_truth_file`: understand a file of outcomes; with `columns`, take them.

    Values of `hashed` features are kept as hashes. `callers` are as those of a `TruthRequest`.
    """

    file_id: str
    endpoint: str
    digest: str
    file_name: str
    choice: Choice = Choice()
    columns: ColumnsChosen | None = None
    unpacked_bytes_max: int = 2 << 30
    hashed: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()


class TruthFileProblem(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome that was not taken: the line of the file, and why."""

    line: int
    message: Words


class TruthFileOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_truth_file`: what was understood, or what became of the outcomes.

    Of `rows` rows `taken` outcomes are kept; `joined` of them are of rows in the journal, which `matched` rows are, and
    `unknown` of none yet. `refused` ones are malformed. With a `reason` nothing was taken. `are_own`: rows of
    others than the sender count as none here.

    `since_ms` and `stopped_at` are as those of a `TruthOutcome`.
    """

    file_id: str
    did_take: bool = False
    understanding: Understanding | None = None
    rows: int = 0
    taken: int = 0
    joined: int = 0
    unknown: int = 0
    matched: int = 0
    are_own: bool = False
    refused: int = 0
    problems: tuple[TruthFileProblem, ...] = ()
    since_ms: dict[str, int] = {}
    stopped_at: str = ""
    reason: Words | None = None
    hint: Words | None = None
