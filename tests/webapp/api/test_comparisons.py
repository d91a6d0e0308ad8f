"""Programs compare versions: they ask, wait, and read what came of it."""

from typing import Any

import pytest
from django.test import Client

from tests.playground import add_user, manifest
from webapp.accounts.models import ApiKey, Role, User
from webapp.registry.comparing import record
from webapp.registry.comparisons import VersionComparison
from worker.contract.comparison import Compared, ComparisonOutcome
from worker.contract.words import Piece, Words

URL = "/api/v1/models/penguins/compare?from=1&to=2"
FOUND = Compared(reference_rows=190, rows=190, left_out=0, different=12, gap_mean=0.01, gap_max=0.4)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr("webapp.celery.app.send_task", lambda name, kwargs, queue: messages.append(kwargs["message"]))
    return messages


@pytest.fixture(autouse=True)
def _versions(alice: User) -> None:
    model = alice.models.create(name="penguins", title="Penguins")
    for number in (1, 2):
        version = model.versions.create(
            number=number, digest=str(number) * 64, inspection_id=str(number), created_by=alice
        )
        version.mark_ready(manifest())


def with_key_of(user: User) -> Client:
    key = ApiKey.objects.create_key(user)[1]
    return Client(headers={"Authorization": f"Bearer {key}"})


def answer(**found: Any) -> None:
    record(ComparisonOutcome(comparison_id=VersionComparison.objects.get().comparison_id, **found))


def test_another_publishers_model_and_what_is_no_pair_are_absent(alice):
    stranger = with_key_of(add_user("dora", Role.PUBLISHER))
    assert stranger.get(URL).status_code == 404
    for url in (URL.replace("to=2", "to=1"), URL.replace("to=2", "to=9"), URL.replace("penguins", "absent")):
        assert with_key_of(alice).get(url).status_code == 404
    assert not VersionComparison.objects.exists()


def test_what_is_no_number_is_said(alice):
    answered = with_key_of(alice).get(URL.replace("to=2", "to=x"))
    assert (answered.status_code, answered.json()["code"]) == (400, "invalid_input")


def test_it_is_202_until_it_is_known(alice, sent):
    client = with_key_of(alice)
    assert [client.get(URL).status_code for _ in range(2)] == [202, 202]
    assert len(sent) == 1
    answer(compared=FOUND)
    answered = client.get(URL)
    assert answered.status_code == 200
    found = answered.json()
    assert (found["status"], found["old"], found["new"], found["signature"]) == ("compared", 1, 2, [])
    assert found["sentence"].startswith("Version 2 answers 12 of 190 rows otherwise.")
    assert found["answers"]["different"] == 12


def test_the_order_does_not_matter(alice):
    assert with_key_of(alice).get("/api/v1/models/penguins/compare?from=2&to=1").json()["old"] == 1


def test_why_it_failed_is_a_sentence(alice):
    client = with_key_of(alice)
    client.get(URL)
    answer(reason=Words("Version {number} cannot be opened.", {"number": 1}), detail="So.")
    found = client.get(URL).json()
    assert (found["status"], found["sentence"], found["detail"]) == ("failed", "Version 1 cannot be opened.", "So.")


def test_a_forged_reason_is_told_as_it_is_and_not_filled_in(alice):
    client = with_key_of(alice)
    client.get(URL)
    answer(reason=Words("{fact.__str__.__globals__}", {"fact": Piece("so")}))
    assert client.get(URL).json()["sentence"] == "{fact.__str__.__globals__}"


def test_a_post_asks_again(alice, sent):
    client = with_key_of(alice)
    client.get(URL)
    answer(compared=FOUND)
    assert client.post(URL).status_code == 202
    assert len(sent) == 2
