"""Versions change behind a busy endpoint: nobody gets an error, nobody an answer of neither version."""

import asyncio
import time
from typing import Any

import httpx
import pytest
import skops.io
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.box.publishers import close
from tests.running_box import RunningBox, eventually

pytestmark = pytest.mark.box

DATA = load_breast_cancer(as_frame=True)
ROWS = DATA.data.to_dict("records")
SETTLED_S = 1.0


@pytest.fixture(scope="module")
def client(box):
    with httpx.Client(base_url=box.url, headers={"Authorization": f"Bearer {box.key()}"}, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def changing(box, client, tmp_path_factory):
    """Two versions that answer differently, the first of them deployed. The probabilities by version and row."""
    expected = {}
    for number, strength in ((1, 1.0), (2, 1e-3)):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000)).fit(
            DATA.data, DATA.target
        )
        expected[number] = model.predict_proba(DATA.data)[:, 1].tolist()
        publish(client, model, tmp_path_factory.mktemp("changing"))
    assert deploy(client, 1).status_code == 201
    assert eventually(lambda: ask(client, 0).get("version") == 1)
    yield expected
    close(box, "changing")


def publish(client: httpx.Client, model: Any, directory: Any) -> None:
    skops.io.dump(model, directory / "model.skops")
    reference = DATA.data.assign(benign=DATA.target).to_csv(index=False)
    files = {"artifact": (directory / "model.skops").read_bytes(), "reference": reference.encode()}
    first = {"deploy": "champion"} if client.get("/api/v1/models/changing").status_code == 404 else {}
    answer = client.post("/api/v1/models/changing/versions", data={"target": "benign", **first}, files=files)
    assert answer.status_code == 202, answer.text
    assert eventually(lambda: client.get(answer.json()["url"]).json()["status"] == "ready", timeout_s=60)


def deploy(client: httpx.Client, version: int, role: str = "champion", **more: Any) -> httpx.Response:
    return client.post("/api/v1/endpoints/changing/deployments", json={"version": version, "role": role, **more})


def ask(client: httpx.Client, row: int, **headers: str) -> dict[str, Any]:
    answer = client.post("/api/v1/endpoints/changing/predict", json={"rows": [ROWS[row]]}, headers=headers)
    body: dict[str, Any] = answer.json()
    return body


Seen = tuple[float, int, int, dict[str, Any]]
"""When asked, which row, the status, the answer."""


def load_while(box: RunningBox, change: Any, seconds: float = 5.0, connections: int = 64) -> list[Seen]:
    """Ask on so many connections while `change` happens after a second and a half."""

    async def main() -> list[Seen]:
        seen: list[Seen] = []
        end_s = time.monotonic() + seconds
        headers = {"Authorization": f"Bearer {box.key()}"}
        limits = httpx.Limits(max_connections=connections)
        async with httpx.AsyncClient(base_url=box.url, headers=headers, timeout=20, limits=limits) as client:

            async def caller(number: int) -> None:
                while (asked_s := time.monotonic()) < end_s:
                    row = (number * 37 + len(seen)) % len(ROWS)
                    answer = await client.post("/api/v1/endpoints/changing/predict", json={"rows": [ROWS[row]]})
                    seen.append((asked_s, row, answer.status_code, answer.json()))

            callers = [asyncio.create_task(caller(number)) for number in range(connections)]
            await asyncio.sleep(1.5)
            await asyncio.to_thread(change)
            await asyncio.gather(*callers)
        return seen

    return asyncio.run(main())


def assert_right(seen: list[Seen], expected: dict[int, list[float]]) -> None:
    for _, row, status, body in seen:
        assert status == 200, body
        assert body["predictions"][0]["probabilities"]["1"] == pytest.approx(expected[body["version"]][row], abs=1e-5)


def test_promoting_and_rolling_back_under_load_harms_nobody(box, client, changing):
    changed_s = []

    def promote() -> None:
        assert deploy(client, 2).status_code == 201
        changed_s.append(time.monotonic())

    seen = load_while(box, promote)
    assert_right(seen, changing)
    assert {body["version"] for *_, body in seen} == {1, 2}
    assert {body["version"] for asked_s, *_, body in seen if asked_s > changed_s[0] + SETTLED_S} == {2}
    seen = load_while(box, lambda: client.post("/api/v1/endpoints/changing/rollback", json={}).raise_for_status())
    assert_right(seen, changing)
    assert seen[-1][3]["version"] == 1


def test_a_challenger_answers_its_share_and_the_same_callers(client, changing):
    assert deploy(client, 2, "challenger", share=30).status_code == 201
    people = [{"X-Sticky-Key": f"person {number}"} for number in range(100)]
    assert eventually(lambda: any(ask(client, 0, **one)["version"] == 2 for one in people[:20]))
    met = [ask(client, 0, **one)["version"] for one in people]
    assert met == [ask(client, 1, **one)["version"] for one in people]
    assert 15 <= met.count(2) <= 45
    live = client.get("/api/v1/endpoints/changing/deployments", params={"live": True}).json()
    challenger = next(each["id"] for each in live if each["role"] == "challenger")
    assert client.delete(f"/api/v1/endpoints/changing/deployments/{challenger}").status_code < 300
    assert eventually(lambda: {ask(client, 0, **one)["version"] for one in people} == {1})


def test_a_shadow_answers_nobody_and_its_differences_are_counted(client, changing):
    assert deploy(client, 2, "shadow").status_code == 201
    time.sleep(SETTLED_S)
    answers = [ask(client, row) for row in range(200)]
    assert {answer["version"] for answer in answers} == {1}
    others = sum((changing[1][row] >= 0.5) != (changing[2][row] >= 0.5) for row in range(200))

    def counted() -> dict[str, Any]:
        live = client.get("/api/v1/endpoints/changing/deployments", params={"live": True}).json()
        found: dict[str, Any] = next(each for each in live if each["role"] == "shadow")["differences"] or {}
        return found

    assert eventually(lambda: counted().get("rows", 0) >= 200, timeout_s=20)
    assert (counted()["different"], counted()["failed"]) == (others, 0)
