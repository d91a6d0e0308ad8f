"""Derives the signature of a model: its inputs from the reference data, its output from the estimator."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import polars as pl
from sklearn.base import BaseEstimator, is_classifier, is_regressor

from worker.contract.inspection import Publication
from worker.contract.signature import Feature, FeatureType, Output, OutputKind
from worker.contract.words import Piece, Words
from worker.inspection.columns import column_type, feature_of, typed_values
from worker.inspection.labels import check_labels
from worker.inspection.refusal import Refused
from worker.models.answers import Label
from worker.models.estimators import takes_text, text_columns
from worker.tables.wording import listed, nearest, quoted


def feature_names(estimator: BaseEstimator, columns: Sequence[str], target: str | None) -> tuple[str, ...]:
    """Return the names of the inputs in the order in which the model takes them."""
    if target is not None and target not in columns:
        raise absent(Piece("the target column"), [target], columns)
    known = getattr(estimator, "feature_names_in_", None)
    if known is None:
        return _names_by_position(estimator, [name for name in columns if name != target])
    names = tuple(str(name) for name in known)
    if target in names:
        words = Words("The target {target} is one of the model's own inputs.", {"target": quoted(target)})
        raise Refused(words, Words("Train the model without it, or name another target."), feature=target)
    missing = [name for name in names if name not in columns]
    if missing:
        raise absent(Piece("the model's column"), missing, columns)
    return names


def features(
    data: pl.DataFrame, names: Sequence[str], publication: Publication
) -> tuple[tuple[Feature, ...], pl.DataFrame]:
    """Return the features and the reference data as their values. A feature with empty cells may be left out."""
    for said in (publication.units, publication.categories, publication.text):
        _check_known(said, names)
    derived, columns = [], []
    for name in names:
        kind = _declared_type(name, publication) or column_type(data[name])
        values = typed_values(data[name], kind)
        required = values.null_count() == 0
        derived.append(feature_of(values, kind, required=required, unit=publication.units.get(name, "")))
        columns.append(values)
    return tuple(derived), pl.DataFrame(columns)


def output(estimator: BaseEstimator, publication: Publication) -> Output:
    """Return what the model answers. Raise `Refused` for what is neither a classifier nor a regressor of one value."""
    name = publication.output_name or publication.target or "prediction"
    if is_regressor(estimator):
        return Output(kind=OutputKind.NUMBER, name=name, unit=publication.output_unit)
    if not is_classifier(estimator):
        words = Words("{estimator} is neither a classifier nor a regressor.", {"estimator": type(estimator).__name__})
        advice = Words("Publish a scikit-learn estimator, or a pipeline that ends in one, that predicts.")
        raise Refused(words, advice)
    return Output(
        kind=OutputKind.CLASS, name=name, labels=_labels(estimator), probabilities=hasattr(estimator, "predict_proba")
    )


def with_text(estimator: BaseEstimator, names: Sequence[str], publication: Publication) -> Publication:
    """Return the publication with what the model takes as documents called text, however few differ."""
    text = {*publication.text, *text_columns(estimator, names)}
    categories = tuple(name for name in publication.categories if name not in text)
    return msgspec.structs.replace(publication, text=tuple(sorted(text)), categories=categories)


def _names_by_position(estimator: BaseEstimator, columns: list[str]) -> tuple[str, ...]:
    if takes_text(estimator):
        if len(columns) != 1:
            words = Words(
                "The model takes one column of text, but the reference data has {columns:,} columns of inputs.",
                {"columns": len(columns)},
            )
            raise Refused(words, Words("Hand over the text and the target, nothing else."))
        return tuple(columns)
    # An isotonic regression is of one feature, and does not count it.
    count = getattr(estimator, "n_features_in_", 1 if hasattr(estimator, "X_thresholds_") else None)
    if count is None:
        words = Words(
            "{estimator} does not say how many inputs it takes, so it was never trained.",
            {"estimator": type(estimator).__name__},
        )
        raise Refused(words, Words("Train the model before you save it."))
    if len(columns) != count:
        words = Words(
            "The model takes {count:,} inputs without names, but the reference data has {columns:,} columns.",
            {"count": int(count), "columns": len(columns)},
        )
        advice = Words("Train on a DataFrame, or hand over the inputs in order and the target, nothing else.")
        raise Refused(words, advice)
    return tuple(columns)


def absent(what: Piece, names: Sequence[str], columns: Sequence[str]) -> Refused:
    """Return the refusal of reference data that lacks these columns."""
    like = nearest(names[0], columns)
    advice = Words("The columns there are {columns}.", {"columns": listed(columns)})
    if like:
        advice = Words("The nearest column there is {column}.", {"column": quoted(like)})
    words = Words("The reference data lacks {what} {names}.", {"what": what, "names": listed(names)})
    return Refused(words, advice, columns=list(names))


def _check_known(said: Iterable[str], names: Sequence[str]) -> None:
    for name in said:
        if name not in names:
            words = Words("The publication speaks of {name}, which is no input of the model.", {"name": quoted(name)})
            raise Refused(words, Words("Its inputs are {names}.", {"names": listed(names)}), feature=name)


def _declared_type(name: str, publication: Publication) -> FeatureType | None:
    if name in publication.text:
        return FeatureType.TEXT
    return FeatureType.CATEGORY if name in publication.categories else None


def _labels(estimator: BaseEstimator) -> tuple[Label, ...]:
    classes = getattr(estimator, "classes_", None)
    if not isinstance(classes, np.ndarray) or classes.ndim != 1:
        words = Words(
            "{estimator} does not answer with one class of a known list.", {"estimator": type(estimator).__name__}
        )
        raise Refused(words, Words("Publish one model for each target."))
    # An array of objects may hold numpy's own scalars, which `tolist` leaves as they are.
    labels = [label.item() if isinstance(label, np.generic) else label for label in classes.tolist()]
    for label in labels:
        if not isinstance(label, str | int):
            words = Words(
                "A class of the model is {label}; classes are words, whole numbers, or true and false.",
                {"label": quoted(label)},
            )
            raise Refused(words, Words("Train on a target of words or of whole numbers."))
    check_labels(labels)
    return tuple(labels)
