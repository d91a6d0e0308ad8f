"""Holds a converted model against what the pickle answered itself: the same in every row, or it is refused."""

from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from worker.contract.words import Words
from worker.inspection.formats.packages import versions
from worker.inspection.refusal import Refused
from worker.models.answers import Answers

OF_A_STRANGER: Final = Words("The pickle's own answers cannot be read.")
HINT: Final = Words("Save the model with skops and upload that file.")


class OwnAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What a pickled model answered to the reference data, as a process left it that is not to be believed."""

    predictions: list[str | int | float | bool]
    probabilities: list[list[float]] | None = None
    made_with: dict[str, str] = {}


def read_answers(path: Path) -> OwnAnswers:
    """Return the answers. Raise `Refused` for a file that holds none."""
    try:
        answers = msgspec.json.decode(path.read_bytes(), type=OwnAnswers)
    except (OSError, msgspec.DecodeError) as error:
        raise Refused(OF_A_STRANGER, HINT) from error
    return msgspec.structs.replace(answers, made_with=versions(dict(answers.made_with)))


def check_same(answers: Answers, own: OwnAnswers) -> None:
    """Raise `Refused` where the converted model answers a row otherwise than the pickle's own model did."""
    rows = len(answers)
    given: list[Any] = answers.predictions.tolist()
    if len(own.predictions) != rows:
        raise Refused(OF_A_STRANGER, HINT)
    different = [row for row in range(rows) if given[row] != own.predictions[row]]
    if not different and answers.probabilities is not None:
        different = _rows_off(answers.probabilities, own.probabilities)
    if different:
        words = Words(
            "Converted from the pickle to skops, the model answers {different:,} of {rows:,} rows of the "
            "reference data otherwise; the first is row {row:,}.",
            {"different": len(different), "rows": rows, "row": different[0] + 1},
        )
        raise Refused(words, HINT, row=different[0] + 1)


def _rows_off(probabilities: Any, own: list[list[float]] | None) -> list[int]:  # noqa: ANN401  # an array
    try:
        expected = np.array(own, dtype=np.float64)
    except ValueError:
        expected = np.empty(0)
    if expected.shape != probabilities.shape:
        raise Refused(OF_A_STRANGER, HINT)
    off: list[int] = np.flatnonzero((probabilities != expected).any(axis=1)).tolist()
    return off
