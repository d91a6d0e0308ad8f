"""The pages on which an endpoint is managed: who sees them, what they show, and that each change is confirmed first."""

import pytest
from django.test import Client

from tests.playground import add_user, deployed_endpoint
from tests.webapp.endpoints.test_deploying import FEWER, add_version, live, put
from webapp.accounts.models import Role
from webapp.audit.models import AuditEvent

PAGE = "/endpoints/penguins/manage/"
CHANGES = [f"{PAGE}deploy/?version=2&role=champion", f"{PAGE}rollback/"]


@pytest.fixture
def olga(db):
    return add_user("olga", Role.PUBLISHER)


@pytest.fixture
def penguins(olga):
    return deployed_endpoint(olga)


@pytest.fixture
def browser(olga) -> Client:
    client = Client()
    client.force_login(olga, "django.contrib.auth.backends.ModelBackend")
    return client


def decide(penguins, **more):
    return {"reason": "Because.", "champion": penguins.deployments.live_champions().get().pk, **more}


def test_the_page_itself_is_refused_to_a_user_and_absent_for_a_stranger(as_bob, as_charlie, penguins):
    assert (as_bob.get(PAGE).status_code, as_charlie.get(PAGE).status_code) == (403, 404)


@pytest.mark.parametrize("path", CHANGES)
def test_a_user_is_refused_and_a_stranger_sees_nothing(as_bob, as_charlie, penguins, path):
    add_version(penguins)
    assert as_bob.get(path).status_code == as_bob.post(path).status_code == 403
    assert as_charlie.get(path).status_code == as_charlie.post(path).status_code == 404
    assert live(penguins) == {"champion": [1]}


def test_the_page_says_what_stands_behind_the_endpoint(browser, penguins):
    put(penguins, add_version(penguins), "challenger", 10, reason="To compare.")
    put(penguins, add_version(penguins), "shadow")
    page = browser.get(PAGE).content.decode()
    assert "Version 1 answers, version 2 answers 10 % of the callers and 1 shadow listens." in page
    assert "To compare." in page


def test_an_empty_endpoint_says_the_next_step(browser, penguins):
    penguins.deployments.all().delete()
    page = browser.get(PAGE).content.decode()
    assert "No version is deployed" in page
    assert "Deploy a version below" in page


@pytest.mark.parametrize("path", CHANGES)
def test_looking_changes_nothing(browser, penguins, path):
    put(penguins, add_version(penguins), "challenger", 10)
    assert browser.get(path).status_code == 200
    assert live(penguins) == {"champion": [1], "challenger": [2]}


def test_before_deploying_the_page_says_what_it_needs(browser, penguins):
    add_version(penguins)
    page = browser.get(CHANGES[0]).content.decode()
    assert "Deploy version 2 behind Penguins?" in page
    assert "penguins version 2 needs about 8 MiB, estimated from its file" in page


def test_a_version_is_deployed_and_the_reason_kept(browser, penguins):
    add_version(penguins)
    assert browser.post(CHANGES[0], decide(penguins)).status_code == 302
    assert live(penguins) == {"champion": [2]}
    assert "Because." in browser.get(PAGE).content.decode()


def test_a_share_is_deployed_as_it_was_shown(browser, penguins):
    add_version(penguins)
    browser.post(f"{PAGE}deploy/?version=2&role=challenger&share=25", decide(penguins))
    assert penguins.deployments.get(role="challenger").share == 25


@pytest.mark.parametrize("query", ["", "version=two&role=champion", "version=2&role=king", "version=2"])
def test_an_order_that_is_none_leads_back(browser, penguins, query):
    assert browser.get(f"{PAGE}deploy/?{query}").status_code == 302


@pytest.mark.parametrize("wrong", ["share=150", "share=many", "load=much"])
def test_an_order_that_is_none_is_told(browser, penguins, wrong):
    add_version(penguins)
    page = browser.get(f"{PAGE}deploy/?version=2&role=challenger&{wrong}", follow=True).content.decode()
    assert "Nothing was changed. " in page
    assert {"share": "Share (%): ", "load": "Expected load: "}[wrong.split("=")[0]] in page


@pytest.mark.parametrize("number", [2, 9])
def test_what_may_not_be_deployed_is_absent(browser, penguins, number):
    add_version(penguins, status="rejected")
    assert browser.get(f"{PAGE}deploy/?version={number}&role=champion").status_code == 404


def test_other_features_are_told_before_and_overruled_with_a_reason(browser, penguins):
    add_version(penguins, FEWER)
    assert "the feature “bill_mm” is gone" in browser.get(CHANGES[0]).content.decode()
    assert browser.post(CHANGES[0], decide(penguins)).status_code == 409
    assert live(penguins) == {"champion": [1]}
    assert browser.post(CHANGES[0], decide(penguins, override="on")).status_code == 302
    assert live(penguins) == {"champion": [2]}


def test_what_does_not_fit_is_told_before_and_refused(browser, penguins, settings):
    settings.MODEL_MEMORY_BYTES = 10 << 20
    add_version(penguins)
    assert "There is not enough memory." in browser.get(CHANGES[0]).content.decode()
    refused = browser.post(CHANGES[0], decide(penguins, override="on"))
    assert (refused.status_code, live(penguins)) == (409, {"champion": [1]})
    assert "Because." in refused.content.decode()


def test_a_refusal_is_told_in_french(browser, penguins):
    add_version(penguins, FEWER)
    page = browser.post(CHANGES[0], decide(penguins), headers={"Accept-Language": "fr"}).content.decode()
    assert "la variable «\N{NO-BREAK SPACE}bill_mm\N{NO-BREAK SPACE}»" in page


def test_a_page_that_is_past_changes_nothing(browser, penguins):
    decision = decide(penguins)
    put(penguins, add_version(penguins))
    add_version(penguins)
    answer = browser.post(f"{PAGE}deploy/?version=3&role=champion", decision)
    assert "Somebody else changed penguins a moment ago" in answer.content.decode()
    assert live(penguins) == {"champion": [2]}


def test_where_nothing_was_before_no_rollback_is_offered(browser, penguins):
    assert CHANGES[1] not in browser.get(PAGE).content.decode()
    page = browser.get(CHANGES[1]).content.decode()
    assert "There is no champion before the present one." in page
    assert 'name="reason"' not in page


def test_a_rollback_names_where_it_leads_and_does_it_once(browser, penguins):
    put(penguins, add_version(penguins))
    put(penguins, add_version(penguins))
    assert "Version 2 answers again" in browser.get(CHANGES[1]).content.decode()
    decision = decide(penguins)
    assert browser.post(CHANGES[1], decision).status_code == 302
    assert browser.post(CHANGES[1], decision).status_code == 409
    assert live(penguins) == {"champion": [2]}


def test_without_a_former_champion_there_is_no_button(browser, penguins):
    page = browser.get(CHANGES[1]).content.decode()
    assert "There is no champion before the present one." in page
    assert "btn-danger" not in page
    assert browser.post(CHANGES[1], decide(penguins)).status_code == 409


def test_a_deployment_is_withdrawn_once(browser, penguins):
    path = f"{PAGE}withdraw/{put(penguins, add_version(penguins), 'shadow').pk}/"
    assert "Callers notice nothing" in browser.get(path).content.decode()
    assert live(penguins) == {"champion": [1], "shadow": [2]}
    assert [browser.post(path, {"reason": "Done."}).status_code for _ in range(2)] == [302, 409]
    assert live(penguins) == {"champion": [1]}
    assert AuditEvent.objects.about_endpoint("penguins").latest("pk").reason == "Done."


def test_a_deployment_of_another_endpoint_is_absent(browser, penguins, alice):
    other = deployed_endpoint(alice, "diamonds").deployments.get()
    assert browser.post(f"{PAGE}withdraw/{other.pk}/").status_code == 404


def test_what_was_done_here_is_told_with_who_and_from_where(browser, penguins):
    add_version(penguins)
    browser.post(CHANGES[0], decide(penguins), REMOTE_ADDR="192.0.2.9")
    assert AuditEvent.objects.about_endpoint("penguins").latest("pk").address == "192.0.2.9"
    assert "192.0.2.9" in browser.get(PAGE).content.decode()
