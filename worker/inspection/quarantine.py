"""Opens a pickle, in a process that is alone and thrown away: nothing it says is believed, only what it leaves is read.

It leaves the model written again as skops, which is opened by the usual way elsewhere, and the model's own answers to
the reference data, which the skops file must give as well.
"""

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import joblib
import msgspec
import skops.io
from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning

from worker.contract.inspection import CONVERTED, InspectionOutcome, InspectionRequest
from worker.contract.signature import Signature
from worker.inspection import signature
from worker.inspection.apart import Job
from worker.inspection.arrival import refusal
from worker.inspection.asking import ask
from worker.inspection.converted import OwnAnswers
from worker.inspection.declared import with_words
from worker.inspection.disposable import OUTCOME
from worker.inspection.material import ANSWERS, Material, material_of
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.models.errors import ModelError
from worker.models.estimators import use_one_thread
from worker.models.sklearn_engine import SklearnEngine

SKOPS: Final = "Save the model with skops.io.dump and upload that file: it says what it cannot hold."
AGAIN: Final = "Save the model again and upload the whole file."


def main(job_file: str) -> None:
    """Convert the pickle that the job names and leave both files in the working directory."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    try:
        convert(material_of(Path(job.inbox), Path.cwd()), job.request, Path.cwd())
    except Refused as refused:
        outcome = refusal(job.request, refused)
    except ModelError as refused:
        outcome = refusal(job.request, Refused(refused.message, refused.hint))
    else:
        outcome = InspectionOutcome(
            inspection_id=job.request.inspection_id, version_id=job.request.version_id, files=(CONVERTED, ANSWERS)
        )
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def convert(material: Material, request: InspectionRequest, directory: Path) -> None:
    """Write the model as skops, and its answers to the reference data, into the directory."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = _open(material.found.path)
    try:
        skops.io.dump(model, directory / CONVERTED)
    except Exception as error:  # whatever it stumbles over in a stranger's objects
        message = f"The pickled model cannot be written as skops: {type(error).__name__}: {str(error)[:300]}"
        raise Refused(message, "Use estimators and functions of scikit-learn, numpy and scipy only.") from error
    use_one_thread(model)
    names = signature.feature_names(model, material.data.columns, request.publication.target)
    said = with_words(request.publication, material.found.inputs, material.data)
    features, values = signature.features(material.data, names, said)
    derived = Signature(features=features, output=signature.output(model, request.publication))
    answers = ask(SklearnEngine(copy.copy(model), derived), to_table(values, derived))
    own = OwnAnswers(
        predictions=answers.predictions.tolist(),
        probabilities=None if answers.probabilities is None else answers.probabilities.tolist(),
        made_with=_versions(caught),
    )
    (directory / ANSWERS).write_bytes(msgspec.json.encode(own))


def _open(path: Path) -> BaseEstimator:
    with _explained():
        model = joblib.load(path)
    if not isinstance(model, BaseEstimator) or not hasattr(model, "predict"):
        message = f"The pickle holds a {type(model).__name__}, which cannot predict."
        raise Refused(message, "Save the whole fitted estimator or pipeline, and nothing else.")
    return model


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"The pickle needs the module {error.name!r}, which this box does not have."
        raise Refused(message, SKOPS) from error
    except AttributeError as error:
        message = f"The pickle needs a function or class of its own program: {str(error)[:300]}."
        raise Refused(message, SKOPS) from error
    except MemoryError:
        raise
    except Exception as error:  # a pickle may raise whatever it likes
        message = f"The pickle cannot be opened: {type(error).__name__}: {str(error)[:300]}".rstrip(": ")
        raise Refused(message, AGAIN) from error


def _versions(caught: list[Any]) -> dict[str, str]:
    """Return the version of scikit-learn that wrote the pickle, where it is another than ours."""
    said = (each.message for each in caught if isinstance(each.message, InconsistentVersionWarning))
    version = next((str(each.original_sklearn_version) for each in said), None)
    return {} if version is None else {"scikit-learn": version}
