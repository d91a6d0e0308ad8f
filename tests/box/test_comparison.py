"""Two real versions of a small model are compared by the box, and what it says is what the models themselves say."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import skops.io
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.running_box import RunningBox, eventually

pytestmark = pytest.mark.box

DATA = load_breast_cancer(as_frame=True)
FEW = DATA.data[["mean texture", "mean smoothness"]]
COMPARED = "/api/v1/models/compared/compare?from=1&to=2"


@pytest.fixture(scope="module")
def client(box: RunningBox):
    with httpx.Client(base_url=box.url, headers={"Authorization": f"Bearer {box.key()}"}, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def models(client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> list[Pipeline]:
    """Two versions: the first knows two features, the second all."""
    models = []
    for inputs in (FEW, DATA.data):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(inputs, DATA.target)
        publish(client, model, inputs, tmp_path_factory.mktemp("compared"))
        models.append(model)
    return models


def publish(client: httpx.Client, model: Pipeline, inputs: Any, directory: Path) -> None:
    skops.io.dump(model, directory / "model.skops")
    reference = inputs.assign(benign=DATA.target).to_csv(index=False).encode()
    files = {"artifact": (directory / "model.skops").read_bytes(), "reference": reference}
    answer = client.post("/api/v1/models/compared/versions", data={"target": "benign"}, files=files)
    assert answer.status_code == 202, answer.text
    assert eventually(lambda: client.get(answer.json()["url"]).json()["status"] == "ready", timeout_s=180)


def test_what_parts_two_versions_is_what_the_models_say(client, models):
    assert eventually(lambda: client.get(COMPARED).status_code == 200, timeout_s=180)
    told = client.get(COMPARED).json()
    old, new = models[0].predict(FEW), models[1].predict(DATA.data)
    assert told["status"] == "compared", told
    assert (told["answers"]["rows"], told["answers"]["different"]) == (len(DATA.target), int((old != new).sum()))
    accuracy = next(pair for pair in told["answers"]["quality"] if pair["new"]["name"] == "accuracy")
    assert accuracy["old"]["value"] == pytest.approx((old == DATA.target).mean())
    assert accuracy["new"]["value"] == pytest.approx((new == DATA.target).mean())
    assert 0 < accuracy["low"] < accuracy["high"]
    for row in told["answers"]["most"]:
        place = row["row"] - 1
        assert (row["old"], row["new"], row["truth"]) == (old[place], new[place], DATA.target[place])


def test_comparing_again_says_the_same(client, models):
    assert eventually(lambda: client.get(COMPARED).status_code == 200, timeout_s=180)
    before = client.get(COMPARED).json()
    assert client.post(COMPARED).status_code == 202
    assert eventually(lambda: client.get(COMPARED).status_code == 200, timeout_s=180)
    assert client.get(COMPARED).json() == before
