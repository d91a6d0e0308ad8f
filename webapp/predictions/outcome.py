"""An answer of the online path in the words of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import msgspec

from webapp.endpoints.wording import in_words
from webapp.predictions import problems
from webapp.predictions.numbers import number_words, percent_words, with_unit
from worker.contract.errors import ErrorBody
from worker.contract.signature import Output, OutputKind, Signature

BARS_MAX: Final = 12


class _Prediction(msgspec.Struct, frozen=True):
    prediction: Any
    probabilities: dict[str, float] | None = None


class _Predictions(msgspec.Struct, frozen=True):
    version: int
    predictions: tuple[_Prediction, ...]
    request_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """The probability of one class. `width` is a number from 0 to 100 as SVG takes it, `share` one from 0 to 1."""

    label: str
    words: str
    width: str
    is_answer: bool
    share: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came back: an answer in words, or a sentence about why there is none and what to do."""

    subject: str = ""
    answer: str = ""
    confidence: str = ""
    exact: str = ""
    bars: tuple[Bar, ...] = ()
    more_bars: tuple[Bar, ...] = ()
    version: int = 0
    request_id: str = ""
    error: str = ""
    hint: str = ""
    field_problems: Mapping[str, tuple[str, ...]] | None = None

    @property
    def is_answer(self) -> bool:
        """Whether the model answered."""
        return not self.error


def read_outcome(status: int, body: bytes, signature: Signature) -> Outcome:
    """Return what the online path answered about one row."""
    if status == HTTPStatus.OK:
        return _answered(msgspec.json.decode(body, type=_Predictions), signature.output)
    error = msgspec.json.decode(body, type=ErrorBody)
    by_field: dict[str, tuple[str, ...]] = {}
    for row in error.rows:
        if row.feature in signature.names:
            by_field[row.feature] = (*by_field.get(row.feature, ()), problems.sentence(row))
    error_words, hint = problems.error_words(error, are_in_fields=bool(by_field))
    return Outcome(error=error_words, hint=hint, field_problems=by_field)


def _answered(answer: _Predictions, output: Output) -> Outcome:
    prediction = answer.predictions[0]
    subject = in_words(output.name)
    known: dict[str, Any] = {
        "subject": subject[:1].upper() + subject[1:],
        "version": answer.version,
        "request_id": answer.request_id,
    }
    if output.kind is OutputKind.NUMBER:
        value = float(prediction.prediction)
        words = with_unit(number_words(value), output.unit)
        return Outcome(answer=words, exact=repr(prediction.prediction), **known)
    label = label_words(prediction.prediction)
    if prediction.probabilities is None:
        return Outcome(answer=label, **known)
    bars = _bars(prediction.probabilities, label)
    sure = percent_words(prediction.probabilities.get(label, 0.0))
    return Outcome(answer=label, confidence=sure, bars=bars[:BARS_MAX], more_bars=bars[BARS_MAX:], **known)


def label_words(label: object) -> str:
    """Return a class as the answer names it among the probabilities: JSON's words for truth, text as it is."""
    if isinstance(label, bool):
        return "true" if label else "false"
    return str(label)


def _bars(probabilities: Mapping[str, float], answer: str) -> tuple[Bar, ...]:
    return tuple(
        Bar(label=label, words=percent_words(share), width=f"{share * 100:.2f}", is_answer=label == answer, share=share)
        for label, share in sorted(probabilities.items(), key=lambda item: -item[1])
    )
