"""A model and what lies beside it, as an unpacked archive holds them: which file is the model, what is said of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from worker.contract.words import Fact, Words
from worker.inspection.formats.block_yaml import YamlError, read
from worker.inspection.refusal import Refused
from worker.tables.wording import quoted

SAVE_AGAIN: Final = Words("Save the model again with the library that wrote it.")
VERSION: Final = re.compile(r"[0-9][0-9A-Za-z.+!-]{0,40}")
LIBRARIES: Final = (
    "scikit-learn",
    "numpy",
    "scipy",
    "pandas",
    "skops",
    "joblib",
    "cloudpickle",
    "onnx",
    "mlflow",
    "bentoml",
)
"""Those whose version says something about a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredInput:
    """One input, as whoever saved the model declared it; `type` is in the words of MLflow."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Rows that the model is said to answer."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What an archive is found to hold. `width` is the declared number of inputs that have no names.

    `run` is the id of the MLflow run that logged it.
    """

    name: str
    model: Path
    made_with: dict[str, str] = field(default_factory=dict)
    inputs: tuple[DeclaredInput, ...] = ()
    width: int | None = None
    example: Example | None = None
    run: str = ""


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a file. Raise `Refused` for what is none."""
    try:
        value = read(path.read_text(encoding="utf-8"))
    except (YamlError, UnicodeDecodeError) as error:
        facts: dict[str, Fact] = {"file": path.name, "error": str(error)}
        raise Refused(Words("The file {file} of the archive cannot be read: {error}.", facts), SAVE_AGAIN) from error
    if not isinstance(value, dict):
        raise Refused(Words("The file {file} of the archive is no mapping.", {"file": path.name}), SAVE_AGAIN)
    return value


def mapping(value: object) -> dict[str, Any]:
    """Return the value if it is a mapping, else an empty one: what is missing is reported by what needs it."""
    return value if isinstance(value, dict) else {}


def inside(directory: Path, name: object) -> Path:
    """Return a file that is named in a package. Raise `Refused` if it is not in it."""
    path = directory / name if isinstance(name, str) else directory
    if not path.is_file() or directory.resolve() not in path.resolve().parents:
        words = Words("The archive lacks the model file {name} that it names.", {"name": quoted(name)})
        raise Refused(words, Words("Pack the whole directory that the library wrote."))
    return path


def versions(said: dict[str, Any]) -> dict[str, str]:
    """Return those versions that are of interest and look like versions."""
    texts = {name: str(version) for name, version in said.items() if version is not None}
    return {name: texts[name] for name in LIBRARIES if name in texts and VERSION.fullmatch(texts[name])}


def pinned(requirements: Path) -> dict[str, str]:
    """Return the versions that a `requirements.txt` pins."""
    if not requirements.is_file():
        return {}
    lines = (
        line.partition("==") for line in requirements.read_text(encoding="utf-8", errors="replace").splitlines()[:1000]
    )
    return versions({name.strip().lower(): version.partition(";")[0].strip() for name, _, version in lines})


def files_in(directory: Path) -> Iterator[Path]:
    """Yield the files, those nearest to the top first."""
    files = (path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())
    yield from sorted(files, key=lambda path: (len(path.parts), path))
