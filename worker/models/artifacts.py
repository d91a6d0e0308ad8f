"""Opens model files: skops archives, against our own allow-list, with the structure of trees looked through."""

import json
import zipfile
from pathlib import Path
from typing import Any, Final

from worker.contract.words import Words
from worker.models.errors import ModelRefused
from worker.tables.wording import NAMES_MAX, carried

UNPACKED_BYTES_MAX: Final = 4 * 2**30
"""A file that claims to unpack to more than this is refused before anything of it is unpacked."""

_HINT: Final = Words("Save the fitted model with skops.io.dump and upload that file.")
_OF_THIS_BOX: Final = Words(
    "Save the fitted model with skops.io.dump and upload that file. It must be made with the versions that the box has."
)


def open_artifact(path: Path, *, unpacked_bytes_max: int = UNPACKED_BYTES_MAX) -> Any:  # noqa: ANN401  # an estimator
    """Return the estimator in a skops file, its threads set to one. Raise ModelRefused if it may not be opened."""
    # scikit-learn takes a second to import: a worker that serves ONNX alone never does.
    from sklearn.base import BaseEstimator  # noqa: PLC0415  # see above

    from worker.models.estimators import use_one_thread  # noqa: PLC0415  # see above
    from worker.models.neighbours_check import check_neighbours  # noqa: PLC0415  # see above
    from worker.models.spline_check import check_splines  # noqa: PLC0415  # see above
    from worker.models.text_check import check_texts  # noqa: PLC0415  # see above
    from worker.models.tree_check import check_trees  # noqa: PLC0415  # see above
    from worker.models.vectors_check import check_vectors  # noqa: PLC0415  # see above

    _check_archive(path, unpacked_bytes_max)
    model = _load(path)
    _check_disguises(path)
    if not isinstance(model, BaseEstimator) or not hasattr(model, "predict"):
        words = Words("The file holds a {type}, which cannot predict.", {"type": type(model).__name__})
        raise ModelRefused(words, Words("Save the whole fitted estimator or pipeline."))
    try:
        check_trees(model)
        check_neighbours(model)
        check_splines(model)
        check_vectors(model)
        check_texts(model)
        use_one_thread(model)
    except ModelRefused:
        raise
    except Exception as error:  # a forged file may lack any attribute
        words = Words("The model is damaged: {error}.", {"error": f"{type(error).__name__}: {error}"})
        raise ModelRefused(words, _HINT) from error
    return model


def _check_archive(path: Path, unpacked_bytes_max: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ModelRefused(Words("The file is not a skops file: it is no archive."), _HINT) from error
    if "schema.json" not in names:
        raise ModelRefused(Words("The file is not a skops file: the archive has no schema.json."), _HINT)
    if unpacked_bytes > unpacked_bytes_max:
        words = Words(
            "The file unpacks to {size:,} bytes; {most:,} are allowed.",
            {"size": carried(unpacked_bytes), "most": unpacked_bytes_max},
        )
        raise ModelRefused(words, Words("Save a smaller model."))


def _load(path: Path) -> Any:  # noqa: ANN401  # an estimator
    from skops import io  # noqa: PLC0415  # imports scikit-learn
    from skops.io.exceptions import UntrustedTypesFoundException  # noqa: PLC0415  # imports scikit-learn

    from worker.models.allow_list import ALLOWED_TYPES  # noqa: PLC0415  # of no use without the above

    try:
        return io.load(path, trusted=list(ALLOWED_TYPES))
    except UntrustedTypesFoundException as error:
        raise _untrusted(path) from error
    except Exception as error:  # a stranger's file may make the loader raise anything
        said = f"{type(error).__name__}: {str(error)[:300]}"
        raise ModelRefused(Words("The file cannot be loaded: {error}", {"error": said}), _OF_THIS_BOX) from error


def _check_disguises(path: Path) -> None:
    """Refuse sparse matrices: skops trusts a part by the name that it bears, but reads it as its loader says.

    No allowed type is one, and C code follows their indices without bounds checks, to write as well as to read.
    """
    with zipfile.ZipFile(path) as archive:
        waiting: list[Any] = [json.loads(archive.read("schema.json"))]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("__loader__") == "SparseMatrixNode":
                raise ModelRefused(Words("The file holds a sparse matrix under the name of something else."), _HINT)
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _untrusted(path: Path) -> ModelRefused:
    from skops import io  # noqa: PLC0415  # imports scikit-learn

    from worker.models.allow_list import ALLOWED_TYPES  # noqa: PLC0415  # of no use without the above

    foreign = [name for name in io.get_untrusted_types(file=path) if name not in ALLOWED_TYPES]
    types = ", ".join(foreign[:NAMES_MAX])
    words = Words("The file holds types that this box does not run: {types}.", {"types": types})
    more = len(foreign) - NAMES_MAX
    if more > 0:
        words = Words(
            "The file holds types that this box does not run: {types} and {more} more.", {"types": types, "more": more}
        )
    return ModelRefused(words, Words("Use estimators and functions of scikit-learn, numpy and scipy only."))


def made_with(path: Path) -> dict[str, str]:
    """Return the versions of the libraries that wrote a skops file, as far as it says."""
    with zipfile.ZipFile(path) as archive:
        schema = json.loads(archive.read("schema.json"))
    version = schema.get("_skops_version")
    return {"skops": version} if isinstance(version, str) else {}
