"""The models in memory: bounded in bytes, least recently used out first, each loaded once."""

import re
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Final

from worker.contract.manifest import Manifest
from worker.contract.words import Words
from worker.models.errors import ModelMissing
from worker.models.serving import ServedModel, read_manifest
from worker.tables.wording import named

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class ModelCache:
    """Loads versions of `models_dir` when they are first asked for. Safe to use from several threads.

    A model larger than the whole budget is served all the same, alone. Whoever holds a model that leaves keeps it.
    """

    def __init__(self, models_dir: Path, budget_bytes: int) -> None:
        self._models_dir = models_dir
        self._budget_bytes = budget_bytes
        self._models: OrderedDict[str, ServedModel] = OrderedDict()
        self._lock = Lock()
        self._loading: dict[str, Lock] = {}

    def get(self, digest: str) -> ServedModel:
        """Return the version. Raise ModelMissing or ModelRefused if it cannot be had."""
        with self._lock:
            model = self._models.get(digest)
            if model is not None:
                self._models.move_to_end(digest)
                return model
            loading = self._loading.setdefault(digest, Lock())
        with loading:
            with self._lock:
                model = self._models.get(digest)
            if model is None:  # else another thread loaded it while this one waited
                model = self._load(digest)
            return model

    def manifest(self, digest: str) -> Manifest:
        """Return what the store says of a version, without loading it. Raise ModelMissing if it is not there."""
        return read_manifest(self._directory(digest))

    def _directory(self, digest: str) -> Path:
        if _DIGEST.fullmatch(digest) is None:
            raise ModelMissing(Words("{digest} is no digest of a model.", {"digest": named(digest)}))
        return self._models_dir / digest

    def _load(self, digest: str) -> ServedModel:
        try:
            model = ServedModel.load(self._directory(digest))
            with self._lock:
                self._models[digest] = model
                self._make_room()
            return model
        finally:
            with self._lock:
                self._loading.pop(digest, None)

    def _make_room(self) -> None:
        while len(self._models) > 1 and self.size_bytes > self._budget_bytes:
            self._models.popitem(last=False)

    @property
    def size_bytes(self) -> int:
        """What the loaded models take, about."""
        return sum(model.size_bytes for model in self._models.values())

    def __contains__(self, digest: str) -> bool:
        return digest in self._models

    def __len__(self) -> int:
        return len(self._models)
