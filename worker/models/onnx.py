"""Converts estimators to ONNX graphs. That a model cannot be converted is an ordinary outcome, with its reason."""

import copy
import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.base import is_classifier
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

from worker.contract.signature import Feature, FeatureType, Signature
from worker.contract.words import Words
from worker.models.estimators import selects_by_name, walk
from worker.models.onnx_boosting import CONVERTERS
from worker.models.onnx_engine import MISSING_TEXT, ROWS_INPUT
from worker.tables.columns import is_all_numeric

DETAIL_LENGTH_MAX: Final = 2000
NOTHING: Final = Words("")

_STRINGS: Final = (FeatureType.CATEGORY, FeatureType.TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A graph, or words that say why there is none; `detail` is what the converter said, in its own words."""

    graph: bytes | None
    words: Words = NOTHING
    detail: str = ""

    @property
    def reason(self) -> str:
        """The words in English."""
        return str(self.words)


def convert(model: Any, signature: Signature) -> Conversion:  # noqa: ANN401  # an estimator
    """Return the model as a graph for `OnnxEngine`. The model itself is left as it is."""
    optional = next((f.name for f in signature.features if f.type is FeatureType.BOOLEAN and not f.required), None)
    if optional is not None:
        words = Words("ONNX has no value for a missing true or false, which “{feature}” allows.", {"feature": optional})
        return Conversion(graph=None, words=words)
    try:
        graph = _to_graph(copy.deepcopy(model), signature)
    except Exception as error:  # noqa: BLE001  # converters raise whatever they meet
        said = " ".join(str(error).split())
        detail = f"skl2onnx: {type(error).__name__}: {said}"[:DETAIL_LENGTH_MAX]
        return Conversion(graph=None, words=_why_not(model, said), detail=detail)
    return Conversion(graph=graph)


def _why_not(model: object, said: str) -> Words:
    """Return in plain words what the converter said: it names the part of the model that it stumbled over."""
    steps = {type(estimator).__name__ for estimator in walk(model)}
    named = sorted((step for step in steps if step in said), key=lambda step: (said.index(step), -len(step)))
    if not named:
        return Words("This model cannot be converted to ONNX.")
    return Words("{step}, as this model uses it, cannot be converted to ONNX.", {"step": named[0]})


def _to_graph(model: Any, signature: Signature) -> bytes:  # noqa: ANN401  # an estimator
    _write_missing_text_as_text(model)
    options = {id(estimator): {"zipmap": False} for estimator in (model,) if is_classifier(estimator)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        converted = convert_sklearn(
            model,
            initial_types=_inputs(model, signature),
            options=options or None,
            custom_conversion_functions=CONVERTERS,
        )
    graph: bytes = converted.SerializeToString()
    return graph


def _inputs(model: Any, signature: Signature) -> list[tuple[str, Any]]:  # noqa: ANN401  # an estimator
    features = signature.features
    if is_all_numeric(signature) and not selects_by_name(model):
        return [(ROWS_INPUT, FloatTensorType([None, len(features)]))]
    return [(feature.name, _tensor_type(feature)) for feature in features]


def _tensor_type(feature: Feature) -> Any:  # noqa: ANN401  # skl2onnx is untyped
    return StringTensorType([None, 1]) if feature.type in _STRINGS else FloatTensorType([None, 1])


def _write_missing_text_as_text(model: object) -> None:
    """Let imputers and encoders of strings look for MISSING_TEXT where they looked for NaN or None."""
    for estimator in walk(model):
        if isinstance(estimator, SimpleImputer) and _is_of_strings(getattr(estimator, "statistics_", ())):
            if estimator.missing_values is None or estimator.missing_values != estimator.missing_values:  # NaN
                estimator.missing_values = MISSING_TEXT
        elif isinstance(estimator, OneHotEncoder) and hasattr(estimator, "categories_"):
            estimator.categories_ = [_without_missing(categories) for categories in estimator.categories_]


def _is_of_strings(values: Any) -> bool:  # noqa: ANN401  # an array of anything
    return any(isinstance(value, str) for value in np.asarray(values, dtype=object))


def _without_missing(categories: Any) -> Any:  # noqa: ANN401  # an array of anything
    if not _is_of_strings(categories):
        return categories
    return np.array([value if isinstance(value, str) else MISSING_TEXT for value in categories], dtype=object)
