"""The page on which a version is put away or deleted, and the card that leads there."""

import pytest
from django.test import Client

from tests.playground import add_user, deployed_endpoint
from tests.webapp.endpoints.test_deploying import add_version
from webapp.accounts.models import Role

PAGE = "/models/penguins/versions/2/"


@pytest.fixture
def olga(db):
    return add_user("olga", Role.PUBLISHER)


@pytest.fixture
def version(olga):
    return add_version(deployed_endpoint(olga))


@pytest.fixture
def browser(olga) -> Client:
    client = Client()
    client.force_login(olga, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("event", ["retire", "archive", "restore", "delete"])
def test_others_find_nothing(as_bob, version, event):
    assert as_bob.get(f"{PAGE}end/{event}/").status_code == as_bob.post(f"{PAGE}end/{event}/").status_code == 404


def test_an_event_that_is_none_is_absent(browser, version):
    assert browser.get(f"{PAGE}end/explode/").status_code == 404


@pytest.mark.parametrize(("event", "status"), [("retire", "retired"), ("archive", "archived")])
def test_looking_changes_nothing_and_a_click_does(browser, version, event, status):
    assert "Penguins, version 2?" in browser.get(f"{PAGE}end/{event}/").content.decode()
    version.refresh_from_db()
    assert version.is_ready
    assert browser.post(f"{PAGE}end/{event}/").status_code == 302
    version.refresh_from_db()
    assert version.status == status
    assert f"{PAGE}end/restore/" in browser.get(PAGE).content.decode()


def test_deleting_asks_for_the_name(browser, version):
    assert "<code>penguins 2</code>" in browser.get(f"{PAGE}end/delete/").content.decode()
    refused = browser.post(f"{PAGE}end/delete/", {"typed": "penguins", "reason": "Old."})
    assert refused.status_code == 409
    assert 'value="Old."' in refused.content.decode()
    assert browser.post(f"{PAGE}end/delete/", {"typed": "penguins 2"}).status_code == 302
    assert browser.get(PAGE).status_code == 200


def test_the_card_says_what_it_needs_and_where_it_may_be_deployed(browser, version):
    page = browser.get(PAGE).content.decode()
    assert "penguins version 2 needs about 8 MiB" in page
    assert "/endpoints/penguins/manage/?version=2#deploy" in page


def test_the_status_of_a_version_is_still_told(browser, version):
    assert browser.get(f"{PAGE}status/").json() == {"status": "ready"}


def test_what_is_deployed_has_no_button_to_put_it_away(browser, version):
    assert "/end/" not in browser.get(PAGE.replace("2", "1")).content.decode()


def test_a_champion_is_not_offered_its_own_place_again(browser, version):
    page = browser.get(PAGE.replace("2", "1")).content.decode()
    assert "?version=1#deploy" not in page
    assert 'href="/endpoints/penguins/manage/">Manage' in page


def test_a_wrong_state_is_told_in_the_language_of_the_reader(browser, version):
    browser.post(f"{PAGE}end/retire/")
    page = browser.post(f"{PAGE}end/retire/", headers={"accept-language": "fr"}).content.decode()
    assert "penguins version 2 ne peut pas être à la retraite\N{NO-BREAK SPACE}: elle n" in page
    assert "est pas prête ou archivée." in page
    assert "cannot be" not in page
