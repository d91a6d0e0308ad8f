"""What each feature is and does, for the page of the report: its importance, and how its values are distributed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from webapp.plots.marks import Strip
from webapp.plots.strips import bar, columns, histogram
from webapp.predictions.numbers import number_words, percent_words, with_unit
from worker.contract.profile import PERCENTILES, CategoryProfile, ColumnProfile, NumberProfile, Profile
from worker.contract.report import Importance
from worker.contract.signature import Output, OutputKind, Signature

IMPORTANT_SHOWN: Final = 12
PROFILES_SHOWN_MAX: Final = 60
CATEGORIES_SHOWN: Final = 3
COLUMNS_MAX: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportanceRow:
    """By how much the answers worsen without a feature."""

    name: str
    words: str
    spread: str
    strip: Strip


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileRow:
    """How the values of a column are distributed."""

    name: str
    words: str
    missing: str
    strip: Strip | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Profiled:
    """The columns of the reference data, as many as a page holds."""

    rows: tuple[ProfileRow, ...]
    left_out: int


def importance_rows(importances: Iterable[Importance], output: Output) -> tuple[ImportanceRow, ...]:
    """Return the features, the most important first."""
    ordered = sorted(importances, key=lambda each: -each.value)
    most = ordered[0].value if ordered else 0.0
    unit = output.unit if output.kind is OutputKind.NUMBER else ""
    return tuple(
        ImportanceRow(
            name=each.feature,
            words=_loss_words(each.value, unit),
            spread=_loss_words(each.sd, unit),
            strip=bar(each.value / most if most > 0 else 0.0),
        )
        for each in ordered
    )


def importance_sentence(output: Output) -> str:
    """Return what the figures of importance mean."""
    if output.kind is OutputKind.NUMBER:
        return _("By how much the typical error grows when the values of one feature are shuffled among the rows.")
    if output.probabilities:
        return _("By how much the Brier score grows when the values of one feature are shuffled among the rows.")
    return _("By how much the share of wrong answers grows when the values of one feature are shuffled among the rows.")


def profiled(profile: Profile, signature: Signature) -> Profiled:
    """Return the distribution of each feature, then of the answers and of the truth."""
    units = {feature.name: feature.unit for feature in signature.features}
    shown = profile.features[:PROFILES_SHOWN_MAX]
    rows = [_profile_row(each, each.name, units.get(each.name, "")) for each in shown]
    rows.append(_profile_row(profile.prediction, _("What the model answered"), signature.output.unit))
    if profile.target is not None:
        rows.append(_profile_row(profile.target, _("What was true"), signature.output.unit))
    return Profiled(rows=tuple(rows), left_out=len(profile.features) - len(shown))


def _profile_row(column: ColumnProfile, name: str, unit: str) -> ProfileRow:
    all_rows = column.count + column.missing
    words, strip = _distribution(column, unit)
    missing = percent_words(column.missing / all_rows) if column.missing and all_rows else _("none")
    return ProfileRow(name=name, words=words, missing=missing, strip=strip)


def _distribution(column: ColumnProfile, unit: str) -> tuple[str, Strip | None]:
    if column.numbers is not None and len(column.numbers.percentiles) == PERCENTILES:
        return _number_words(column.numbers, unit), histogram(column.numbers.percentiles)
    if column.categories is not None:
        known = column.categories
        rest = (known.other,) if known.other else ()
        return _category_words(known, column.count), columns((*known.counts[:COLUMNS_MAX], *rest))
    return "", None


def _number_words(numbers: NumberProfile, unit: str) -> str:
    least, quarter, middle, three_quarters, most = (numbers.percentiles[place] for place in (0, 25, 50, 75, 100))
    facts = {"low": _short(quarter), "high": with_unit(_short(three_quarters), unit), "middle": _short(middle)}
    ends = {"least": _short(least), "most": _short(most)}
    return _("half lie from %(low)s to %(high)s; middle %(middle)s, least %(least)s, most %(most)s") % (facts | ends)


def _category_words(categories: CategoryProfile, count: int) -> str:
    pairs = list(zip(categories.values, categories.counts, strict=False))
    shown = ", ".join(f"{value} {percent_words(number / count)}" for value, number in pairs[:CATEGORIES_SHOWN] if count)
    more = max(categories.distinct, len(pairs)) - CATEGORIES_SHOWN
    return _("%(shown)s and %(count)d more") % {"shown": shown, "count": more} if more > 0 else shown


def _loss_words(value: float, unit: str) -> str:
    return with_unit(number_words(value, digits=2), unit)


def _short(value: float) -> str:
    return number_words(value, digits=4)
