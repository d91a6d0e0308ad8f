"""Asks a recorded row of any version of the model, and says how the answer differs from the recorded one."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.predictions import client
from webapp.predictions.numbers import number_words, percent_words, with_unit
from webapp.predictions.outcome import Outcome, label_words, read_outcome
from webapp.records.found_rows import is_hash, value_words
from webapp.registry.models import ModelVersion, Status
from worker.contract.records import RecordedRow, Value
from worker.contract.signature import Feature, FeatureType, OutputKind

ANSWERING: Final = (Status.READY, Status.RETIRED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One figure of both answers."""

    name: str
    then: str
    now: str
    gap: str = ""
    is_other: bool = False


def versions_to_ask(endpoint: Endpoint) -> list[ModelVersion]:
    """Return the versions of the endpoint's model that can answer, the newest first."""
    model = endpoint.model
    return list(model.versions.select_related("model").filter(status__in=ANSWERING)) if model else []


def ask_again(user: User, endpoint: Endpoint, row: RecordedRow, version: ModelVersion) -> dict[str, Any]:
    """Return what a version answers to a recorded row now, beside what was answered then; or why it cannot be asked."""
    signature = version.manifest.signature
    problem = _obstacle(endpoint, row, signature.features)
    if problem:
        return {"again_problem": problem, "again_version": version}
    known = row.inputs or {}
    asked = {feature.name: _as_asked(feature, known.get(feature.name)) for feature in signature.features}
    body = msgspec.json.encode({"rows": [asked]})
    answer = client.predict_by(version, user.pk, endpoint.name, body)
    outcome = read_outcome(answer.status, answer.body, signature)
    if not outcome.is_answer:
        details = [f"{name}{_(': ')}{' '.join(said)}" for name, said in (outcome.field_problems or {}).items()]
        words = " ".join([outcome.error, *details])
        return {"again_problem": words, "again_version": version}
    differences = _differences(row, outcome, version)
    return {
        "again": outcome,
        "again_version": version,
        "differences": differences,
        "is_same": not any(each.is_other for each in differences),
        "absent": [feature.name for feature in signature.features if feature.name not in known],
    }


def _obstacle(endpoint: Endpoint, row: RecordedRow, features: tuple[Feature, ...]) -> str:
    if row.inputs is None:
        return _("What was asked is not kept, so it cannot be asked again.")
    known = row.inputs
    hashed = [each.name for each in features if is_hash(each, known.get(each.name), endpoint.hashed_features)]
    if hashed:
        return _("Of these features only hashes are kept, so the row cannot be asked again: %(names)s.") % {
            "names": ", ".join(hashed)
        }
    return ""


def _as_asked(feature: Feature, value: Value) -> Value:
    if feature.type is FeatureType.INTEGER and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _differences(row: RecordedRow, outcome: Outcome, version: ModelVersion) -> list[Difference]:
    output = version.manifest.signature.output
    if output.kind is OutputKind.NUMBER:
        return [_numbers(row, outcome, output.unit)]
    then = label_words(row.prediction)
    found = [
        Difference(name=_("Answer"), then=then, now=outcome.answer, is_other=then != outcome.answer),
    ]
    now = {bar.label: bar.share for bar in (*outcome.bars, *outcome.more_bars)}
    labels = [label_words(label) for label in output.labels or ()]
    if len(row.probabilities) == len(labels):
        shares = zip(labels, row.probabilities, strict=True)
        found += [_shares(label, share, now[label]) for label, share in shares if label in now]
    return found


def _shares(label: str, then: float, now: float) -> Difference:
    is_other = abs(then - now) >= 0.0005
    gap = number_words(round(100 * (now - then), 1), 3) if is_other else ""
    facts = {"gap": f"+{gap}" if now > then else gap}
    return Difference(
        name=label,
        then=percent_words(then),
        now=percent_words(now),
        gap=_("%(gap)s points") % facts if is_other else "",
        is_other=is_other,
    )


def _numbers(row: RecordedRow, outcome: Outcome, unit: str) -> Difference:
    name = _("Answer")
    if isinstance(row.prediction, bool) or not isinstance(row.prediction, int | float):
        return Difference(name=name, then=value_words(row.prediction), now=outcome.answer, is_other=True)
    then, now = float(row.prediction), float(outcome.exact)
    gap = now - then
    # The engine adds up in another order for other numbers of rows.
    is_other = abs(gap) > 1e-6 * max(abs(then), abs(now), 1e-9)
    words = with_unit(number_words(gap, 4), unit) if is_other else ""
    told = f"+{words}" if gap > 0 and words else words
    return Difference(
        name=name, then=with_unit(number_words(then), unit), now=outcome.answer, gap=told, is_other=is_other
    )
