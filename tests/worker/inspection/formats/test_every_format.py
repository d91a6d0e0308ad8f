"""Each format that people save models in goes through inspection and answers as the model did."""

import pickle
from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np
import pytest

from tests.worker.inspection import uploads
from tests.worker.inspection.publishing import LIMITS
from tests.worker.inspection.uploads import (
    bento_files,
    columns,
    joblib_bytes,
    mlflow_files,
    onnx_bytes,
    skops_bytes,
    tar_bytes,
    zip_bytes,
)
from worker.contract.inspection import InspectionOutcome, InspectionRequest, Publication
from worker.inspection.apart import Workplace
from worker.models.answers import Answers
from worker.models.serving import ServedModel

SAVED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "skops": ("skops", skops_bytes),
    "onnx with a map of probabilities": ("onnx", onnx_bytes),
    "onnx with a matrix of probabilities": ("onnx", lambda: onnx_bytes(options={"zipmap": False})),
    "SageMaker, skops": ("archive/skops", lambda: tar_bytes({"model.joblib": skops_bytes(), "code/run.py": b"1"})),
    "SageMaker, onnx": ("archive/onnx", lambda: tar_bytes({"./model.onnx": onnx_bytes()})),
    "zip in tar.gz": ("archive/skops", lambda: tar_bytes({"model.zip": zip_bytes({"m": skops_bytes()})})),
    "MLflow, skops, zip": ("mlflow/skops", lambda: zip_bytes(mlflow_files("model.skops", skops_bytes(), columns()))),
    "MLflow, skops, tar.gz": ("mlflow/skops", lambda: tar_bytes(mlflow_files("model.skops", skops_bytes()), top="m/")),
    "MLflow, onnx": ("mlflow/onnx", lambda: zip_bytes(mlflow_files("model.onnx", onnx_bytes(), columns()))),
    "MLflow, pickle": ("mlflow/pickle", lambda: zip_bytes(mlflow_files("model.pkl", pickle_bytes(), columns()))),
    "BentoML": ("bentoml/joblib", lambda: tar_bytes(bento_files(), "w:xz", "./")),
    "pickle of protocol 0": ("pickle", lambda: pickle_bytes(0)),
    "pickle": ("pickle", lambda: pickle_bytes(5)),
    "cloudpickle": ("pickle", uploads.PLAIN["cloudpickle"]),
    "joblib": ("joblib", joblib_bytes),
    **{f"joblib, {how}": ("joblib", partial(joblib_bytes, compress=(how, 3))) for how in ("zlib", "gzip", "xz")},
}  # fmt: skip


def pickle_bytes(protocol: int = 4) -> bytes:
    return pickle.dumps(uploads.flower_model(), protocol=protocol)


def inspected(
    spool, artifact: bytes, *, pickles_allowed: bool = True, reference: bytes | None = None
) -> InspectionOutcome:
    uploads.write(spool / "inbox" / "one", artifact, reference)
    request = InspectionRequest(
        inspection_id="one",
        version_id=7,
        publication=Publication(target="target"),
        pickles_allowed=True,
    )
    return Workplace(spool_dir=spool, limits=LIMITS).inspect(request)


def served(spool, outcome: InspectionOutcome) -> Answers:
    """Return what the version answers to the flowers, from a store that holds what the control plane would keep."""
    store = spool / "store"
    (spool / "inbox" / "one").rename(store)
    for name in outcome.files:
        (spool / "outbox" / "one" / name).rename(store / name)
    (store / "manifest.json").write_bytes(msgspec.json.encode(outcome.manifest))
    model = ServedModel.load(store)
    rows = uploads.flowers().drop(columns="target").to_csv(index=False).encode()
    return model.predict(model.reader.read_csv(rows))


@pytest.mark.parametrize("name", SAVED)
def test_each_is_found_and_answers_as_the_model_did(tmp_path, name):
    format_, save = SAVED[name]
    outcome = inspected(tmp_path, save())
    assert outcome.manifest is not None, (outcome.reason, outcome.facts)
    assert outcome.manifest.format == format_
    assert left_over(tmp_path) == {"working": [], "converted": []}
    answers = served(tmp_path, outcome)
    rows = uploads.flowers().drop(columns="target")
    assert answers.predictions.tolist() == uploads.flower_model().predict(rows).tolist()
    assert answers.probabilities is not None
    np.testing.assert_allclose(answers.probabilities, uploads.flower_model().predict_proba(rows), atol=1e-5)


@pytest.mark.parametrize(("said", "run"), [("5f" * 16, "5f" * 16), ("'../../etc'", "")])
def test_the_run_that_logged_an_mlflow_model_is_noted(tmp_path, said, run):
    files = mlflow_files("model.skops", skops_bytes(), columns())
    files["MLmodel"] += f"run_id: {said}\n".encode()
    outcome = inspected(tmp_path, zip_bytes(files))
    assert outcome.manifest is not None, (outcome.reason, outcome.facts)
    assert outcome.manifest.mlflow_run == run


def left_over(spool) -> dict[str, list[str]]:
    names = ("working", "converted")
    return {name: [path.name for path in (spool / name).glob("*")] for name in names}
