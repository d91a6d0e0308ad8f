"""Bastide's own protocol: JSON rows in, predictions out; CSV for CSV."""

import csv
import io
import math
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

import msgspec

from worker.contract.errors import ErrorBody, ErrorCode
from worker.contract.words import Words
from worker.dialects.dialect import AnswerContext, Dialect
from worker.models.answers import Answers
from worker.models.errors import ModelFailed
from worker.tables.errors import InputRefused
from worker.tables.reader import RowReader
from worker.tables.table import Table

JSON: Final = "application/json"
CSV: Final = "text/csv"

_encode: Final = msgspec.json.Encoder().encode


class _Kind(Enum):
    JSON = auto()
    CSV = auto()


class Native:
    """`POST /api/v1/endpoints/{endpoint}/predict`."""

    def read(self, body: bytes, content_type: str, reader: RowReader) -> Table:
        """Return the rows of a JSON or CSV body. Raise InputRefused if they cannot be read."""
        kind = _kind(content_type)
        if kind is _Kind.JSON:
            return reader.read_json(body)
        if kind is _Kind.CSV:
            return reader.read_csv(body)
        raise _unsupported(content_type)

    def write(self, answers: Answers, context: AnswerContext) -> bytes:
        """Return the answer, numbers at full precision. Raise ModelFailed if a number is not finite."""
        predictions = answers.predictions.tolist()
        probabilities = None if answers.probabilities is None else answers.probabilities.tolist()
        _check_finite(predictions, probabilities)
        if _kind(context.content_type) is _Kind.CSV:
            return _csv(predictions, probabilities, answers.label_names)
        if probabilities is None:
            said: list[dict[str, Any]] = [{"prediction": prediction} for prediction in predictions]
        else:
            names = answers.label_names
            said = [
                {"prediction": prediction, "probabilities": dict(zip(names, row, strict=True))}
                for prediction, row in zip(predictions, probabilities, strict=True)
            ]
        return _encode(
            {
                "endpoint": context.endpoint,
                "version": context.version,
                "request_id": context.request_id,
                "predictions": said,
            }
        )

    def write_error(self, error: ErrorBody) -> bytes:
        """Return the error as JSON, whatever the request was."""
        return _encode(error)

    def content_type(self, request_content_type: str) -> str:
        """Return CSV for CSV, else JSON."""
        return f"{CSV}; charset=utf-8" if _kind(request_content_type) is _Kind.CSV else JSON


@lru_cache(maxsize=256)
def _kind(content_type: str) -> _Kind | None:
    """Return how a body of this content type is read, None if it is not. UTF-8 is the only encoding."""
    essence, *parameters = (part.strip().lower() for part in content_type.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8", "us-ascii"}:
            return None
    return {JSON: _Kind.JSON, CSV: _Kind.CSV}.get(essence)


def _unsupported(content_type: str) -> InputRefused:
    got = f"got {content_type[:100]!r}" if content_type.strip() else "and the request has none"
    message = f"The content type must be {JSON} or {CSV}, in UTF-8, {got}."
    return InputRefused(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message, f"Send the header 'Content-Type: {JSON}', or {CSV}.")


def _check_finite(predictions: list[Any], probabilities: list[list[float]] | None) -> None:
    for row, prediction in enumerate(predictions, 1):
        if type(prediction) is float and not math.isfinite(prediction):
            raise _not_finite(row, prediction)
    # Probabilities lie between 0 and 1, so their sum is finite exactly where all of them are.
    for row, of_row in enumerate(probabilities or (), 1):
        if not math.isfinite(sum(of_row)):
            raise _not_finite(row, next(p for p in of_row if not math.isfinite(p)))


def _not_finite(row: int, value: float) -> ModelFailed:
    words = Words(
        "The model answered row {row} with {value}, which is not a number that can be said.",
        {"row": row, "value": str(value)},
    )
    return ModelFailed(words, Words("The model cannot handle these values; its publisher can say which it takes."))


def _csv(predictions: list[Any], probabilities: list[list[float]] | None, label_names: tuple[str, ...]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["prediction", *(f"probability_{name}" for name in (label_names if probabilities else ()))])
    for index, prediction in enumerate(predictions):
        cell = str(prediction).lower() if isinstance(prediction, bool) else prediction
        writer.writerow([cell, *(probabilities[index] if probabilities else ())])
    return text.getvalue().encode()


NATIVE: Final[Dialect] = Native()
