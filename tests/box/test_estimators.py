"""What is uploaded answers over HTTP exactly as the publisher's own model: the whole way, on a real box."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pytest
import skops.io

from tests.box.publishers import INSPECTED_WITHIN_S, Publisher, assert_nothing_is_left, close
from tests.running_box import RunningBox, eventually
from tests.worker.models.fitted import CASES, Data

pytestmark = pytest.mark.box

PREFIX: Final = "fitted-"
RELATIVE: Final = 1e-5
ROWS: Final = 200
CHOSEN: Final = (
    "LogisticRegression of biopsies",
    "RidgeClassifier of biopsies",
    "SGDClassifier of biopsies",
    "DecisionTree of biopsies",
    "RandomForest of wines",
    "ExtraTrees of biopsies",
    "GradientBoosting of biopsies",
    "HistGradientBoosting of biopsies",
    "AdaBoost of biopsies",
    "SVC of wines",
    "LinearSVC of biopsies",
    "KNeighbors of biopsies",
    "GaussianNB of biopsies",
    "MLP of wines",
    "LDA of wines",
    "Calibrated of biopsies",
    "Stacking of biopsies",
    "GridSearch of biopsies",
    "PCA of biopsies",
    "ordinal of penguins",
    "one-hot of penguins",
    "tf-idf of a column of sentences",
    "one-hot, mass of penguins",
    "Ridge of diabetes",
    "RandomForest of diabetes",
    "HistGradientBoosting of diabetes",
    "SVR of diabetes",
    "GaussianProcess of diabetes",
    "TransformedTarget of diabetes",
    "Voting of diabetes",
)


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """A fitted model, the rows to ask it, and where its version is."""

    endpoint: str
    model: Any
    data: Data
    url: str


def endpoint_of(name: str) -> str:
    return PREFIX + re.sub(r"[^a-z]+", "-", name.lower())


def upload(publisher: Publisher, name: str) -> Uploaded:
    make, case = CASES[name]
    data = case()
    model = make().fit(data.rows, data.target)
    reference = data.rows.assign(target=data.target.to_numpy()).to_csv(index=False).encode()
    words = {"target": "target", "text": json.dumps(data.publication.text), "deploy": "champion"}
    url = publisher.asked(endpoint_of(name), skops.io.dumps(model), reference, **words)
    return Uploaded(endpoint=endpoint_of(name), model=model, data=data, url=url)


@pytest.fixture(scope="module")
def uploaded(box: RunningBox, publisher: Publisher):
    """All of them are uploaded first: they are inspected while one looks at those that are ready."""
    yield {name: upload(publisher, name) for name in CHOSEN}
    close(box, PREFIX)
    assert_nothing_is_left(box)


def answered(publisher: Publisher, one: Uploaded) -> list[dict[str, Any]]:
    rows = one.data.rows.head(ROWS)
    body = {"rows": rows.astype(object).where(rows.notna(), None).to_dict("records")}
    answer = publisher.client.post(f"/api/v1/endpoints/{one.endpoint}/predict", json=body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["predictions"]
    return found


@pytest.mark.parametrize("name", CHOSEN)
def test_the_endpoint_answers_as_the_model_does(publisher, uploaded, name):
    one = uploaded[name]
    version = publisher.outcome(one.url, timeout_s=len(CHOSEN) * INSPECTED_WITHIN_S)
    assert version["status"] == "ready", version["reason"]
    listed = f"/api/v1/endpoints/{one.endpoint}"
    assert eventually(lambda: publisher.client.get(listed).status_code == 200), version["reason"]
    found = answered(publisher, one)
    rows = one.data.rows.head(ROWS)
    said, expected = [each["prediction"] for each in found], one.model.predict(rows).reshape(-1).tolist()
    if version["signature"]["output"]["labels"] or version["engine"] == "sklearn":
        assert said == expected
    else:
        np.testing.assert_allclose(said, expected, rtol=RELATIVE, atol=1e-7 * np.abs(expected).max())
    if "probabilities" in found[0]:
        told = [list(each["probabilities"].values()) for each in found]
        np.testing.assert_allclose(told, one.model.predict_proba(rows), rtol=RELATIVE, atol=RELATIVE)


def test_there_are_enough_of_them():
    assert len(set(CHOSEN)) > 25
