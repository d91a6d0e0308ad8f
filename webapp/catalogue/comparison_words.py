"""What came of the comparison of two versions, in words: the sentence above all, figures, and rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp.predictions.about import SHARES, name_of, value_words
from webapp.predictions.numbers import number_words, percent_words, rounded_words, with_unit
from webapp.sentences import say
from worker.contract.comparison import Compared, DifferentRow, Label, PairedQuality
from worker.contract.report import Importance
from worker.contract.words import Words

TEMPLATES: Final = frozenset(
    {
        gettext_noop("No row of the reference data is one that both versions take."),
        gettext_noop("One version answers with a class, the other with a number."),
        gettext_noop("The comparison could not be done."),
        gettext_noop("The comparison ended without an answer (exit status {status})."),
        gettext_noop("The comparison needed more memory than the {megabytes:,.0f} MB that it may take."),
        gettext_noop("The comparison was begun {begun} times, and each time the worker that did it died."),
        gettext_noop("The comparison was not done after {seconds:,.0f} s and was stopped."),
        gettext_noop("The model store does not hold version {number}."),
        gettext_noop("The process that compared the versions died ({signal})."),
        gettext_noop("The reference data of version {number} cannot be read."),
        gettext_noop("Version {number} cannot be opened."),
        gettext_noop("Version {number} does not answer rows of the reference data."),
        gettext_noop(
            "Version {number} needs the feature “{feature}”, which the reference data of version {new} does not have."
        ),
    }
)
"""What the data plane may say of a comparison that failed."""

HEADLINES: Final = ("accuracy", "mae")
COLUMNS_MAX: Final = 12
NUMBER: Final = re.compile(r"-?[0-9]{1,15}\.[0-9]+")
MINUS: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureRow:
    """One figure of both versions on the same rows; texts are empty where nothing is known."""

    name: str
    old: str
    old_interval: str
    new: str
    new_interval: str
    difference: str
    interval: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowOfBoth:
    """A row that both versions answer otherwise; `right` says which of them is right, where that is known."""

    number: str
    old: str
    new: str
    truth: str
    right: str
    values: tuple[tuple[str, str], ...]


def answers_sentence(compared: Compared, old: int, new: int) -> str:
    """Return in a sentence or two how the answers differ, and which version is better."""
    facts = {"old": old, "new": new, "different": number_words(compared.different), "rows": number_words(compared.rows)}
    if compared.different == 0:
        return _("Version %(new)d answers all %(rows)s rows as version %(old)d does.") % facts
    first = _("Version %(new)d answers %(different)s of %(rows)s rows otherwise.") % facts
    return f"{first} {verdict_words(headline(compared))}"


def headline(compared: Compared) -> PairedQuality | None:
    """Return the figure that owners know; None where no quality is known."""
    return next((pair for pair in compared.quality if pair.new.name in HEADLINES), None)


def unjudged(compared: Compared) -> str:
    """Return why no version could be called better; nothing where their quality was compared, or nobody noted why."""
    if compared.quality or not compared.rows_of:
        return ""
    if not compared.target:
        return _(
            "Their quality could not be compared: neither version has reference data with a target column. Publish "
            "reference data with the true answers, and name its target, to learn which is better."
        )
    return _("Their quality could not be compared: the target “%(target)s” is empty in every row.") % {
        "target": compared.target
    }


def verdict_words(pair: PairedQuality | None) -> str:
    """Return which of two versions is better by a figure that owners know."""
    if pair is None:
        return _("Which is better the reference data cannot tell.")
    facts = {"difference": difference_words(pair), "interval": interval_words(pair)}
    if pair.low is None or pair.high is None:
        return _("The rows are too few to tell which is better.")
    if pair.low <= 0 <= pair.high:
        if pair.new.name in SHARES:
            told = _("Which is right more often these rows do not show (%(difference)s, interval %(interval)s).")
        else:
            told = _("Which is nearer to the truth these rows do not show (%(difference)s, interval %(interval)s).")
    elif pair.new.name in SHARES:
        told = (
            _("It is right more often (%(difference)s, interval %(interval)s).")
            if pair.difference > 0
            else _("It is right less often (%(difference)s, interval %(interval)s).")
        )
    else:
        told = (
            _("Its mean error is smaller (%(difference)s, interval %(interval)s).")
            if pair.difference < 0
            else _("Its mean error is larger (%(difference)s, interval %(interval)s).")
        )
    return told % facts


def difference_words(pair: PairedQuality) -> str:
    """Return by how much the figure differs, with its sign."""
    signed = _signed(pair, pair.difference)
    return _("%(signed)s points") % {"signed": signed} if pair.new.name in SHARES else with_unit(signed, pair.new.unit)


def interval_words(pair: PairedQuality) -> str:
    """Return the interval of the difference; nothing where there is none."""
    if pair.low is None or pair.high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": _signed(pair, pair.low), "high": _signed(pair, pair.high)}


def _signed(pair: PairedQuality, value: float) -> str:
    is_share = pair.new.name in SHARES
    words = rounded_words(abs(value) * 100, decimals=1) if is_share else number_words(abs(value), digits=2)
    sign = "" if not words.strip("0.,") else MINUS if value < 0 else "+"
    return f"{sign}{words}"


def figure_rows(quality: Sequence[PairedQuality]) -> tuple[FigureRow, ...]:
    """Return each figure in words."""
    return tuple(
        FigureRow(
            name=name_of(pair.new),
            old=value_words(pair.old, pair.old.value),
            old_interval=_own_interval(pair, is_new=False),
            new=value_words(pair.new, pair.new.value),
            new_interval=_own_interval(pair, is_new=True),
            difference=difference_words(pair),
            interval=interval_words(pair),
        )
        for pair in quality
    )


def _own_interval(pair: PairedQuality, *, is_new: bool) -> str:
    quality = pair.new if is_new else pair.old
    if quality.low is None or quality.high is None:
        return ""
    ends = {"low": value_words(quality, quality.low, 3), "high": value_words(quality, quality.high, 3)}
    return _("%(low)s to %(high)s") % ends


def columns_of(compared: Compared, importance: Sequence[Importance]) -> tuple[str, ...]:
    """Return the features that the rows are shown with: where there are many, those that count most."""
    known = list(dict.fromkeys(name for row in compared.most for name in row.values))
    if len(known) > COLUMNS_MAX and importance:
        weight = {each.feature: each.value for each in importance}
        known = sorted(known, key=lambda name: -weight.get(name, 0.0))
    return tuple(known[:COLUMNS_MAX])


def different_rows(compared: Compared, columns: Sequence[str], unit: str) -> tuple[RowOfBoth, ...]:
    """Return the rows that differ most in words."""
    return tuple(_row(row, columns, unit) for row in compared.most)


def _row(row: DifferentRow, columns: Sequence[str], unit: str) -> RowOfBoth:
    right = ""
    if isinstance(row.truth, str | bool | int) and not isinstance(row.old, float):
        right = "old" if row.old == row.truth else "new" if row.new == row.truth else "neither"
    return RowOfBoth(
        number=number_words(row.row),
        old=_answer(row.old, row.old_probability, unit),
        new=_answer(row.new, row.new_probability, unit),
        truth="" if row.truth is None else _answer(row.truth, None, unit),
        right=right,
        values=tuple((name, _cell(row.values.get(name))) for name in columns),
    )


def _cell(text: str | None) -> str:
    """Return a cell of the reference data, a number with no more digits than anybody reads."""
    return number_words(float(text), digits=5) if text and NUMBER.fullmatch(text) else text or ""


def _answer(said: Label, probability: float | None, unit: str) -> str:
    words = with_unit(number_words(said, digits=5), unit) if isinstance(said, float) else label_words(said)
    return words if probability is None else f"{words} ({percent_words(probability)})"


def label_words(label: Label) -> str:
    """Return a label as the API writes it."""
    return str(label).lower() if isinstance(label, bool) else str(label)


def gap_sentence(compared: Compared, unit: str) -> str:
    """Return how far apart the answers are."""
    if compared.answers is not None:
        facts = {"mean": number_words(compared.gap_mean * 100, digits=3)}
        facts["most"] = number_words(compared.gap_max * 100, digits=3)
        sentence = _(
            "The probability of the older version's answer differs by %(mean)s points on average, by %(most)s at most."
        )
        return sentence % facts
    facts = {
        "mean": with_unit(number_words(compared.gap_mean, digits=3), unit),
        "most": with_unit(number_words(compared.gap_max, digits=3), unit),
    }
    return _("The answers differ by %(mean)s on average, by %(most)s at most.") % facts


def reason_words(reason: Words) -> str | None:
    """Return why versions cannot be compared, None where only the English is known."""
    return say(TEMPLATES, reason.template, reason.facts)
