"""The rows of a window as statistics take them: features and answers as frames, outcomes, and what it took."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.contract.journal import JOB
from worker.contract.monitoring_run import Operations
from worker.contract.profile import Profile
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature
from worker.journal import reading
from worker.journal.block import Block, Column
from worker.journal.columns import CALLER, COMPUTE, KEY, LATENCY, PREDICTION, PROBABILITY, REQUEST, ROW, TIME, WAIT
from worker.models.answers import Answers, Label, label_names
from worker.monitoring.material import PROBABILITY as OF

OWN: Final = (REQUEST, ROW, KEY, CALLER, TIME, LATENCY, WAIT, COMPUTE, PREDICTION)
Numbers = npt.NDArray[np.float64]


class Rows:
    """The rows of a window, read from the journal's blocks."""

    def __init__(self, blocks: Sequence[Block], signature: Signature, hashed: Sequence[str] = ()) -> None:
        self._signature = signature
        labels = signature.output.labels or ()
        names = (*OWN, *(f"{PROBABILITY}{at}" for at in range(len(labels))), *signature.names)
        self.columns: Mapping[str, Column] = reading.joined(blocks, names)
        # A block has a column for each feature whose values, or hashes, it keeps, also where all of them are missing.
        self._there = frozenset(name for each in blocks for name in each.columns)
        self._hashed = frozenset(hashed)

    def __len__(self) -> int:
        return len(self.columns[REQUEST])

    def keeps(self, name: str) -> bool:
        """Return whether the journal keeps what a feature was, or that it was missing."""
        return name in self._there and name not in self._hashed

    @property
    def features(self) -> pl.DataFrame:
        """The features of which values are kept, as the reference has them; null where one is missing."""
        found = [_series(feature, self.columns[feature.name]) for feature in self._signature.features
                 if self.keeps(feature.name)]  # fmt: skip  # one thing a line
        return pl.DataFrame([each for each in found if each is not None])

    @property
    def answers(self) -> Answers:
        """The answers; without probabilities where not every row has them."""
        output = self._signature.output
        labels = output.labels or ()
        columns = [self.columns[f"{PROBABILITY}{at}"] for at in range(len(labels))]
        is_told = bool(columns) and all(column.dtype.kind == "f" for column in columns)
        probabilities = np.column_stack(columns) if is_told else None
        if probabilities is not None and np.isnan(probabilities).any():
            probabilities = None
        return Answers(_predictions(self.columns[PREDICTION], output), probabilities, labels)

    def said(self, profile: Profile) -> pl.DataFrame:
        """Return the answers as the profile names them: the prediction, and the probability of each label."""
        answers = self.answers
        output = self._signature.output
        if output.kind is OutputKind.NUMBER:
            said = pl.Series(profile.prediction.name, answers.predictions.astype(np.float64))
        else:
            said = pl.Series(profile.prediction.name, label_names(tuple(answers.predictions.tolist())), dtype=pl.String)
        columns = [said]
        if answers.probabilities is not None:
            names = label_names(output.labels or ())
            for column in profile.probabilities:
                if column.name in names:
                    place = names.index(column.name)
                    columns.append(pl.Series(f"{OF} {column.name}", answers.probabilities[:, place].astype(np.float64)))
        return pl.DataFrame(columns)

    @property
    def operations(self) -> Operations:
        """What it took to answer."""
        ways: dict[str, int] = {}
        for caller in self.columns[CALLER].tolist():
            way = str(caller or "").partition(":")[0]
            ways[way] = ways.get(way, 0) + 1
        online = np.array([not str(caller or "").startswith(JOB) for caller in self.columns[CALLER].tolist()], bool)
        latency = self.columns[LATENCY][online] if online.any() else np.zeros(0)
        facts: dict[str, Any] = {}
        if len(latency):
            p50, p95, p99 = np.quantile(latency.astype(np.float64), [0.5, 0.95, 0.99]).tolist()
            facts = {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99}
        # Rows that an older version of the box answered have no waits.
        waits = self.columns[WAIT][online].astype(np.float64) if online.any() else np.zeros(0)
        waits = waits[np.isfinite(waits)]
        if len(waits):
            facts["wait_p50_ms"], facts["wait_p95_ms"] = np.quantile(waits, [0.5, 0.95]).tolist()
        compute = self.columns[COMPUTE][online].astype(np.float64) if online.any() else np.zeros(1)
        requests = len(set(self.columns[REQUEST].tolist()))
        return Operations(requests=requests, rows=len(self), compute_ms=float(compute.mean()), ways=ways, **facts)


def _series(feature: Feature, column: Column) -> pl.Series | None:
    """Return a feature as the reference has it; None where its values are not kept."""
    if feature.type in (FeatureType.NUMBER, FeatureType.INTEGER):
        if column.dtype.kind not in "fiu":
            return None  # the journal has hashes
        return pl.Series(feature.name, column.astype(np.float64)).fill_nan(None)
    if feature.type is FeatureType.BOOLEAN:
        flags = [None if value is None else bool(value) for value in column.tolist()]
        return pl.Series(feature.name, flags, dtype=pl.Boolean)
    return pl.Series(
        feature.name, [None if value is None else str(value) for value in column.tolist()], dtype=pl.String
    )


def _predictions(column: Column, output: Output) -> npt.NDArray[Any]:
    """Return predictions as the model said them: labels of the signature, or numbers."""
    if output.kind is OutputKind.NUMBER:
        return column.astype(np.float64)
    by_name: dict[str, Label] = dict(zip(label_names(output.labels or ()), output.labels or (), strict=True))
    # A job's rows have the names of labels where the model has labels of several kinds.
    values = [_label(by_name, value) for value in column.tolist()]
    made = np.empty(len(values), object)
    made[:] = values
    return made


def _label(by_name: Mapping[str, Label], value: Label) -> Label:
    return by_name.get(label_names((value,))[0], value)
