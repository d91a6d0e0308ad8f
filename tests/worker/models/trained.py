"""Real models on real data, small enough to train in a moment, each with its signature and its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import palmerpenguins
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from examples.diamonds import load_diamonds
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature
from worker.tables.columns import TableBuilder
from worker.tables.table import Table


@dataclass(frozen=True)
class Trained:
    """A fitted model, what it was asked while training, and the same rows as a table."""

    model: Any
    frame: pd.DataFrame
    signature: Signature

    @property
    def rows(self) -> list[list[Any]]:
        objects = self.frame.astype(object)
        return objects.where(self.frame.notna(), None).to_numpy().tolist()

    @property
    def table(self) -> Table:
        return TableBuilder(self.signature).build(self.rows)


def train(model: Any, frame: pd.DataFrame, target: Any) -> Trained:
    model.fit(frame, target)
    return Trained(model, frame, signature_of(model, frame))


def signature_of(model: Any, frame: pd.DataFrame) -> Signature:
    classes = getattr(model, "classes_", None)
    if classes is None:
        output = Output(kind=OutputKind.NUMBER, name="y")
    else:
        has_probabilities = hasattr(model, "predict_proba")
        labels = tuple(classes.tolist())
        output = Output(kind=OutputKind.CLASS, name="y", labels=labels, probabilities=has_probabilities)
    return Signature(features=tuple(_feature(str(name), frame[name]) for name in frame.columns), output=output)


def _feature(name: str, column: "pd.Series[Any]") -> Feature:
    required = bool(column.notna().all())
    kinds = {"f": FeatureType.NUMBER, "i": FeatureType.INTEGER, "b": FeatureType.BOOLEAN}
    kind = kinds.get(column.dtype.kind)
    if kind is not None:
        return Feature(name=name, type=kind, required=required)
    categories = tuple(sorted(set(column.dropna())))
    return Feature(name=name, type=FeatureType.CATEGORY, required=required, categories=categories)


@cache
def biopsies() -> tuple[pd.DataFrame, Any]:
    data = load_breast_cancer(as_frame=True)
    return data.data, data.target_names[data.target]


@cache
def logistic() -> Trained:
    return train(make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)), *biopsies())


@cache
def forest() -> Trained:
    return train(RandomForestClassifier(20, random_state=0, n_jobs=2), *biopsies())


@cache
def penguins() -> Trained:
    data = palmerpenguins.load_penguins()
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")), (words, ["island", "sex"])
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=500))
    return train(model, data.drop(columns="species"), data["species"])


@cache
def diamonds() -> Trained:
    data = load_diamonds().iloc[::30]
    words = make_column_transformer((OrdinalEncoder(), ["cut", "color", "clarity"]), remainder="passthrough")
    model = make_pipeline(words, HistGradientBoostingRegressor(loss="gamma", max_iter=30, random_state=0))
    return train(model, data.drop(columns="price"), data["price"].astype(np.float64))


@cache
def diamonds_by_category() -> Trained:
    """Histogram boosting that splits by sets of categories itself: it cannot be converted."""
    data = load_diamonds().iloc[::30].astype({"cut": "category", "color": "category", "clarity": "category"})
    model = HistGradientBoostingRegressor(max_iter=10, categorical_features="from_dtype", random_state=0)
    return train(model, data.drop(columns="price"), data["price"].astype(np.float64))


ALL: dict[str, Callable[[], Trained]] = {
    made.__name__: made for made in (logistic, forest, penguins, diamonds, diamonds_by_category)
}


def calibrated_forest(rows: Any, target: Any) -> Any:
    """Return a forest inside an object that is no estimator."""
    return CalibratedClassifierCV(RandomForestClassifier(2, random_state=0), cv=2).fit(rows, target)
