"""The form by which a person tells what came true of an answer: right, one of the other classes, or a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from webapp.endpoints.models import Endpoint
from webapp.predictions.outcome import label_words
from worker.contract.signature import Output, OutputKind

BUTTONS_MAX: Final = 4
"""More classes are chosen from a list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeForm:
    """What the form asks: one of `labels`, or a number. `answer` is what the model said."""

    endpoint: str
    request_id: str
    row: int
    answer: str
    labels: tuple[str, ...]
    unit: str

    @property
    def others(self) -> tuple[str, ...]:
        """The classes that the model did not answer."""
        return tuple(label for label in self.labels if label != self.answer)

    @property
    def few(self) -> tuple[str, ...]:
        """The other classes, where each has a button."""
        return self.others if len(self.others) <= BUTTONS_MAX else ()

    @property
    def many(self) -> tuple[str, ...]:
        """The other classes, where they are too many for buttons."""
        return self.others if len(self.others) > BUTTONS_MAX else ()


def outcome_form(endpoint: Endpoint, request_id: str, row: int, answer: object) -> OutcomeForm | None:
    """Return the form for a row; None where no version says what an outcome may be."""
    return outcome_forms(endpoint, [(request_id, row, answer)])[0]


def outcome_forms(endpoint: Endpoint, rows: Iterable[tuple[str, int, object]]) -> list[OutcomeForm | None]:
    """Return the form for each of several rows, of which the request, the place in it and the answer are given."""
    champion = endpoint.champion
    output = champion.version.manifest.signature.output if champion else None
    return [
        _form(endpoint, output, request_id, row, answer) if output is not None and request_id else None
        for request_id, row, answer in rows
    ]


def _form(endpoint: Endpoint, output: Output, request_id: str, row: int, answer: object) -> OutcomeForm:
    labels = tuple(label_words(label) for label in output.labels or ()) if output.kind is OutputKind.CLASS else ()
    return OutcomeForm(
        endpoint=endpoint.name,
        request_id=request_id,
        row=row,
        answer=label_words(answer) if labels else "",
        labels=labels,
        unit=output.unit,
    )
