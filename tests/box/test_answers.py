"""What the box answers is what the model says: by JSON and by CSV, with a key and from a browser."""

import csv
import io
import json
import time

import httpx
import pandas as pd
import pytest
import skops.io

from webapp.gateway.state import WATCH_S

pytestmark = pytest.mark.box

ENDPOINTS = ("penguins", "diamonds", "biopsy")


@pytest.fixture(scope="module")
def client(box):
    with httpx.Client(base_url=box.url, headers={"Authorization": f"Bearer {box.key()}"}, timeout=30) as client:
        yield client


def model_and_rows(box, client: httpx.Client, endpoint: str):
    """Return the estimator behind an endpoint and 500 rows of its reference data, as a publisher would read them."""
    described = client.get(f"/api/v1/endpoints/{endpoint}").json()["signature"]
    names = [feature["name"] for feature in described["features"]]
    for manifest in box.data_dir.glob("models/*/manifest.json"):
        kept = json.loads(manifest.read_text())["signature"]
        is_same_output = kept["output"]["name"] == described["output"]["name"]
        if is_same_output and [each["name"] for each in kept["features"]] == names:
            artifact = manifest.parent / "artifact"
            model = skops.io.load(artifact, trusted=skops.io.get_untrusted_types(file=artifact))
            return model, pd.read_csv(manifest.parent / "reference").head(500)[names]
    message = f"No version in the store has the signature of {endpoint}"
    raise AssertionError(message)


def predict(client: httpx.Client, endpoint: str, rows: pd.DataFrame):
    body = {"rows": json.loads(rows.to_json(orient="records", double_precision=15))}
    answer = client.post(f"/api/v1/endpoints/{endpoint}/predict", json=body)
    assert answer.status_code == 200, answer.text
    return [prediction["prediction"] for prediction in answer.json()["predictions"]]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_json_gets_what_the_model_predicts(box, client, endpoint):
    model, rows = model_and_rows(box, client, endpoint)
    expected = model.predict(rows).tolist()
    got = predict(client, endpoint, rows)
    assert got == (expected if isinstance(expected[0], str) else pytest.approx(expected, rel=1e-5))


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_csv_gets_the_same_answers_as_json(box, client, endpoint):
    _, rows = model_and_rows(box, client, endpoint)
    answer = client.post(
        f"/api/v1/endpoints/{endpoint}/predict",
        content=rows.to_csv(index=False),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    cells = [row["prediction"] for row in csv.DictReader(io.StringIO(answer.text))]
    assert cells == [str(prediction) for prediction in predict(client, endpoint, rows)]


def test_the_endpoints_describe_themselves(client):
    described = {endpoint["name"]: endpoint for endpoint in client.get("/api/v1/endpoints").json()}
    assert set(ENDPOINTS) <= described.keys()
    for endpoint in described.values():
        assert set(endpoint) == {"name", "title", "version", "engine", "signature"}
        assert endpoint["engine"] in {"onnx", "sklearn"}


@pytest.fixture
def browser(box):
    """A logged-in session, as a browser holds it."""
    with httpx.Client(base_url=box.url, follow_redirects=True) as browser:
        page = browser.get("/login/")
        fields = {
            "username": "admin",
            "password": box.admin_password,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        assert "Log out" in browser.post(page.url, data=fields).text
        yield browser


def test_a_session_with_its_token_may_predict(box, client, browser):
    _, rows = model_and_rows(box, client, "penguins")
    browser.headers["X-CSRFToken"] = browser.cookies["csrftoken"]
    assert predict(browser, "penguins", rows) == predict(client, "penguins", rows)


def test_a_session_without_its_token_may_not(browser):
    answer = browser.post("/api/v1/endpoints/penguins/predict", json={"rows": [{}]})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def requests_counted(client: httpx.Client) -> float:
    start = 'bastide_requests_total{endpoint="diamonds",status="400"} '
    lines = client.get("/metrics").text.splitlines()
    return next((float(line.removeprefix(start)) for line in lines if line.startswith(start)), 0.0)


def test_metrics_are_right_under_several_processes(box):
    key = box.key()
    time.sleep(2 * WATCH_S)  # what was asked before is counted before
    with httpx.Client(base_url=box.url) as first:
        before = requests_counted(first)
    for _ in range(30):  # each on a connection of its own, so that both web processes take part
        httpx.post(f"{box.url}/api/v1/endpoints/diamonds/predict", json={}, headers={"Authorization": f"Bearer {key}"})
    time.sleep(2 * WATCH_S)  # each process writes out what it counted a few times a second
    with httpx.Client(base_url=box.url) as second:
        assert {requests_counted(second) for _ in range(5)} == {before + 30}


def test_ready_means_that_a_worker_really_answered(client):
    assert client.get("/readyz").json() == {"ready": True, "checks": {"database": True, "redis": True, "worker": True}}


def test_request_ids_are_unique_across_web_processes(box):
    url, headers = f"{box.url}/api/v1/endpoints/diamonds/predict", {"Authorization": f"Bearer {box.key()}"}
    ids = [httpx.post(url, json={}, headers=headers).headers["X-Request-Id"] for _ in range(40)]
    assert len(set(ids)) == 40


def test_a_key_opens_the_box_as_soon_as_it_is_shown(box):
    for number in range(4):
        key = box.bastide("key", "create", "--user", "admin", "--name", f"new {number}")
        # A connection each, so that both web processes are asked.
        asked = [httpx.get(f"{box.url}/api/v1/endpoints", headers={"Authorization": f"Bearer {key}"})]
        url = f"{box.url}/api/v1/endpoints/diamonds/predict"
        asked += [httpx.post(url, json={}, headers={"Authorization": f"Bearer {key}"}) for _ in range(4)]
        assert [answer.status_code for answer in asked] == [200, 400, 400, 400, 400]
