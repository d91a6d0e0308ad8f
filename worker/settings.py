"""The settings of the data plane, read from the environment once; nothing else in the worker reads it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from worker.contract import memory

MEGABYTE: Final = 1_000_000
INFERENCE_PROCESSES: Final = 2
"""So many hold what is deployed, unless the environment says how many there are."""
INSPECTION_TIMEOUT_S: Final = 300.0
INSPECTION_MEMORY_MIN_BYTES: Final = 1_500 * MEGABYTE
"""Below this not even the libraries load."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Where things lie and how much of the machine they may take."""

    models_dir: Path
    spool_dir: Path
    redis_socket: Path
    doors_dir: Path
    """Where inference workers open their doors."""
    model_cache_bytes: int
    inspection_memory_bytes: int
    inspection_timeout_s: float = INSPECTION_TIMEOUT_S

    @property
    def batch_cache_bytes(self) -> int:
        """What a batch worker keeps loaded: never more than the largest model that an inspection accepts."""
        return min(self.model_cache_bytes, self.inspection_memory_bytes)

    @classmethod
    def read(cls, environment: "os._Environ[str] | dict[str, str]", memory_bytes: int) -> Self:
        """Return the settings of a process on a machine with this much memory; paths default to those in `./var`."""
        processes = int(environment.get("BASTIDE_INFERENCE_PROCESSES") or INFERENCE_PROCESSES)
        redis_socket = _path(environment, "BASTIDE_REDIS_SOCKET", "var/run/redis.sock")
        return cls(
            models_dir=_path(environment, "BASTIDE_MODELS_DIR", "var/models"),
            spool_dir=_path(environment, "BASTIDE_SPOOL_DIR", "var/spool"),
            redis_socket=redis_socket,
            doors_dir=_path(environment, "BASTIDE_DOORS_DIR", str(redis_socket.parent)),
            model_cache_bytes=memory.model_bytes(environment.get("BASTIDE_MODEL_MEMORY"), memory_bytes) // processes,
            inspection_memory_bytes=max(memory_bytes // 2, INSPECTION_MEMORY_MIN_BYTES),
            inspection_timeout_s=float(environment.get("BASTIDE_INSPECTION_SECONDS") or INSPECTION_TIMEOUT_S),
        )


def _path(environment: "os._Environ[str] | dict[str, str]", name: str, default: str) -> Path:
    return Path(environment.get(name) or default).absolute()


SETTINGS: Final = Settings.read(os.environ, memory.total_bytes())
