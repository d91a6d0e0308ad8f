"""Looks at one window: drift, data, answers, how good they probably are, how good they were, and what it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from worker.contract.monitoring import Check, DomainDrift, Estimate, FeatureDrift, Found, Slice
from worker.contract.monitoring_run import AnswerInterval, Coverage, WindowReport
from worker.contract.report import CalibrationBin
from worker.journal.columns import TIME
from worker.journal.truth import Known, Truths
from worker.models.answers import Answers, Label, finite, label_names
from worker.monitoring.cutting import Cut
from worker.monitoring.material import LEVEL, Material
from worker.monitoring.rows import Rows
from worker.stats import (
    calibration,
    choice,
    conformal,
    data_quality,
    domain,
    drift,
    estimated,
    realised,
    season,
    slices,
    verdict,
)
from worker.stats.columns import columns
from worker.stats.realised import positions

TRUTHS_MIN: Final = 30
"""Of fewer outcomes no figure is told."""

SLICED_MIN: Final = 200
BIASED_P_MAX: Final = 0.002
COMPLETE: Final = 0.98
"""With nearly all outcomes known, it does not matter which are not."""

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The rows whose outcome is known: which they are, their outcomes as the model would say them, and the delays."""

    rows: npt.NDArray[np.intp]
    values: list[Any]
    delays_s: list[float]


class Look:
    """Looks at windows of one version, the oldest first: each verdict is about the windows before it as well."""

    def __init__(self, material: Material, truths: Truths, former: Sequence[Found], hashed: Sequence[str]) -> None:
        self._material = material
        self._truths = truths
        self._founds = list(former)
        self._hashed = hashed

    def at(self, cut: Cut, rows: Rows, *, known: DomainDrift | None = None, with_domain: bool = False) -> WindowReport:
        """Return what a window shows. How its rows are told apart is `known`, or found here `with_domain`."""
        refused = self._refused(cut)
        if not len(rows):
            found = verdict.found(_asked(cut), (), refused)
            return self._report(cut, rows, found, checks=refused)
        features = rows.features
        drifts, checks, predictions = self._drift(rows, features)
        told_apart = self._domain(features) if with_domain and known is None else known
        if len(rows) < verdict.rows_needed() and any(each.is_changed for each in refused):
            # Of the few that were answered nothing is concluded; that the others were refused is certain.
            found = verdict.found(_asked(cut), (), refused)
        else:
            said = (*checks, *refused)
            found = verdict.found(len(rows), drifts, said, predictions=predictions, domain=told_apart)
        outcomes = self._outcomes(rows)
        return self._report(
            cut,
            rows,
            found,
            features=drifts,
            ranking=tuple((each.name, weight) for each, weight in drift.ranked(drifts, self._material.importance)),
            checks=(*checks, *refused),
            predictions=predictions,
            domain=told_apart,
            estimated=self._estimated(rows, features),
            operations=rows.operations,
            coverage=self._coverage(rows, outcomes),
            interval=self._interval(rows, outcomes),
            **self._realised(rows, features, outcomes),
        )

    def pass_by(self, found: Found) -> None:
        """Take a window as what it showed before."""
        self._founds.append(found)

    def _report(self, cut: Cut, rows: Rows, found: Found, **facts: Any) -> WindowReport:
        """Return the report with the verdict over this window and those before it."""
        found = msgspec.structs.replace(found, begins_ms=cut.begins_ms, ends_ms=cut.ends_ms)
        self._founds.append(season.judged(found, self._founds))
        return WindowReport(
            begins_ms=cut.begins_ms,
            ends_ms=cut.ends_ms,
            is_open=cut.is_open,
            rows=cut.rows,
            looked_at=len(rows),
            found=self._founds[-1],
            verdict=verdict.verdict(self._founds),
            refused=cut.refused,
            **facts,
        )

    def _refused(self, cut: Cut) -> tuple[Check, ...]:
        if cut.refused is None:
            return ()
        return data_quality.refused(self._material.signature.names, cut.refused.reasons, _asked(cut))

    def _drift(
        self, rows: Rows, features: pl.DataFrame
    ) -> tuple[tuple[FeatureDrift, ...], tuple[Check, ...], tuple[FeatureDrift, ...]]:
        profile = self._material.profile
        if profile is None:
            return (), (), ()
        there = columns(features, profile.features)
        known = {
            feature.name: feature.categories
            for feature in self._material.signature.features
            if feature.categories is not None
        }
        drifts = drift.drift(self._material.features, there)
        repeated = (data_quality.duplicates(features),) if features.width else ()
        checks = data_quality.checks(profile.features, there, known=known, others=repeated)
        said = columns(rows.said(profile), [each.profile for each in self._material.predictions])
        return drifts, checks, drift.drift(self._material.predictions, said)

    def _domain(self, features: pl.DataFrame) -> DomainDrift | None:
        reference = self._material.rows
        if reference is None or not features.width or min(reference.height, features.height) < domain.ROWS_MIN:
            return None
        return domain.domain_drift(reference.select(features.columns), features)

    def _estimated(self, rows: Rows, features: pl.DataFrame) -> tuple[Estimate, ...]:
        learned, answers = self._material.learned, rows.answers
        if learned.calibrators and answers.probabilities is not None:
            said = positions(answers.predictions.tolist(), answers.labels)
            positive = self._material.positive if len(answers.labels) == 2 else None
            return estimated.estimated(answers.probabilities.astype(np.float64), said, learned.calibrators, positive)
        if learned.errors is not None and features.columns == list(self._material.signature.names):
            numbers: npt.NDArray[np.float64] = answers.predictions.astype(np.float64)
            return learned.errors.estimated(self._material.as_numbers(features), numbers)
        return ()

    def _outcomes(self, rows: Rows) -> Outcomes:
        found = self._truths.of(rows.columns) if len(self._truths) else []
        known = [(at, each) for at, each in enumerate(found) if each is not None]
        labels = self._material.output.labels or ()
        by_name: dict[str, Label] = dict(zip(label_names(labels), labels, strict=True))
        kept = [(at, each, _outcome(each, by_name)) for at, each in known]
        kept = [(at, each, value) for at, each, value in kept if value is not None]
        answered_ms = rows.columns[TIME]
        return Outcomes(
            rows=np.array([at for at, _, _ in kept], dtype=np.intp),
            values=[value for _, _, value in kept],
            delays_s=[max(0.0, (each.told_ms - int(answered_ms[at])) / 1000) for at, each, _ in kept],
        )

    def _coverage(self, rows: Rows, outcomes: Outcomes) -> Coverage | None:
        if not len(rows) or not len(self._truths):
            return None
        known = len(outcomes.rows)
        p = choice.chance(rows.answers, outcomes.rows) if TRUTHS_MIN <= known < COMPLETE * len(rows) else 1.0
        delay_s = float(np.median(outcomes.delays_s)) if known else None
        return Coverage(rows=len(rows), known=known, delay_s=delay_s, is_biased=p <= BIASED_P_MAX, p=p)

    def _interval(self, rows: Rows, outcomes: Outcomes) -> AnswerInterval | None:
        half_width = self._material.learned.half_width
        if half_width is None or not np.isfinite(half_width):
            return None
        made = AnswerInterval(level=LEVEL, half_width=half_width)
        if len(outcomes.rows) < TRUTHS_MIN:
            return made
        said = rows.answers.predictions[outcomes.rows].astype(np.float64)
        share, low, high, known = conformal.coverage(np.array(outcomes.values, dtype=np.float64), said, half_width)
        return msgspec.structs.replace(made, share=share, low=low, high=high, known=known)

    def _realised(self, rows: Rows, features: pl.DataFrame, outcomes: Outcomes) -> dict[str, Any]:
        if len(outcomes.rows) < TRUTHS_MIN:
            return {}
        answers, output = _only(rows.answers, outcomes.rows), self._material.output
        measured = realised.measure(answers, outcomes.values, output, self._material.positive)
        losses = _losses(answers, outcomes.values)
        found: dict[str, Any] = {"realised": measured, "slices": self._slices(features, outcomes.rows, losses)}
        if answers.probabilities is not None:
            found["calibration"] = self._calibration(answers, outcomes.values)
        return found

    def _slices(self, features: pl.DataFrame, rows: npt.NDArray[np.intp], losses: Any) -> tuple[Slice, ...]:  # noqa: ANN401  # an array of numbers
        if len(rows) < SLICED_MIN or not features.width:
            return ()
        return tuple(slices.worst(features[rows.tolist()], losses))

    def _calibration(self, answers: Answers, outcomes: list[Any]) -> tuple[CalibrationBin, ...]:
        assert answers.probabilities is not None, "Who asks has looked"
        right = positions(outcomes, answers.labels)
        return calibration.bins(*calibration.foretold(answers.probabilities, right, self._material.positive))


def _asked(cut: Cut) -> int:
    """Return how many rows were asked, answered or not."""
    return cut.rows + (cut.refused.rows if cut.refused else 0)


def _outcome(known: Known, by_name: dict[str, Label]) -> Any:  # noqa: ANN401  # a label or a number
    """Return an outcome as the model would say it; None for one that a version of another kind was told."""
    return by_name.get(str(known.value)) if by_name else finite(known.value)


def _only(answers: Answers, rows: npt.NDArray[np.intp]) -> Answers:
    probabilities = None if answers.probabilities is None else answers.probabilities[rows]
    return Answers(answers.predictions[rows], probabilities, answers.labels)


def _losses(answers: Answers, outcomes: list[Any]) -> npt.NDArray[np.float64]:
    """Return 1 for a wrong label, or by how much a number is off."""
    if answers.labels:
        said = answers.predictions.tolist()
        return np.array([float(one != other) for one, other in zip(said, outcomes, strict=True)])
    return np.abs(answers.predictions.astype(np.float64) - np.array(outcomes, dtype=np.float64))
