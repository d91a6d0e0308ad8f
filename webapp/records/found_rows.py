"""A row of the journal in words: who asked what, what was answered, and what came true."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.predictions.fields import label_of
from webapp.predictions.numbers import number_words, percent_words, with_unit
from webapp.predictions.outcome import Bar, label_words
from webapp.predictions.telling import OutcomeForm, outcome_forms
from webapp.registry.models import ModelVersion
from worker.contract.journal import API, JOB, PAGE
from worker.contract.records import RecordedRow, Value
from worker.contract.signature import Feature, FeatureType, OutputKind
from worker.contract.truth import BY_REQUEST

WAYS: Final = {
    API: gettext_lazy("by a program"),
    PAGE: gettext_lazy("on a page"),
    JOB: gettext_lazy("in a job"),
}
HASH: Final = re.compile(r"[0-9a-f]{16}")
NOTHING: Final = "—"


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One value that was asked about; `is_hashed`: only its hash is kept."""

    label: str
    words: str
    is_hashed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RowLine:
    """A row in a list."""

    address: str
    when: str
    name: str
    answer: str
    truth: str
    way: str
    version: int
    telling: OutcomeForm | None


def version_of(endpoint: Endpoint, row: RecordedRow) -> ModelVersion | None:
    """Return the version that answered; None where it is deleted."""
    versions = ModelVersion.objects.select_related("model").filter(digest=row.digest, manifest_json__isnull=False)
    model = endpoint.model
    return versions.filter(model=model).first() or versions.first()


def address_of(endpoint: Endpoint, row: RecordedRow) -> str:
    """Return the address of a row's page."""
    query = urlencode({"by": BY_REQUEST, "id": row.request_id, "row": row.row})
    return f"{reverse('records', args=[endpoint.name])}?{query}"


def lines_of(endpoint: Endpoint, rows: Sequence[RecordedRow]) -> list[RowLine]:
    """Return rows as a list shows them, each with the form that tells what came true of it."""
    forms = outcome_forms(endpoint, [(row.request_id, row.row, row.prediction) for row in rows])
    return [
        RowLine(
            address=address_of(endpoint, row),
            when=when_words(row.at_ms),
            name=row.key or row.request_id,
            answer=_short(row.prediction),
            truth="" if row.truth is None else _short(row.truth),
            way=way_words(row),
            version=row.version,
            telling=form,
        )
        for row, form in zip(rows, forms, strict=True)
    ]


def _short(value: Value) -> str:
    """Return an answer for a list; the page of the row itself shows all digits."""
    return number_words(value) if isinstance(value, float) else value_words(value)


def facts_of(row: RecordedRow, *, with_account: bool) -> list[tuple[str, str]]:
    """Return what is known of a row beside its values and its answer."""
    facts = [(_("When"), when_words(row.at_ms)), (_("How"), way_words(row))]
    if with_account:
        facts.append((_("Who"), account_words(row)))
    facts.append((_("Request"), row.request_id))
    facts.append((_("Row in it, from 0"), str(row.row)))
    if row.key:
        facts.append((_("Identifier in the file"), row.key))
    if row.latency_ms:
        facts.append((_("Answered within"), with_unit(number_words(row.latency_ms, 3), "ms")))
    return facts


def inputs_of(row: RecordedRow, version: ModelVersion | None, hashed: Sequence[str]) -> list[Input]:
    """Return what was asked, in the order of the signature."""
    known = row.inputs or {}
    if version is None:
        return [Input(label=name, words=value_words(value)) for name, value in known.items()]
    features = [each for each in version.manifest.signature.features if each.name in known]
    return [_input(each, known[each.name], hashed) for each in features]


def _input(feature: Feature, value: Value, hashed: Sequence[str]) -> Input:
    if is_hash(feature, value, hashed):
        return Input(label=label_of(feature), words=str(value), is_hashed=True)
    return Input(
        label=label_of(feature), words=with_unit(value_words(value), feature.unit if value is not None else "")
    )


def is_hash(feature: Feature, value: Value, hashed: Sequence[str]) -> bool:
    """Return whether the journal has but a hash of this value."""
    if not isinstance(value, str) or not HASH.fullmatch(value):
        return False
    return feature.name in hashed or feature.type in {FeatureType.NUMBER, FeatureType.INTEGER, FeatureType.BOOLEAN}


def answer_of(row: RecordedRow, version: ModelVersion | None) -> dict[str, Any]:
    """Return the recorded answer as the page shows it: in words, with the probability of each class."""
    output = version.manifest.signature.output if version else None
    if output is None or output.kind is OutputKind.NUMBER:
        return {"answer": with_unit(value_words(row.prediction), output.unit if output else ""), "bars": ()}
    answer = label_words(row.prediction)
    labels = [label_words(label) for label in output.labels or ()]
    shares = dict(zip(labels, row.probabilities, strict=False))
    bars = [
        Bar(label=label, words=percent_words(share), width=f"{share * 100:.2f}", is_answer=label == answer)
        for label, share in sorted(shares.items(), key=lambda item: -item[1])
    ]
    return {"answer": answer, "bars": bars, "confidence": percent_words(shares[answer]) if answer in shares else ""}


def truth_words(row: RecordedRow, version: ModelVersion | None) -> str:
    """Return what came true, as far as it is known."""
    if row.truth is None:
        return ""
    unit = version.manifest.signature.output.unit if version else ""
    return with_unit(value_words(row.truth), unit)


def is_right(row: RecordedRow) -> bool | None:
    """Return whether the answer came true; None of numbers, which are never quite right, and where nobody knows."""
    if row.truth is None or isinstance(row.truth, float):
        return None
    return label_words(row.prediction) == row.truth


def value_words(value: Value) -> str:
    """Return a value as people read it."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return number_words(value, 12) if isinstance(value, int | float) else value


def when_words(at_ms: int) -> str:
    """Return a moment in the reader's time and language."""
    return date_format(localtime(datetime.fromtimestamp(at_ms / 1000, UTC)), "DATETIME_FORMAT")


def way_words(row: RecordedRow) -> str:
    """Return over which way a row came."""
    way = row.caller.partition(":")[0]
    return str(WAYS.get(way, _("not known")))


def account_words(row: RecordedRow) -> str:
    """Return whose request it was."""
    number = row.caller.partition(":")[2]
    user = User.objects.filter(pk=int(number)).first() if number.isdigit() else None
    return user.get_username() if user else _("an account that is deleted")
