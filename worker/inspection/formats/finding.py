"""Finds the one model in what was uploaded: the file itself, or what an archive holds; nothing of it is opened yet."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from worker.contract.words import Words
from worker.inspection.formats import archives, bentoml, mlflow
from worker.inspection.formats.packages import DeclaredInput, Example, Package, files_in
from worker.inspection.formats.recognition import ACCEPTED, ARCHIVES, PICKLES, Content, content_of, recognise
from worker.inspection.refusal import Refused
from worker.tables.wording import listed

UNPACKED: Final = "unpacked"
NESTED_MAX: Final = 2
ONE: Final = Words("Pack one model.")
MODELS: Final = (Content.SKOPS, Content.ONNX, *PICKLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The model's file, what it is, and what an archive says of it. `is_artifact`: it is the uploaded file itself."""

    content: Content
    path: Path
    is_artifact: bool
    packages: tuple[Package, ...] = field(default=())

    @property
    def format(self) -> str:
        """The format as the manifest names it: `skops`, `mlflow/skops`, `archive/onnx`."""
        return "/".join((*(package.name for package in self.packages[:1]), self.content.value))

    @property
    def mlflow_run(self) -> str:
        """The MLflow run that logged the model, as far as the archive tells."""
        return next((package.run for package in self.packages if package.run), "")

    @property
    def made_with(self) -> dict[str, str]:
        """The versions that the archive tells."""
        return {name: version for package in self.packages for name, version in package.made_with.items()}

    @property
    def inputs(self) -> tuple[DeclaredInput, ...]:
        """The inputs that the archive declares, none where it does not."""
        return next((package.inputs for package in self.packages if package.inputs), ())

    @property
    def width(self) -> int | None:
        """How many nameless inputs the archive declares."""
        return next((package.width for package in self.packages if package.width is not None), None)

    @property
    def example(self) -> Example | None:
        """The rows that the archive holds as an example."""
        return next((package.example for package in self.packages if package.example is not None), None)

    @property
    def is_pickle(self) -> bool:
        """Whether opening it runs whatever whoever wrote it wanted."""
        return self.content in PICKLES


def find(artifact: Path, directory: Path) -> Found:
    """Return the model, archives unpacked beneath the directory. Raise `Refused` where there is not exactly one."""
    path, content = artifact, recognise(artifact)
    packages: list[Package] = []
    while content in ARCHIVES:
        if len(packages) == NESTED_MAX:
            raise Refused(Words("The archive holds an archive in an archive."), archives.PACK_AGAIN)
        unpacked = directory / f"{UNPACKED}-{len(packages)}"
        archives.unpack(path, content, unpacked)
        package = _package(unpacked)
        packages.append(package)
        path, content = package.model, recognise(package.model)
    if content is Content.SKOPS:
        archives.check_zip(path, archives.SKOPS_BOUNDS)
    said = [package for package in packages if package.name != PLAIN] or packages
    return Found(content=content, path=path, is_artifact=path == artifact, packages=tuple(said))


PLAIN: Final = "archive"


def _package(directory: Path) -> Package:
    files = list(files_in(directory))
    for mark, read in ((mlflow.MARK, mlflow.read_package), (bentoml.MARK, bentoml.read_package)):
        marked = [path.parent for path in files if path.name == mark]
        if len(marked) > 1:
            words = Words(
                "The archive holds {count:,} models, each with a file {mark}.", {"count": len(marked), "mark": mark}
            )
            raise Refused(words, ONE)
        if marked:
            return read(marked[0])
    models = [path for path in files if (content := content_of(path)) in MODELS or content in ARCHIVES]
    if len(models) == 1:
        return Package(name=PLAIN, model=models[0])
    names = listed([str(path.relative_to(directory)) for path in models or files])
    if models:
        raise Refused(
            Words("The archive holds {count:,} models: {names}.", {"count": len(models), "names": names}), ONE
        )
    if not files:
        raise Refused(Words("The archive holds no files."), ACCEPTED)
    raise Refused(Words("The archive holds no model, only {names}.", {"names": names}), ACCEPTED)
