"""Which categories an estimator was trained on, by feature: a model may know more than its reference data holds."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from worker.contract.signature import Signature
from worker.models.estimators import walk


def unseen_categories(model: object, signature: Signature) -> list[tuple[str, str, int]]:
    """Return for each feature some category that only the model knows, and how many there are."""
    held = {feature.name: feature.categories for feature in signature.features}
    found = []
    for name, categories in _categories(model, signature):
        known = held.get(name)
        unseen = [] if known is None else sorted(set(categories) - set(known))
        if unseen:
            found.append((name, unseen[0], len(unseen)))
    return found


def _categories(model: object, signature: Signature) -> Iterator[tuple[str, list[str]]]:
    for estimator in walk(model):
        if isinstance(estimator, ColumnTransformer):
            for _, transformer, columns in getattr(estimator, "transformers_", ()):
                names = _names(columns, signature)
                for name, values in zip(names, _encoded(transformer), strict=False):
                    yield name, [value for value in np.asarray(values, dtype=object).tolist() if isinstance(value, str)]


def _encoded(transformer: Any) -> Any:  # noqa: ANN401  # an estimator
    """Return the categories by column, if the transformer or a step of it encodes."""
    steps = [step for _, step in transformer.steps] if isinstance(transformer, Pipeline) else [transformer]
    return next((step.categories_ for step in steps if isinstance(getattr(step, "categories_", None), list)), ())


def _names(columns: Any, signature: Signature) -> list[str]:  # noqa: ANN401  # whatever a column transformer takes
    if isinstance(columns, str):
        return [columns]
    if isinstance(columns, slice):
        return []
    chosen = np.asarray(columns, dtype=object).ravel().tolist()
    if chosen and all(isinstance(column, bool | np.bool_) for column in chosen):
        return [name for name, is_chosen in zip(signature.names, chosen, strict=False) if is_chosen]
    inside = range(-len(signature.names), len(signature.names))
    return [signature.names[each] if isinstance(each, int) and each in inside else str(each) for each in chosen]
