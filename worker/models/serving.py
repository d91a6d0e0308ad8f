"""A version of a model, loaded and ready: its manifest, the reader of its rows, the engine that answers them."""

from pathlib import Path
from typing import Final, Protocol

import msgspec

from worker.contract.inspection import GRAPH, SKLEARN_FILES
from worker.contract.manifest import Engine, Manifest
from worker.contract.words import Words
from worker.models.answers import Answers
from worker.models.errors import ModelMissing, ModelRefused
from worker.tables.reader import DOUBLE_MAX, FLOAT_MAX, ROW_LIMIT, RowReader
from worker.tables.table import Table
from worker.tables.wording import named

MANIFEST: Final = "manifest.json"
RESTORE: Final = Words("An admin restores the model store from a backup.")

_MEMORY_FACTOR: Final = 2
"""A loaded model takes about so many times the bytes of its file."""

_MEMORY_MIN_BYTES: Final = 2**20


class _Predicts(Protocol):
    def predict(self, table: Table) -> Answers: ...


class ServedModel:
    """What the lane asks. `predict` may be called with the rows of many requests at once."""

    def __init__(self, manifest: Manifest, engine: _Predicts, *, size_bytes: int, row_limit: int = ROW_LIMIT) -> None:
        self.manifest = manifest
        self.size_bytes = size_bytes
        self.number_max = FLOAT_MAX if manifest.engine is Engine.ONNX else DOUBLE_MAX
        self.reader = RowReader(manifest.signature, row_limit=row_limit, number_max=self.number_max)
        self.predict = engine.predict

    @classmethod
    def load(cls, directory: Path, *, row_limit: int = ROW_LIMIT) -> "ServedModel":
        """Return the version in this directory. Raise ModelMissing if it is incomplete, ModelRefused if damaged."""
        manifest = read_manifest(directory)
        file = directory / _file_name(manifest)
        if not file.is_file():
            words = Words("The version lacks its file {file}.", {"file": named(file.name)})
            raise ModelMissing(words, RESTORE)
        size_bytes = max(_MEMORY_MIN_BYTES, _memory_bytes(manifest, file))
        return cls(manifest, _engine(manifest, file), size_bytes=size_bytes, row_limit=row_limit)


def _memory_bytes(manifest: Manifest, file: Path) -> int:
    """Return what inspection measured; of an old version, that was not measured, a guess."""
    if manifest.report is None:
        return _MEMORY_FACTOR * file.stat().st_size
    return manifest.report.measurements.resident_bytes


def read_manifest(directory: Path) -> Manifest:
    """Return the manifest of a version. Raise ModelMissing if there is none that can be read."""
    try:
        return msgspec.json.decode((directory / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        words = Words("The model store does not hold this version.")
        raise ModelMissing(words, Words("Wait until it is published, or ask an admin.")) from error
    except (OSError, msgspec.DecodeError) as error:
        words = Words("The manifest of this version cannot be read: {error}.", {"error": str(error)})
        raise ModelMissing(words, RESTORE) from error


def _file_name(manifest: Manifest) -> str:
    """Return the file that serves. What made the manifest ran a stranger's model: only known names are taken."""
    name = GRAPH if manifest.engine is Engine.ONNX else manifest.sklearn_file
    if manifest.sklearn_file not in SKLEARN_FILES or not name:
        words = Words(
            "The manifest of this version names the file {file}, which is none of a model.",
            {"file": named(manifest.sklearn_file)},
        )
        raise ModelRefused(words, Words("Publish the model again."))
    return name


def _engine(manifest: Manifest, file: Path) -> _Predicts:
    if manifest.engine is Engine.ONNX and not manifest.sklearn_file:
        from worker.models.foreign_graph import ForeignGraph  # noqa: PLC0415  # each engine costs memory: load one

        return ForeignGraph(file, manifest.signature)
    if manifest.engine is Engine.ONNX:
        from worker.models.onnx_engine import OnnxEngine  # noqa: PLC0415  # each engine costs memory: load one

        return OnnxEngine(file, manifest.signature)
    from worker.models.artifacts import open_artifact  # noqa: PLC0415  # each engine costs memory: load one
    from worker.models.sklearn_engine import SklearnEngine  # noqa: PLC0415  # imports scikit-learn

    return SklearnEngine(open_artifact(file), manifest.signature)
