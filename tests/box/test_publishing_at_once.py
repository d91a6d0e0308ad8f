"""Two who do the same thing at the same moment: both are answered, and one thing has happened."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any, Final

import httpx
import pytest
from sklearn.linear_model import LogisticRegression

from appliance.steps import manage
from tests.box.publishers import Publisher, assert_nothing_is_left, close, publishing
from tests.running_box import RunningBox
from tests.worker.inspection.uploads import flowers, skops_bytes

pytestmark = pytest.mark.box

REFERENCE: Final = flowers().to_csv(index=False).encode()
DEPLOYMENTS: Final = "/api/v1/endpoints/at-once/deployments"
MAINTAINED: Final = """
from webapp.accounts.models import User
from webapp.registry.models import RegisteredModel
RegisteredModel.objects.get(name={model!r}).maintainers.add(User.objects.get(username={name!r}))
"""
DEPLOYED: Final = """
import json
from webapp.audit.models import AuditEvent
events = AuditEvent.objects.filter(endpoint={endpoint!r}, action="deployed").order_by("pk")
print(json.dumps([[each.by, each.version] for each in events]))
"""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Return what the calls return that begin at the same moment."""
    barrier = Barrier(len(calls))

    def begun(call: Callable[[], Any]) -> Any:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(begun, calls))


def ordered_at_once(two: tuple[Publisher, Publisher], orders: list[dict[str, Any]]) -> list[httpx.Response]:
    """Let each of the two give one order at the same moment."""
    pairs = zip(two, orders, strict=True)
    return at_once(*[lambda a=asker, o=order: a.client.post(DEPLOYMENTS, json=o) for asker, order in pairs])


def model(strength: float) -> bytes:
    rows = flowers()
    return skops_bytes(LogisticRegression(C=strength, max_iter=2000).fit(rows.drop(columns="target"), rows["target"]))


@pytest.fixture(scope="module")
def two(box: RunningBox) -> Iterator[tuple[Publisher, Publisher]]:
    """Two publishers who look after the same model, of which three versions are ready and the first is champion."""
    for name in ("willa", "xaver"):
        box.add_user(name, role="publisher")
    with ExitStack() as stack:
        willa, xaver = (stack.enter_context(publishing(box, name)) for name in ("willa", "xaver"))
        stack.callback(close, box, "at-once")
        first = willa.asked("at-once", model(1.0), REFERENCE, target="target", deploy="champion")
        urls = [first, *(willa.asked("at-once", model(part), REFERENCE, target="target") for part in (0.1, 0.01))]
        assert [willa.outcome(url)["status"] for url in urls] == ["ready"] * 3
        manage(box.data, "shell", "-c", MAINTAINED.format(model="at-once", name="xaver"))
        yield willa, xaver


def test_the_same_bytes_twice_at_once_are_one_version(box, publisher):
    artifact = model(1.0)
    answers = at_once(*[lambda: publisher.send("twins", artifact, REFERENCE, target="target")] * 4)
    assert {answer.status_code for answer in answers} == {202}, [answer.text for answer in answers]
    assert {answer.json()["version"] for answer in answers} == {1}
    assert publisher.outcome(answers[0].json()["url"])["status"] == "ready"
    assert len(publisher.client.get("/api/v1/models/twins/versions").json()) == 1
    assert_nothing_is_left(box)


def test_different_bytes_at_once_are_two_versions(box, publisher):
    artifacts = model(0.5), model(0.25)
    answers = at_once(*[lambda sent=sent: publisher.send("siblings", sent, REFERENCE) for sent in artifacts])
    assert {answer.status_code for answer in answers} == {202}, [answer.text for answer in answers]
    assert {answer.json()["version"] for answer in answers} == {1, 2}
    for answer in answers:
        publisher.outcome(answer.json()["url"])
    assert_nothing_is_left(box)


def test_two_who_promote_at_once_are_both_answered_and_leave_one_champion(box, two):
    orders = [{"version": number, "role": "champion"} for number in (2, 3)]
    answers = ordered_at_once(two, orders)
    assert [answer.status_code for answer in answers] == [201, 201], [answer.text for answer in answers]
    live = two[0].client.get(DEPLOYMENTS, params={"live": True}).json()
    assert [each["role"] for each in live] == ["champion"]
    told = json.loads(manage(box.data, "shell", "-c", DEPLOYED.format(endpoint="at-once")).splitlines()[-1])
    assert sorted(told[-2:]) == [["willa", 2], ["xaver", 3]]
    assert told[-1][1] == live[0]["version"]


def test_of_two_who_decide_by_what_they_saw_the_second_is_told(two):
    champion = two[0].client.get(DEPLOYMENTS, params={"live": True}).json()[0]
    others = [number for number in (1, 2, 3) if number != champion["version"]]
    orders = [{"version": number, "role": "champion", "champion": champion["id"]} for number in others]
    answers = ordered_at_once(two, orders)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "wrong_state"
    assert "Somebody else changed at-once a moment ago" in refused["error"]
