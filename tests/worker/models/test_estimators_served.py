"""What is published answers exactly as the publisher's own model: labels equal, numbers and probabilities to 1e-5.

Each goes the whole way: written with skops, examined, put where the store would, loaded as a worker does, and asked
by the bytes of a request. Where scikit-learn serves, numbers are equal to the last bit.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.worker.inspection.publishing import inbox, request
from tests.worker.models.fitted import CASES, Data
from worker.contract.manifest import Engine
from worker.dialects import NATIVE, AnswerContext
from worker.inspection.examination import outcome_of
from worker.models.serving import ServedModel

CONTEXT = AnswerContext("endpoint", 1, "r", "application/json")
RELATIVE = 1e-5


def published(model: Any, data: Data, directory: Path) -> ServedModel:
    """Return the model as it is served, from what its inspection leaves."""
    inbox(directory, model, data.rows.assign(target=data.target.to_numpy()))
    outcome = outcome_of(request(data.published()), directory, directory)
    assert outcome.manifest is not None, f"{outcome.reason} {outcome.hint}"
    (directory / "manifest.json").write_bytes(msgspec.json.encode(outcome.manifest))
    return ServedModel.load(directory)


def answered(model: ServedModel, data: Data) -> list[dict[str, Any]]:
    """Return the answers to all rows, by the bytes of a request."""
    rows = data.rows.astype(object).where(data.rows.notna(), None).to_dict("records")
    table = NATIVE.read(json.dumps({"rows": rows}).encode(), "application/json", model.reader)
    found: list[dict[str, Any]] = json.loads(NATIVE.write(model.predict(table), CONTEXT))["predictions"]
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_answers_are_those_of_the_model(name: str, tmp_path: Path):
    make, case = CASES[name]
    data = case()
    model = make().fit(data.rows, data.target)
    served = published(model, data, tmp_path)
    found = answered(served, data)
    said, expected = [one["prediction"] for one in found], model.predict(data.rows).reshape(-1).tolist()
    if served.manifest.signature.output.labels or served.manifest.engine is Engine.SKLEARN:
        assert said == expected
    else:
        np.testing.assert_allclose(said, expected, rtol=RELATIVE, atol=1e-7 * np.abs(expected).max())
    if "probabilities" in found[0]:
        told = [list(one["probabilities"].values()) for one in found]
        np.testing.assert_allclose(told, model.predict_proba(data.rows), rtol=RELATIVE, atol=RELATIVE)


def test_there_are_enough_of_them():
    assert len(CASES) >= 40
