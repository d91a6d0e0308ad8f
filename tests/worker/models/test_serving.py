"""A version is loaded from its directory and answers requests, by whichever engine its manifest names."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.worker.models import trained
from tests.worker.models.stores import body_of, write_version
from tests.worker.models.trained import Trained
from worker.contract.manifest import Engine
from worker.dialects import NATIVE, AnswerContext
from worker.models.errors import ModelMissing, ModelRefused
from worker.models.serving import ServedModel
from worker.tables.errors import InputRefused
from worker.tables.table import Table

CONTEXT = AnswerContext("endpoint", 1, "r", "application/json")


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("made", [trained.logistic, trained.forest, trained.penguins, trained.diamonds])
def test_requests_are_answered_as_the_model_would(made, engine: Engine, tmp_path: Path):
    sample: Trained = made()
    write_version(tmp_path / "v", sample, engine)
    model = ServedModel.load(tmp_path / "v")
    tables = [model.reader.read_json(body_of(sample, start, start + 3)) for start in (0, 10, 20)]
    answers = model.predict(Table.concatenate(tables))
    said = json.loads(NATIVE.write(answers.slice(3, 6), CONTEXT))["predictions"]
    expected = sample.model.predict(sample.frame.iloc[10:13]).tolist()
    predicted = [one["prediction"] for one in said]
    if sample.signature.output.labels:
        assert predicted == expected
        assert sum(said[0]["probabilities"].values()) == pytest.approx(1)
    else:
        np.testing.assert_allclose(predicted, expected, rtol=1e-5)


def test_a_model_served_by_onnx_loads_no_scikit_learn_and_no_pandas(tmp_path: Path):
    write_version(tmp_path / "v", trained.penguins(), Engine.ONNX)
    (tmp_path / "body").write_bytes(body_of(trained.penguins(), 0, 5))
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from worker.dialects import NATIVE\nfrom worker.models.cache import ModelCache\n"
        "from worker.models.serving import ServedModel\n"
        "root = Path(sys.argv[1])\nmodel = ServedModel.load(root / 'v')\n"
        "table = NATIVE.read((root / 'body').read_bytes(), 'application/json', model.reader)\n"
        "assert len(model.predict(table)) == 5\n"
        "print(*sorted({'sklearn', 'pandas', 'scipy', 'skl2onnx', 'skops', 'onnx'} & set(sys.modules)))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == ""


def test_numbers_beyond_four_bytes_are_refused_where_onnx_computes(tmp_path: Path):
    rows = json.dumps({"rows": [[1e39] * 30]}).encode()
    for engine in Engine:
        write_version(tmp_path / engine, trained.logistic(), engine)
    assert ServedModel.load(tmp_path / Engine.SKLEARN).reader.read_json(rows).row_count == 1
    with pytest.raises(InputRefused, match="too large"):
        ServedModel.load(tmp_path / Engine.ONNX).reader.read_json(rows)


def test_the_limit_of_rows_is_a_parameter(tmp_path: Path):
    write_version(tmp_path / "v", trained.logistic(), Engine.ONNX)
    reader = ServedModel.load(tmp_path / "v", row_limit=2).reader
    with pytest.raises(InputRefused, match="more than 2 rows"):
        reader.read_json(body_of(trained.logistic(), 0, 3))


def test_a_version_that_is_absent_or_incomplete_is_missing(tmp_path: Path):
    with pytest.raises(ModelMissing, match="does not hold this version"):
        ServedModel.load(tmp_path / "absent")
    write_version(tmp_path / "v", trained.logistic(), Engine.ONNX)
    (tmp_path / "v" / "model.onnx").unlink()
    with pytest.raises(ModelMissing, match=r"lacks its file 'model\.onnx'"):
        ServedModel.load(tmp_path / "v")
    (tmp_path / "v" / "manifest.json").write_text("{")
    with pytest.raises(ModelMissing, match="manifest"):
        ServedModel.load(tmp_path / "v")


@pytest.mark.parametrize("engine", Engine)
def test_a_damaged_file_is_refused(engine: Engine, tmp_path: Path):
    write_version(tmp_path / "v", trained.logistic(), engine)
    for name in ("artifact", "model.onnx"):
        (tmp_path / "v" / name).write_bytes(b"damaged")
    with pytest.raises(ModelRefused):
        ServedModel.load(tmp_path / "v")
