"""What a window is compared with: the reference of its version, what the model answers to it, and what was true."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from worker.comparison.rows import FeatureAbsent, taken
from worker.contract.inspection import PROFILE, REFERENCE
from worker.contract.monitoring import Isotonic
from worker.contract.profile import Profile
from worker.contract.signature import Output, OutputKind, Signature
from worker.inspection.asking import ask
from worker.inspection.reference import read_reference
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.inspection.truth import truth
from worker.models.answers import Answers, label_names
from worker.models.errors import ModelError
from worker.models.serving import ServedModel, read_manifest
from worker.stats import conformal, estimated
from worker.stats.drift import Reference
from worker.stats.estimated_errors import ROWS_MIN, ErrorModel
from worker.stats.realised import positions

Numbers = npt.NDArray[np.float64]
PROBABILITY: Final = "probability of"
LEVEL: Final = 0.9
"""Of the truths lie within the interval of a single answer."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the reference data with their outcomes teach: how probabilities or errors come true."""

    calibrators: tuple[Isotonic | None, ...] = ()
    errors: ErrorModel | None = None
    half_width: float | None = None
    """Of a regression: by how much a single answer is off at most, in `LEVEL` of the rows."""


class Material:
    """The reference of one version in the store. What is not there is None, and asked for only when it is needed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.manifest = read_manifest(directory)

    @property
    def signature(self) -> Signature:
        """The signature of the version."""
        return self.manifest.signature

    @property
    def output(self) -> Output:
        """What the version answers."""
        return self.manifest.signature.output

    @property
    def positive(self) -> int | None:
        """The place of the label that figures are about; None where they are about all."""
        names = label_names(self.output.labels or ())
        named = self.manifest.report.positive_label if self.manifest.report else None
        if named in names:
            return names.index(named)
        return 1 if len(names) == 2 else None

    @property
    def importance(self) -> dict[str, float]:
        """How much each feature matters to the version."""
        report = self.manifest.report
        return {each.feature: each.value for each in report.importance} if report else {}

    @cached_property
    def profile(self) -> Profile | None:
        """The frozen profile of the reference; None where the version was published without reference data."""
        try:
            return msgspec.json.decode((self._directory / PROFILE).read_bytes(), type=Profile)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    @cached_property
    def features(self) -> tuple[Reference, ...]:
        """What each feature is compared with."""
        return tuple(map(Reference.of, self.profile.features)) if self.profile else ()

    @cached_property
    def predictions(self) -> tuple[Reference, ...]:
        """What the answers are compared with: the prediction and the probability of each label."""
        if self.profile is None:
            return ()
        # A label may be called as the prediction is.
        named = (
            msgspec.structs.replace(each, name=f"{PROBABILITY} {each.name}") for each in self.profile.probabilities
        )
        return tuple(map(Reference.of, (self.profile.prediction, *named)))

    @cached_property
    def rows(self) -> pl.DataFrame | None:
        """The reference rows, typed; None where they are not kept, or not as the signature has them."""
        found = self._taken
        return None if found is None else found[0]

    @cached_property
    def _taken(self) -> tuple[pl.DataFrame, pl.Series | None] | None:
        try:
            data = read_reference(self._directory / REFERENCE)
            found = taken(data, self.signature)
        except (OSError, Refused, FeatureAbsent):
            return None
        target = self.manifest.target
        outcomes = data[target].filter(found.rows) if target and target in data.columns else None
        return found.values.filter(found.rows), outcomes

    @cached_property
    def learned(self) -> Learned:
        """What the outcomes of the reference teach; nothing where they are not known."""
        found = self._taken
        if found is None or found[1] is None:
            return Learned()
        values, cells = found
        try:
            outcomes: list[Any] = truth(cells, self.output) if cells is not None else []
            known = [row for row, outcome in enumerate(outcomes) if outcome is not None]
            answers = ask(ServedModel.load(self._directory), to_table(values[known], self.signature))
        except (Refused, ModelError):
            return Learned()
        right = [outcomes[row] for row in known]
        return self._learned(values[known], answers, right) if right else Learned()

    def _learned(self, values: pl.DataFrame, answers: Answers, right: list[Any]) -> Learned:
        if self.output.kind is OutputKind.CLASS:
            if answers.probabilities is None:
                return Learned()
            places = positions(right, self.output.labels or ())
            positive = self.positive if len(self.output.labels or ()) == 2 else None
            return Learned(
                calibrators=estimated.calibrators(answers.probabilities.astype(np.float64), places, positive)
            )
        if len(right) < ROWS_MIN:
            return Learned()
        said = answers.predictions.astype(np.float64)
        outcomes = np.array(right, dtype=np.float64)
        half_width = conformal.half_width(outcomes - said, LEVEL)
        return Learned(errors=ErrorModel.of(self.as_numbers(values), said, outcomes), half_width=half_width)

    def as_numbers(self, values: pl.DataFrame) -> Numbers:
        """Return rows as the model of errors takes them: categories by their place in the profile, NaN for missing."""
        known = {each.name: each.categories for each in self.profile.features} if self.profile else {}
        columns = []
        for series in values.iter_columns():
            if series.dtype.is_numeric():
                columns.append(series.cast(pl.Float64).fill_null(np.nan).to_numpy())
                continue
            categories = known.get(series.name)
            places = {value: float(at) for at, value in enumerate(categories.values)} if categories else {}
            columns.append(np.array([places.get(value, np.nan) for value in series.cast(pl.String).to_list()]))
        return np.column_stack(columns)
