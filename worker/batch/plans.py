"""What was decided about a job's file when it was cut: kept beside the chunks, read by whoever scores one."""

from collections.abc import Collection
from pathlib import Path
from typing import Final, Literal, Self

import msgspec
import polars as pl

from worker.batch.places import appearing
from worker.contract.batch import Chunk, FileFormat, Understanding
from worker.contract.signature import Output, OutputKind
from worker.models.answers import label_names

Prediction = Literal["number", "integer", "boolean", "text"]

PREDICTIONS: Final[dict[Prediction, type[pl.DataType]]] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "boolean": pl.Boolean,
    "text": pl.String,
}

PROBABILITIES_MAX: Final = 50
"""Of a model with more labels, only the answer is written."""


class AnswerNames(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns are called that a result adds to those of the file; `line` only where wrong rows are listed."""

    prediction: str
    probabilities: tuple[str, ...]
    status: str
    problem: str
    version: str
    line: str

    @classmethod
    def beside(cls, taken: Collection[str], output: Output) -> Self:
        """Return names that none of the file's columns has."""
        labels = label_names(output.labels or ())
        has_probabilities = output.kind is OutputKind.CLASS and output.probabilities
        shown = labels if has_probabilities and len(labels) <= PROBABILITIES_MAX else ()
        used = set(taken)
        return cls(
            prediction=_free("prediction", used),
            probabilities=tuple(_free(f"probability of {label}", used) for label in shown),
            status=_free("status", used),
            problem=_free("problem", used),
            version=_free("version", used),
            line=_free("line", used),
        )

    @property
    def all(self) -> tuple[str, ...]:
        """The names in their order in a result."""
        return (self.prediction, *self.probabilities, self.status, self.problem, self.version)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows are read, answered and written.

    `header_start`, `text_start`: where the header of a text begins, and its rows do, in bytes. `is_copied`: the text is
    a working copy, not the upload. `first_line`: the line, as people count them, of the first row. `encoding`: of a
    result that is CSV as the file is; not the file's if that lacks a character of what is added. `chunks` are there
    once the whole file is cut, for the making of the result; all are about `rows_of_chunk` long.
    """

    understanding: Understanding
    digest: str
    version: int
    names: AnswerNames
    output: FileFormat
    phrases: dict[str, str]
    header_start: int = 0
    text_start: int = 0
    is_copied: bool = False
    first_line: int = 2
    identifier: str = ""
    encoding: str = ""
    labels: tuple[str, ...] = ()
    prediction_type: Prediction = "number"
    unpacked_bytes_max: int = 2 << 30
    rows_of_chunk: int = 0
    chunks: tuple[Chunk, ...] = ()

    @property
    def added(self) -> pl.Schema:
        """The columns that a result adds, with their types."""
        names = self.names
        types: dict[str, type[pl.DataType]] = {names.prediction: PREDICTIONS[self.prediction_type]}
        types |= dict.fromkeys(names.probabilities, pl.Float64)
        types |= {names.status: pl.String, names.problem: pl.String, names.version: pl.Int64}
        return pl.Schema(types)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns of the file."""
        return tuple(column.name for column in self.understanding.columns)

    def save(self, path: Path) -> None:
        """Keep the plan."""
        with appearing(path) as draft:
            draft.write_bytes(msgspec.json.encode(self))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return a plan that was kept."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


def prediction_type(output: Output) -> Prediction:
    """Return what the answers are: numbers, or labels of one kind; labels of several kinds are written as text."""
    kinds = {type(label) for label in output.labels or ()}
    if output.kind is OutputKind.NUMBER:
        return "number"
    return {int: "integer", bool: "boolean"}.get(kinds.pop(), "text") if len(kinds) == 1 else "text"  # type: ignore[return-value]  # its values are two of them


def _free(name: str, used: set[str]) -> str:
    """Return the name, or the first numbered one that is not used, and use it."""
    numbered = (name, *(f"{name} {number}" for number in range(2, len(used) + 3)))
    free = next(each for each in numbered if each not in used)
    used.add(free)
    return free
