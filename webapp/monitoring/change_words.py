"""What changed in the data of an endpoint, in words an owner understands."""

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from webapp.monitoring.refused import REFUSALS, refusal_words
from webapp.monitoring.unit_words import unit_words
from webapp.predictions.numbers import number_words, percent_words
from worker.contract.monitoring import Cause, CauseKind, Check, CheckKind, DomainDrift, FeatureDrift

FEATURES_NAMED: Final = 3


def cause_words(cause: Cause) -> str:
    """Return a likely cause of drift, in a sentence."""
    return CAUSES[cause.kind](cause)


def _factor(cause: Cause) -> str:
    facts = {"factor": number_words(cause.factor, 3)}
    if cause.unit:
        facts["unit"] = unit_words(cause.unit)
        return _("The unit has probably changed (%(unit)s): values are %(factor)s times what they were.") % facts
    return _("Values are %(factor)s times what they were: has the unit changed?") % facts


def _part(cause: Cause) -> str:
    facts = {"factor": number_words(cause.factor, 3), "share": percent_words(cause.share)}
    if cause.unit:
        facts["unit"] = unit_words(cause.unit)
        return _("In %(share)s of the rows the unit has probably changed (%(unit)s).") % facts
    return _("In %(share)s of the rows values are %(factor)s times what they were.") % facts


def _offset(cause: Cause) -> str:
    return _("All values have moved by %(offset)s.") % {"offset": number_words(cause.offset, 3)}


def _linear(cause: Cause) -> str:
    facts = {"factor": number_words(cause.factor, 3), "offset": number_words(cause.offset, 3)}
    if cause.unit:
        return _("The unit has probably changed (%(unit)s).") % {"unit": unit_words(cause.unit)}
    return _("Values are %(factor)s times what they were, plus %(offset)s: has the unit changed?") % facts


def _sign(_cause: Cause) -> str:
    return _("The sign has turned: what was positive is negative.")


def _spike(cause: Cause) -> str:
    facts = {"value": cause.value, "share": percent_words(cause.share)}
    return _("%(share)s of the rows have the value %(value)s: does it stand for “unknown”?") % facts


def _shift(cause: Cause) -> str:
    return _("Values have moved by %(count)s standard deviations.") % {"count": number_words(cause.offset, 2)}


def _spread(cause: Cause) -> str:
    return _("Values are spread %(factor)s times as far.") % {"factor": number_words(cause.factor, 2)}


def _category(cause: Cause) -> str:
    former = min(max(cause.share - cause.offset, 0.0), 1.0)
    facts = {"value": cause.value, "share": percent_words(cause.share), "former": percent_words(former)}
    return _("“%(value)s” is in %(share)s of the rows, in the reference data in %(former)s.") % facts


CAUSES: Final[dict[CauseKind, Callable[[Cause], str]]] = {
    CauseKind.FACTOR: _factor,
    CauseKind.PART_FACTOR: _part,
    CauseKind.OFFSET: _offset,
    CauseKind.LINEAR: _linear,
    CauseKind.SIGN: _sign,
    CauseKind.SPIKE: _spike,
    CauseKind.SHIFT: _shift,
    CauseKind.SPREAD: _spread,
    CauseKind.CATEGORY: _category,
}


def drift_words(drift: FeatureDrift) -> str:
    """Return how a column differs where no cause suggests itself."""
    if drift.median is not None and drift.reference_median is not None:
        facts = {"now": number_words(drift.median, 4), "then": number_words(drift.reference_median, 4)}
        return _("In the middle %(now)s, in the reference data %(then)s.") % facts
    return _("Its values are otherwise frequent than in the reference data.")


def domain_words(found: DomainDrift) -> str:
    """Return how well a classifier tells the rows from the reference data, beside chance, and what it goes by."""
    facts = {
        "rows": number_words(found.rows),
        "area": number_words(found.area, 2),
        "low": number_words(found.low, 2),
        "high": number_words(found.high, 2),
        "names": ", ".join(name for name, _share in found.features[:FEATURES_NAMED]),
    }
    if not found.is_changed:
        return _("All features together: a classifier has an area of %(area)s, by chance up to %(high)s.") % facts
    words = _("A classifier tells them from the reference data: area %(area)s, by chance %(low)s to %(high)s.") % facts
    return " ".join((words, _("It goes by %(names)s.") % facts if facts["names"] else "")).strip()


def check_words(check: Check) -> str:
    """Return what a count of a window says, in a sentence."""
    if check.kind in REFUSALS:
        return refusal_words(check)
    expected = percent_words(check.expected) if check.expected is not None else "—"
    facts = {"share": percent_words(check.share), "expected": expected, "value": check.value}
    return {
        CheckKind.MISSING: _("Missing in %(share)s of the rows, in the reference data in %(expected)s."),
        CheckKind.OUT_OF_RANGE: _("Outside the range of the reference data in %(share)s of the rows."),
        CheckKind.NEW_CATEGORY: _(
            "%(share)s of the rows have values that the reference data did not, such as “%(value)s”."
        ),
        CheckKind.CONSTANT: _("The same value in all rows: %(value)s."),
        CheckKind.DUPLICATE: _("%(share)s of the rows repeat an earlier one."),
    }[check.kind] % facts


def subject_words(kind: str, name: str) -> str:
    """Return what an alarm is about, in a few words."""
    if kind == "domain":
        return _("all features together")
    if kind == "prediction":
        return pgettext("what changed", "the answers (%(name)s)") % {"name": name}
    return name or _("whole rows")
