"""Writes a model that came as a pickle again as skops, beside its own answers, which the skops file must give as well.

It runs where the pickle was opened. Both files are read elsewhere, by the usual way, and believed no more than uploads.
"""

import copy
from collections.abc import Sequence
from pathlib import Path

import msgspec
import skops.io
from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning

from worker.contract.inspection import CONVERTED, Publication
from worker.contract.signature import Signature
from worker.contract.words import Words
from worker.inspection import signature
from worker.inspection.asking import ask
from worker.inspection.converted import OwnAnswers
from worker.inspection.declared import with_words
from worker.inspection.material import ANSWERS, Material
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.models.answers import Answers
from worker.models.estimators import use_one_thread
from worker.models.sklearn_engine import SklearnEngine


def convert(model: object, told: Sequence[Warning | str], material: Material, publication: Publication) -> None:
    """Write the model as skops, and its answers to the reference data, into the working directory."""
    if not isinstance(model, BaseEstimator) or not hasattr(model, "predict"):
        words = Words("The pickle holds a {type}, which cannot predict.", {"type": type(model).__name__})
        raise Refused(words, Words("Save the whole fitted estimator or pipeline, and nothing else."))
    try:
        skops.io.dump(model, Path(CONVERTED))
    except Exception as error:  # whatever it stumbles over in a stranger's objects
        words = Words(
            "The pickled model cannot be written as skops: {error}",
            {"error": f"{type(error).__name__}: {str(error)[:300]}"},
        )
        advice = Words("Use estimators and functions of scikit-learn, numpy and scipy only.")
        raise Refused(words, advice) from error
    answers = _answers(model, material, publication)
    own = OwnAnswers(
        predictions=answers.predictions.tolist(),
        probabilities=None if answers.probabilities is None else answers.probabilities.tolist(),
        made_with=_versions(told),
    )
    Path(ANSWERS).write_bytes(msgspec.json.encode(own))


def _answers(model: BaseEstimator, material: Material, publication: Publication) -> Answers:
    use_one_thread(model)
    names = signature.feature_names(model, material.data.columns, publication.target)
    said = signature.with_text(model, names, with_words(publication, material.found.inputs, material.data))
    features, values = signature.features(material.data, names, said)
    derived = Signature(features=features, output=signature.output(model, publication))
    return ask(SklearnEngine(copy.copy(model), derived), to_table(values, derived))


def _versions(told: Sequence[Warning | str]) -> dict[str, str]:
    """Return the version of scikit-learn that wrote the pickle, where it is another than ours."""
    said = (each for each in told if isinstance(each, InconsistentVersionWarning))
    version = next((str(each.original_sklearn_version) for each in said), None)
    return {} if version is None else {"scikit-learn": version}
