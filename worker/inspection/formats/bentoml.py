"""A model as BentoML exports it: `model.yaml` and the file that its framework wrote."""

from pathlib import Path
from typing import Final

from worker.contract.words import Words
from worker.inspection.formats.packages import Package, inside, mapping, read_yaml, versions
from worker.inspection.refusal import Refused
from worker.tables.wording import quoted

MARK: Final = "model.yaml"
FILES: Final = {
    "bentoml.sklearn": "saved_model.pkl",
    "bentoml.picklable_model": "saved_model.pkl",
    "bentoml.onnx": "saved_model.onnx",
}


def read_package(directory: Path) -> Package:
    """Return what the directory says. Raise `Refused` for another framework than those that are served."""
    said = read_yaml(directory / MARK)
    module = str(said.get("module", "")).replace("bentoml._internal.frameworks.", "bentoml.")
    if module not in FILES:
        words = Words("The BentoML model is of the framework {framework}.", {"framework": quoted(module)})
        raise Refused(words, Words("This box serves bentoml.sklearn and bentoml.onnx."))
    context = mapping(said.get("context"))
    noted = mapping(context.get("framework_versions")) | {"bentoml": context.get("bentoml_version")}
    return Package(name="bentoml", model=inside(directory, FILES[module]), made_with=versions(noted))
