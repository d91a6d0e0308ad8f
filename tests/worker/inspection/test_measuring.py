"""Fresh processes measure what a worker will need, and what cannot be served is refused."""

import json
import subprocess
import sys
import warnings

import msgspec
import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor

from appliance.paths import ROOT
from tests.worker.inspection.publishing import LIMITS, inbox, request
from worker.contract.inspection import InspectionOutcome, Publication
from worker.contract.report import Conversion, Measurements, Report
from worker.inspection import memory
from worker.inspection.apart import Workplace
from worker.inspection.completion import complete

WIDTH = 1500


def inspected(tmp_path, model, rows: pd.DataFrame) -> InspectionOutcome:
    inbox(tmp_path / "inbox" / "one", model, rows)
    return Workplace(spool_dir=tmp_path, limits=LIMITS).inspect(request(Publication()))


def measured(outcome: InspectionOutcome) -> tuple[Measurements, Conversion | None]:
    assert outcome.manifest is not None, outcome.reason
    assert outcome.manifest.report is not None
    return outcome.manifest.report.measurements, outcome.manifest.report.conversion


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> InspectionOutcome:
    """What came of a model of one feature."""
    rows = pd.DataFrame({"x": np.arange(50) / 7})
    return inspected(tmp_path_factory.mktemp("line"), LinearRegression().fit(rows, rows["x"]), rows)


def test_a_model_of_a_known_size_takes_about_that_much_memory(tmp_path):
    rows = pd.DataFrame(np.random.default_rng(0).random((20, 10)), columns=[f"x{n}" for n in range(10)])
    model = MLPRegressor(hidden_layer_sizes=(WIDTH, WIDTH), solver="lbfgs", max_iter=1, random_state=0)
    with warnings.catch_warnings(action="ignore"):  # it need not converge to have a size
        model.fit(rows, rows["x0"])
    found, conversion = measured(inspected(tmp_path, model, rows))
    held = WIDTH * WIDTH * 8
    assert conversion is not None
    assert 0.9 * held < conversion.sklearn_resident_bytes < 3 * held
    assert 0.45 * held < found.resident_bytes < 2 * held, "a graph holds numbers of four bytes"
    assert found.peak_bytes >= found.resident_bytes


def test_a_small_model_takes_little_and_its_libraries_are_told_apart(line):
    found, conversion = measured(line)
    assert found.resident_bytes < 5_000_000
    assert found.rows_per_s > 10_000
    assert all(each.p50_ms <= each.p99_ms for each in found.latency)
    assert conversion is not None
    assert conversion.sklearn_libraries_bytes > conversion.libraries_bytes > 1_000_000
    assert conversion.graph_bytes < 2_000


def test_a_model_that_draws_its_answers_is_refused_and_leaves_nothing(tmp_path):
    rows = pd.DataFrame({"x": np.arange(50) / 7})
    outcome = inspected(tmp_path, DummyClassifier(strategy="stratified").fit(rows, ["a", "b"] * 25), rows)
    assert outcome.reason.startswith("The model answers the same row differently each time: ")
    assert "nothing drawn at random" in outcome.hint
    assert outcome.files == ()


def test_of_a_measuring_process_only_figures_are_taken(line):
    found, _ = measured(line)
    liar = msgspec.structs.replace(line.manifest, sklearn_file="../secret", report=Report(measurements=found))
    completed = complete(line.manifest, lambda _, briefly=False: msgspec.structs.replace(line, manifest=liar), 7)
    assert completed.manifest is not None
    assert completed.manifest.sklearn_file == "artifact"
    assert completed.manifest.report is not None
    assert completed.manifest.report.remarks == line.manifest.report.remarks != ()


def test_what_cannot_be_measured_is_refused(line):
    refusal = InspectionOutcome(inspection_id="one", version_id=7, reason="It died.")
    assert complete(line.manifest, lambda _, briefly=False: refusal, 7) == refusal


TAKES = """
import json
import numpy as np
from worker.inspection import memory
before = memory.usage()
held = np.ones(10_000_000)
print(json.dumps([before, memory.usage()]))
"""


def test_memory_that_is_taken_is_seen():
    """In a process of its own: another test's may have memory to give that it did not return."""
    told = subprocess.run([sys.executable, "-c", TAKES], cwd=ROOT, check=True, capture_output=True).stdout
    before, after = (memory.Usage(*each) for each in json.loads(told))
    assert 70_000_000 < after.own - before.own < 120_000_000
    assert after.peak >= after.own + after.files - 10_000_000
