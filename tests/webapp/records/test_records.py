"""A recorded prediction is found by those who may know it, shown as it was, asked again, and learns what came true."""

import html
import json
import re
from typing import Any

import pytest
from django.urls import reverse

from tests.playground import add_user
from webapp.accounts.models import Role
from webapp.gateway.answers import Answer
from webapp.predictions import client as online_path
from webapp.records import searches
from webapp.registry.models import RegisteredModel
from worker.contract import names
from worker.contract.journal import JournalRule


@pytest.fixture
def noted(plane, penguins, bob, alice):
    plane.note(penguins, f"page:{bob.pk}", "bobs")
    plane.note(penguins, f"api:{alice.pk}", "alices")
    return penguins


def page(client, **query: Any) -> str:
    response = client.get(reverse("records", args=["penguins"]), query)
    assert response.status_code == 200
    told = re.sub(r"<[^>]+>", " ", response.content.decode())
    return html.unescape(re.sub(r"\s+", " ", told))


def test_a_person_finds_what_they_asked(as_bob, noted):
    told = page(as_bob, by="request", id="bobs")
    assert "Gentoo" in told
    assert "46.1 mm" in told
    assert "on a page" in told
    assert "98.7 %" in told


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("46..47", "46.1 mm"),
        ("46,05..", "46.1 mm"),
        ("46.1..50", "You have asked nothing that is known by that."),
        ("-", "You have asked nothing that is known by that."),
        ("46", "Say what to look for."),
        ("low..high", "Say what to look for."),
        ("..nan", "Say what to look for."),
    ],
)
def test_rows_are_found_by_a_range_of_a_feature(as_bob, noted, said, words):
    assert words in page(as_bob, by="range", feature="bill_mm", id=said)


def test_inputs_stand_in_the_order_of_the_signature(as_bob, noted):
    told = page(as_bob, by="request", id="bobs")
    places = [told.index(words) for words in ("Bill 46.1", "Island Biscoe", "Year 2007", "Ringed Yes", "Note a note")]
    assert places == sorted(places)


def test_what_others_asked_is_not_found(as_bob, noted):
    told = page(as_bob, by="request", id="alices")
    assert "You have asked nothing that is known by that." in told
    assert "46.1" not in told


def test_others_are_not_told_from_what_is_absent(as_bob, noted):
    alices, absent = (page(as_bob, by="request", id=each).replace(each, "") for each in ("alices", "absent"))
    assert alices == absent


def test_who_manages_the_endpoint_finds_what_everybody_asked(as_alice, noted):
    told = page(as_alice, by="request", id="bobs")
    assert "Who bob" in told


def test_a_maintainer_of_the_model_finds_what_everybody_asked(client, noted):
    pia = add_user("pia", Role.PUBLISHER)
    RegisteredModel.objects.get().maintainers.add(pia)
    client.force_login(pia)
    assert "Gentoo" in page(client, by="request", id="bobs")


def test_ones_own_last_predictions_are_listed(as_bob, noted, plane, bob):
    plane.note(noted, f"api:{bob.pk}", "later")
    told = page(as_bob)
    assert "Your last predictions" in told
    assert "bobs" in told
    assert "later" in told
    assert "alices" not in told


def test_rows_are_found_by_the_value_of_a_feature(as_alice, noted):
    told = page(as_alice, by="feature", feature="note", id="a note")
    assert "bobs" in told
    assert "alices" in told


@pytest.mark.parametrize("query", [{"by": "feature", "id": "x"}, {"by": "caller", "id": "page:1"}, {"id": " "}])
def test_what_is_no_search_is_told(as_bob, noted, query):
    assert "Say what to look for." in page(as_bob, **query)


def test_without_inputs_the_page_says_so(as_bob, noted, plane, bob):
    noted.keeps_inputs = False
    plane.note(noted, f"page:{bob.pk}", "bare")
    told = page(as_bob, by="request", id="bare", again="1")
    assert "keeps no inputs" in told
    assert "What was asked is not kept, so it cannot be asked again." in told


def test_a_hash_is_shown_as_one(as_bob, noted, plane, bob):
    noted.hashed_features = ["note"]
    noted.save()
    plane.note(noted, f"page:{bob.pk}", "hashed")
    told = page(as_bob, by="request", id="hashed", again="1")
    assert "kept as a hash:" in told
    assert "a note" not in told
    assert "only hashes are kept" in told


def test_a_worker_that_is_busy_is_waited_for_by_the_page(as_bob, noted, plane, monkeypatch):
    monkeypatch.setattr(searches, "WAIT_S", 0.0)
    plane.is_busy = True
    assert "The journal is being searched" in page(as_bob, by="request", id="bobs")
    status = reverse("records_status", args=["penguins"])
    assert as_bob.get(status, {"by": "request", "id": "bobs"}).json() == {"status": "looking"}
    assert len(plane.sent) == 1


def test_a_redis_that_is_away_is_told(as_bob, penguins):
    response = as_bob.get(reverse("records", args=["penguins"]))
    assert response.status_code == 503
    assert b"The journal cannot be asked at the moment." in response.content


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bytes]]:
    """Answers whatever any version is asked as `OnlinePath` does, and remembers it."""
    asked: list[tuple[int, bytes]] = []

    def predict_by(version, user_id, endpoint_name, body):
        asked.append((version.number, body))
        prediction = {"prediction": "Adelie", "probabilities": {"Adelie": 0.6, "Gentoo": 0.4}}
        return Answer(200, "application/json", json.dumps({"version": 1, "predictions": [prediction]}).encode())

    monkeypatch.setattr(online_path, "predict_by", predict_by)
    return asked


def test_asked_again_both_answers_stand_side_by_side(as_bob, noted, again):
    told = page(as_bob, by="request", id="bobs", row="0", again="1")
    ((number, body),) = again
    assert number == 1
    assert body == b'{"rows":[{"bill_mm":46.1,"island":"Biscoe","year":2007,"ringed":true,"note":"a note"}]}'
    assert "Not the same as was answered then." in told
    assert "Answer Gentoo Adelie another answer" in told
    assert "Adelie 1.3 % 60.0 % +58.7 points" in told


def test_a_version_that_is_not_there_cannot_be_asked(as_bob, noted, again):
    assert "This version cannot be asked." in page(as_bob, by="request", id="bobs", again="7")
    assert again == []


def tell(client, value: str, **more: str) -> str:
    said = {"request_id": "bobs", "row": "0", "value": value} | more
    response = client.post(reverse("tell_outcome", args=["penguins"]), said)
    assert response.status_code == 302
    told = re.sub(r"<[^>]+>", " ", client.get(response["Location"]).content.decode())
    return html.unescape(re.sub(r"\s+", " ", told))


def test_what_came_true_is_told_on_the_page_and_stands_there(as_bob, noted):
    told = tell(as_bob, "Gentoo")
    assert "Thank you." in told
    assert "It came true: Gentoo" in told


def test_a_later_outcome_takes_the_place_of_an_earlier_one(as_bob, noted):
    tell(as_bob, "Gentoo")
    told = tell(as_bob, "Adelie")
    assert "It came true: Adelie" in told
    assert "It came true: Gentoo" not in told


def lines(client, **query: Any) -> list[str]:
    """The lines of the list, as they stand in the page."""
    content = client.get(reverse("records", args=["penguins"]), query).content.decode()
    return re.findall(r'<tr id="line-\d+">.*?</tr>', content, re.DOTALL)


def hidden(line: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', line)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_each_of_ones_last_predictions_asks_what_came_true_of_it(as_bob, noted, plane, bob):
    plane.note(noted, f"page:{bob.pk}", "second")
    said = [hidden(line) for line in lines(as_bob)]
    assert {each["request_id"] for each in said} == {"bobs", "second"}
    assert [each["line"] for each in said] == ["1", "2"]
    for line in lines(as_bob):
        assert "It was right" in line
        assert 'name="value" value="Gentoo"' in line
        assert 'name="value" value="Adelie"' in line


def test_what_is_told_in_a_line_stands_in_it_and_leads_back_to_it(as_bob, noted, plane, bob):
    plane.note(noted, f"page:{bob.pk}", "second")
    at = next(at for at, line in enumerate(lines(as_bob)) if hidden(line)["request_id"] == "second")
    response = as_bob.post(reverse("tell_outcome", args=["penguins"]), hidden(lines(as_bob)[at]) | {"value": "Adelie"})
    assert response["Location"] == f"/endpoints/penguins/predictions/?#line-{at + 1}"
    now = lines(as_bob)
    assert '<span class="told">Adelie</span>' in now[at]
    assert "Correct it" in now[at]
    assert "It was right" not in now[at]
    assert "told" not in now[1 - at]


def test_telling_in_a_list_that_was_looked_for_leads_back_to_it(as_alice, noted):
    query = {"by": "feature", "feature": "note", "id": "a note"}
    line = next(line for line in lines(as_alice, **query) if hidden(line)["request_id"] == "alices")
    response = as_alice.post(reverse("tell_outcome", args=["penguins"]), hidden(line) | {"value": "Adelie"})
    assert response["Location"].startswith("/endpoints/penguins/predictions/?by=feature&feature=note&id=a+note#line-")
    assert sum('<span class="told">Adelie</span>' in each for each in lines(as_alice, **query)) == 1


def test_what_cannot_have_come_true_is_told_above_the_list(as_bob, noted):
    said = {"request_id": "bobs", "row": "0", "line": "1", "list": "", "value": "Dodo"}
    response = as_bob.post(reverse("tell_outcome", args=["penguins"]), said)
    assert response["Location"] == "/endpoints/penguins/predictions/?"


def test_a_list_leads_nowhere_else(as_bob, noted):
    said = {"request_id": "bobs", "row": "0", "line": "1 x", "list": "//evil.example/?a=b#c", "value": "Adelie"}
    response = as_bob.post(reverse("tell_outcome", args=["penguins"]), said)
    assert response["Location"].startswith("/endpoints/penguins/predictions/?")
    assert "#" not in response["Location"]


def test_what_names_no_prediction_is_not_taken(as_bob, noted, plane):
    assert "No prediction is named." in tell(as_bob, "Adelie", request_id="")
    assert names.TASK_TAKE_TRUTH not in plane.sent


def test_what_the_model_never_says_cannot_have_come_true(as_bob, noted):
    assert "That cannot have come true" in tell(as_bob, "Dodo")


def test_the_result_of_a_form_leads_to_its_record(as_bob, penguins, online):
    response = as_bob.get(reverse("endpoint", args=["penguins"]), {"bill_mm": "46.1"})
    told = response.content.decode()
    assert "/endpoints/penguins/predictions/?by=request&amp;id=r" in told
    assert "It was right" in told
    assert "It was Adelie" in told
    assert 'name="csrfmiddlewaretoken"' in told.split('class="tell"')[1].split("</form>")[0]


def test_without_a_journal_nothing_is_asked_of_the_result(as_bob, penguins, online):
    penguins.keeps_journal = False
    penguins.save()
    assert penguins.journal_rule == JournalRule(is_kept=False)
    response = as_bob.get(reverse("endpoint", args=["penguins"]), {"bill_mm": "46.1"})
    assert b"It was right" not in response.content
