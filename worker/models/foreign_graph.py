"""Predicts with a graph that a publisher made: what it takes and gives is found from the graph itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.contract.signature import OutputKind, Signature
from worker.contract.words import Fact, Words
from worker.models.answers import Answers, Label
from worker.models.errors import ModelFailed, ModelRefused
from worker.models.labels import LabelDecoder
from worker.models.onnx_engine import MISSING_TEXT, open_session
from worker.tables.table import Column, Table
from worker.tables.wording import named

TYPES: Final[dict[str, Any]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.object_,
}
"""What inputs may be of."""

LABELS: Final = ("tensor(int64)", "tensor(int32)", "tensor(string)")
NUMBERS: Final = ("tensor(float)", "tensor(double)")
HINT: Final = Words(
    "Export the model with a free number of rows, inputs that are one matrix or one column a feature, and a label, its "
    "probabilities, or a number as outputs."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input: the matrix of all features, or a column with the feature's name; `width` is None where it is free."""

    name: str
    type: str
    rank: int
    width: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a graph takes and gives. `label` or `number` is the name of an output, the other None."""

    inputs: tuple[Input, ...]
    label: str | None
    number: str | None
    probabilities: str | None

    @property
    def is_matrix(self) -> bool:
        """Whether one input takes all features."""
        return len(self.inputs) == 1 and self.inputs[0].rank == 2 and self.inputs[0].width != 1


def layout_of(session: Any) -> Layout:  # noqa: ANN401  # onnxruntime is untyped
    """Return what the graph of a session takes and gives. Raise ModelRefused for what no rows of a table fit."""
    inputs = tuple(_input(argument) for argument in session.get_inputs())
    if not inputs:
        raise ModelRefused(Words("The graph takes no inputs."), HINT)
    wide = next((each for each in inputs if len(inputs) > 1 and each.width not in {1, None}), None)
    if wide is not None:
        words = Words(
            "The graph takes {count:,} inputs, of which {name} is {width:,} values wide.",
            {"count": len(inputs), "name": named(wide.name), "width": wide.width or 0},
        )
        raise ModelRefused(words, HINT)
    return Layout(inputs=inputs, **_outputs(session.get_outputs()))


def _input(argument: Any) -> Input:  # noqa: ANN401  # onnxruntime is untyped
    facts: dict[str, Fact] = {"name": named(argument.name)}
    if argument.type not in TYPES:
        raise ModelRefused(
            Words("The graph's input {name} is of the type {type}.", facts | {"type": argument.type}), HINT
        )
    shape = list(argument.shape)
    if len(shape) not in {1, 2}:
        words = Words(
            "The graph's input {name} has {count:,} dimensions; a table has rows and columns.",
            facts | {"count": len(shape)},
        )
        raise ModelRefused(words, HINT)
    if isinstance(shape[0], int):
        words = Words("The graph's input {name} takes exactly {rows:,} rows at a time.", facts | {"rows": shape[0]})
        raise ModelRefused(words, HINT)
    width = 1 if len(shape) == 1 else shape[1]
    return Input(
        name=argument.name, type=argument.type, rank=len(shape), width=width if isinstance(width, int) else None
    )


def _outputs(arguments: Sequence[Any]) -> dict[str, str | None]:
    labels = [each for each in arguments if each.type in LABELS]
    numbers = [each for each in arguments if each.type in NUMBERS]
    maps = [each for each in arguments if each.type.startswith("seq(map(")]
    if len(labels) == 1 and len(arguments) <= 2 and len(numbers) + len(maps) == len(arguments) - 1:
        given = (*numbers, *maps)
        return {"label": labels[0].name, "number": None, "probabilities": given[0].name if given else None}
    if len(numbers) == len(arguments) == 1 and _is_one_number(numbers[0].shape):
        return {"label": None, "number": numbers[0].name, "probabilities": None}
    listed = ", ".join(f"{each.name!r} ({each.type})" for each in arguments[:5])
    words = Words(
        "The graph gives {outputs}, which is neither one number a row nor a label with its probabilities.",
        {"outputs": listed},
    )
    raise ModelRefused(words, HINT)


def _is_one_number(shape: Sequence[Any]) -> bool:
    return len(shape) == 1 or (len(shape) == 2 and (not isinstance(shape[1], int) or shape[1] == 1))


class ForeignGraph:
    """A publisher's graph and how to ask it."""

    def __init__(self, graph: bytes | Path, signature: Signature) -> None:
        session = open_session(graph)
        self._run = session.run
        self.layout = layout_of(session)
        self._positions = {name: position for position, name in enumerate(signature.names)}
        self._labels: tuple[Label, ...] = signature.output.labels or ()
        self._known = frozenset(self._labels)
        of_class = signature.output.kind is OutputKind.CLASS
        self._decoder = LabelDecoder(self._labels) if of_class else None
        wanted = (self.layout.label, self.layout.probabilities) if of_class else (self.layout.number,)
        self._wanted = [name for name in wanted if name is not None]

    def predict(self, table: Table) -> Answers:
        """Return the answers to all rows. Raise ModelFailed if the graph does, or gives what is no answer."""
        try:
            outputs = self._run(self._wanted, self.feeds(table))
            return self._answers(outputs, table.row_count)
        except Exception as error:  # onnxruntime has many exceptions and no common one
            words = Words("The model could not answer these rows: {error}", {"error": str(error)[:300]})
            raise ModelFailed(words, Words("Compare the values with the endpoint's description.")) from error

    def feeds(self, table: Table) -> dict[str, npt.NDArray[Any]]:
        """Return what the graph is given for the rows."""
        if self.layout.is_matrix:
            taken = self.layout.inputs[0]
            if table.matrix is not None:
                return {taken.name: table.matrix.astype(TYPES[taken.type])}
            return {taken.name: np.column_stack([_cells(column, taken.type) for column in table.columns])}
        columns = table.columns
        if len(self.layout.inputs) == 1:
            return {self.layout.inputs[0].name: _shaped(columns[0], self.layout.inputs[0])}
        return {each.name: _shaped(columns[self._positions[each.name]], each) for each in self.layout.inputs}

    def _answers(self, outputs: list[Any], rows: int) -> Answers:
        if self._decoder is None:
            return Answers(np.asarray(outputs[0]).reshape(rows).astype(np.float64))
        probabilities = None if len(outputs) == 1 else self._matrix(outputs[1]).reshape(rows, len(self._labels))
        answers = self._decoder.answers(np.asarray(outputs[0]).reshape(rows), probabilities)
        foreign = set(answers.predictions.tolist()) - self._known
        if self._known and foreign:
            # A graph may make words of words that it was given: they are no classes, and nobody has looked at them.
            message = f"it answers {str(foreign.pop())[:80]!r}, which is none of its labels."
            raise ValueError(message)
        return answers

    def _matrix(self, given: Any) -> npt.NDArray[Any]:  # noqa: ANN401  # an array, or maps from label to probability
        if isinstance(given, np.ndarray):
            return given
        return np.array([[row[label] for label in self._labels] for row in given], dtype=np.float32)


def _shaped(column: Column, taken: Input) -> npt.NDArray[Any]:
    cells = _cells(column, taken.type)
    return cells if taken.rank == 1 else cells.reshape(-1, 1)


def _cells(column: Column, kind: str) -> npt.NDArray[Any]:
    if kind == "tensor(string)":
        missing = column == None  # noqa: E711  # for each element
        return np.where(missing, MISSING_TEXT, column)
    return column.astype(TYPES[kind])
