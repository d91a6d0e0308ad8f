"""The page of one feature of an endpoint: its history, its distribution beside the reference, and what moved most."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.http import Http404
from django.utils.translation import gettext as _

from webapp.endpoints.models import Endpoint
from webapp.monitoring.bins import Bin, bins_of, rows_to_see
from webapp.monitoring.change_words import cause_words
from webapp.monitoring.changes import feature_state, feature_words
from webapp.monitoring.drift_histories import (
    check_histories,
    drift_history,
    limit_of,
    mean_reading,
    number_history,
    share_history,
)
from webapp.monitoring.histories import History, Level, Seen, Series, last_closed, seen_windows
from webapp.monitoring.history_files import FORMULA_STARTS
from webapp.monitoring.picturing import all_drawn, span_words
from webapp.monitoring.refused import REFUSALS, refusal_words
from webapp.plots.marks import Plot
from webapp.plots.pairs import pair_plot
from webapp.plots.timelines import Look
from webapp.predictions.numbers import number_words, percent_words
from webapp.registry.models import ModelVersion
from webapp.registry.profiles import profile_of
from worker.contract.monitoring import QUANTILES, FeatureDrift
from worker.contract.profile import ColumnProfile

SHARES_SHOWN: Final = 3
PROBABILITY_LEAST: Final = 1e-4
BIN_COLUMNS: Final = (
    "endpoint", "version", "window_begins", "window_ends", "is_open", "feature", "bin", "above", "at_most", "value",
    "reference_n", "reference_share", "n", "share", "psi_part",
)  # fmt: skip  # as they stand in the file


def feature_context(endpoint: Endpoint, version: ModelVersion, at: int) -> dict[str, Any]:
    """Return what the page shows of the feature at a place from 1. Raise Http404 where there is none."""
    name, profile = _feature(version, at)
    windows = seen_windows(endpoint, version)
    last = last_closed(windows)
    drift = _drift(last, name)
    context: dict[str, Any] = {"endpoint": endpoint, "version": version, "name": name, "at": at}
    context["pictures"] = all_drawn(_histories(name, profile, windows), "history")
    if last is None or drift is None:
        return context | {"state": "unknown", "sentence": _("This feature was not compared in the last window.")}
    state, words = feature_state(drift, last.report)
    context |= {"state": state, "sentence": words, "when": span_words(last), "about": feature_words(drift)}
    context |= {"causes": [cause_words(each) for each in drift.causes], "facts": _facts(drift, last, version)}
    if profile is not None:
        bins = bins_of(profile, drift)
        context |= {"bins": [_bin_words(each) for each in bins], "pair": _pair(name, bins)}
        context |= {"quantiles": _quantile_rows(profile, drift), "links": rows_to_see(profile, bins, last.report)}
    return context


def _feature(version: ModelVersion, at: int) -> tuple[str, ColumnProfile | None]:
    names = version.manifest.signature.names
    if not 1 <= at <= len(names):
        raise Http404
    name, profile = names[at - 1], profile_of(version)
    found = (each for each in (profile.features if profile else ()) if each.name == name)
    return name, next(found, None)


def _drift(seen: Seen | None, name: str) -> FeatureDrift | None:
    return next((each for each in seen.report.features if each.name == name), None) if seen else None


def _histories(name: str, profile: ColumnProfile | None, windows: Sequence[Seen]) -> list[History]:
    drifts = [(seen, each) for seen in windows for each in seen.report.features if each.name == name]
    index = drift_history(name, windows)
    found = [index] if index else []
    if profile is not None and profile.numbers is not None and drifts:
        found.append(number_history(profile, drifts, _("Its values: their middle")))
        found += _mean_history(profile, drifts)
    elif profile is not None and profile.categories is not None and drifts:
        counts, last = profile.categories.counts, drifts[-1][1]
        moved = sorted(
            range(min(len(counts), len(last.counts))),
            key=lambda at: -abs(last.counts[at] / max(last.rows, 1) - counts[at] / max(profile.count, 1)),
        )
        found += [share_history(profile, at, drifts) for at in moved[:SHARES_SHOWN]]
    return [*found, *check_histories(windows, name)]


def _mean_history(profile: ColumnProfile, drifts: Sequence[tuple[Seen, FeatureDrift]]) -> list[History]:
    readings = [mean_reading(*pair) for pair in drifts]
    known = tuple(each for each in readings if each is not None)
    if not known or profile.numbers is None:
        return []
    series = Series(key="mean", name=_("mean, 95 % interval"), look=Look.STEPS, readings=known)
    level = Level(value=profile.numbers.mean)
    return [
        History(subject=profile.name, title=_("Their mean"), axis="", series=(series,), level=level, from_nothing=False)
    ]


def _pair(name: str, bins: Sequence[Bin]) -> Plot | None:
    if not bins:
        return None
    top = max(bins, key=lambda each: (round(abs(each.moved), 6), each.moved))
    facts = {"name": name, "bin": top.name, "then": percent_words(top.shares[0]), "now": percent_words(top.shares[1])}
    alternative = _("%(name)s beside the reference data: most moved “%(bin)s”, from %(then)s to %(now)s.") % facts
    shares = ([each.shares[0] for each in bins], [each.shares[1] for each in bins])
    return pair_plot(shares, _axis_names(bins), (_("share of the rows"), _whole), alternative)


def _axis_names(bins: Sequence[Bin]) -> list[str]:
    """Return short names below the columns: of numbers the upper end, which is the lower one of the next."""
    return [_short(each) for each in bins]


def _short(each: Bin) -> str:
    return each.name if each.most is None else _("≤ %(most)s") % {"most": number_words(each.most, 3)}


def _whole(share: float) -> str:
    return _("%(number)s %%") % {"number": number_words(round(share * 100))}


def _bin_words(each: Bin) -> tuple[str, ...]:
    then, now = (percent_words(share) for share in each.shares)
    return (each.name, then, number_words(each.then), now, number_words(each.now), number_words(round(each.part, 4)))


def _quantile_rows(profile: ColumnProfile, drift: FeatureDrift) -> list[tuple[str, str, str]]:
    """Return quantiles of a column of numbers: in the reference data, and now."""
    numbers = profile.numbers
    if numbers is None or not drift.quantiles:
        return []
    then = numbers.percentiles
    rows = [
        (percent_words(level), number_words(then[round(level * (len(then) - 1))], 4), number_words(now, 4))
        for level, now in zip(QUANTILES, drift.quantiles, strict=False)
    ]
    mean = number_words(drift.mean, 4) if drift.mean is not None else "—"
    return [*rows, (_("mean"), number_words(numbers.mean, 4), mean)]


def _facts(drift: FeatureDrift, last: Seen, version: ModelVersion) -> list[tuple[str, str]]:
    order = [name for name, _weight in last.report.ranking]
    report = version.manifest.report
    importance = {each.feature: each.value for each in report.importance} if report else {}
    facts = [
        (_("Index (PSI)"), number_words(round(drift.psi, 3))),
        (_("No change up to"), number_words(round(limit_of(drift), 3))),
        (_("q, adjusted for all features"), _probability(drift.q)),
        (_("Rows with a value"), number_words(drift.rows)),
        (_("Rows of the reference data"), number_words(drift.reference_rows)),
    ]
    if drift.wasserstein is not None:
        facts.append((_("Moved by, in standard deviations"), number_words(drift.wasserstein, 2)))
    facts += [
        (_("Rows refused because of it"), refusal_words(each))
        for each in last.report.checks
        if each.feature == drift.name and each.kind in REFUSALS
    ]
    if drift.name in importance:
        facts.append((_("Importance to the model"), number_words(importance[drift.name], 3)))
    if drift.name in order:
        place = {"place": number_words(order.index(drift.name) + 1), "of": number_words(len(order))}
        facts.append((_("Place by drift times importance"), _("%(place)s of %(of)s") % place))
    return facts


def _probability(value: float) -> str:
    return number_words(value, 2) if value >= PROBABILITY_LEAST else _("under 0.0001")


class _Echo:
    def write(self, line: str) -> str:
        return line


def bin_lines(endpoint: Endpoint, version: ModelVersion, at: int) -> Iterator[str]:
    """Return the lines of a file with the bins of a feature in each window. Raise Http404 where there is none."""
    name, profile = _feature(version, at)
    return _bin_lines(endpoint, version, name, profile)


def _bin_lines(endpoint: Endpoint, version: ModelVersion, name: str, profile: ColumnProfile | None) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(BIN_COLUMNS)
    for seen in seen_windows(endpoint, version):
        drift = _drift(seen, name)
        if drift is None or profile is None:
            continue
        moments = (seen.begins_at.isoformat(), seen.ends_at.isoformat(), str(seen.is_open).lower())
        for place, each in enumerate(bins_of(profile, drift), 1):
            facts = (each.above, each.most, _text(each.value), each.then, each.shares[0], each.now, each.shares[1])
            cells = ["" if fact is None else fact for fact in (*facts, each.part)]
            yield writer.writerow([endpoint.name, version.number, *moments, _text(name), place, *cells])


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
