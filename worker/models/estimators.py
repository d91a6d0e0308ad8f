"""Walks over the estimators inside an estimator: pipelines, column transformers, ensembles, meta-estimators."""

from collections.abc import Iterator, Sequence
from types import FunctionType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble._hist_gradient_boosting.gradient_boosting import BaseHistGradientBoosting
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.pipeline import Pipeline


def walk(model: object) -> Iterator[BaseEstimator]:
    """Yield the model and every estimator in it, each once, outer before inner."""
    yield from (value for value in objects(model) if isinstance(value, BaseEstimator))


def objects(model: object) -> Iterator[object]:
    """Yield the model and every object that it is made of, containers and arrays looked through, each once."""
    seen: set[int] = set()
    waiting: list[Any] = [model]
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, np.ndarray):
            waiting.extend(value.ravel().tolist() if value.dtype == object else ())
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple | set):
            waiting.extend(value)
        elif not isinstance(value, str | int | float | type | FunctionType | None):
            yield value
            waiting.extend(getattr(value, "__dict__", {}).values())


def use_one_thread(model: object) -> None:
    """Set `n_jobs` to 1 everywhere: at these sizes threads lose, and in a worker they can hang."""
    for estimator in walk(model):
        for name in ("n_jobs", "_n_jobs"):
            if getattr(estimator, name, None) is not None:
                setattr(estimator, name, 1)


def selects_by_name(model: object) -> bool:
    """Return whether some part of the model takes its columns by name, so that it must be given a data frame."""
    return any(_selects_by_name(estimator) for estimator in walk(model))


def _selects_by_name(estimator: BaseEstimator) -> bool:
    if isinstance(estimator, ColumnTransformer):
        columns = [column for _, _, column in estimator.transformers]
        return any(callable(column) or _names(column) for column in columns)
    return isinstance(estimator, BaseHistGradientBoosting) and getattr(estimator, "_preprocessor", None) is not None


def _names(columns: Any) -> bool:  # noqa: ANN401  # whatever a column transformer takes
    if isinstance(columns, str):
        return True
    if isinstance(columns, slice):
        return isinstance(columns.start, str) or isinstance(columns.stop, str)
    return any(isinstance(column, str) for column in np.asarray(columns, dtype=object).ravel())


def takes_text(model: Any) -> bool:  # noqa: ANN401  # an estimator
    """Return whether the model takes documents, one a row, and no table."""
    while isinstance(model, Pipeline) or hasattr(model, "best_estimator_"):
        model = model.steps[0][1] if isinstance(model, Pipeline) else model.best_estimator_
    return isinstance(model, CountVectorizer | HashingVectorizer)


def text_columns(model: object, names: Sequence[str]) -> Iterator[str]:
    """Yield the inputs that the model takes as documents."""
    if takes_text(model):
        yield from names
    for estimator in walk(model):
        if isinstance(estimator, ColumnTransformer):
            columns = [column for _, step, column in estimator.transformers if takes_text(step)]
            yield from (column for column in columns if isinstance(column, str))
            yield from (names[column] for column in columns if isinstance(column, int))


def forget_names(model: object) -> None:
    """Let the model take arrays without a warning; only right where nothing selects by name."""
    for estimator in walk(model):
        vars(estimator).pop("feature_names_in_", None)
