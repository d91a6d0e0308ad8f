"""Logging in and out, and changing one's password."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import pages
from tests.e2e.pages import Person
from tests.e2e.words import ENGLISH

pytestmark = pytest.mark.browser

NEW_PASSWORD = "a-longer-walk-by-the-river"


def test_one_logs_in_by_hand(open_page, ada, words):
    page = open_page("/", words=words)
    expect(page).to_have_url(re.compile(r"/login/\?next=/$"))
    pages.send_log_in(page, ada, words)
    expect(page.get_by_role("heading", level=1, name=words.endpoints)).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("ada", exact=True)).to_be_visible()


def test_a_wrong_password_is_refused_in_the_language_of_the_page(open_page, ada, words):
    page = open_page("/login/", words=words)
    pages.send_log_in(page, Person(name="ada", password="wrong"), words)
    expect(page.get_by_role("alert")).to_contain_text(words.wrong_password)
    expect(page.get_by_label(words.user_name)).to_have_value("ada")
    pages.send_log_in(page, ada, words)
    expect(page.get_by_role("button", name=words.log_out)).to_be_visible()


def test_after_logging_in_one_stands_where_one_wanted_to_go(open_page, ada):
    page = open_page("/endpoints/penguins/")
    pages.send_log_in(page, ada, ENGLISH)
    expect(page.get_by_role("heading", level=1, name="Penguins")).to_be_visible()


def test_who_logs_out_must_log_in_again(open_page, ada):
    page = open_page("/login/")
    pages.log_in(page, ada, ENGLISH)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in to Bastide")).to_be_visible()
    page.goto("/endpoints/penguins/")
    expect(page.get_by_role("heading", name="Log in to Bastide")).to_be_visible()


def test_a_changed_password_holds_and_ends_the_other_sessions(box, open_page):
    celeste = Person(name="celeste", password=box.add_user("celeste"))
    here, elsewhere = open_page("/login/"), open_page("/login/")
    pages.log_in(here, celeste, ENGLISH)
    pages.log_in(elsewhere, celeste, ENGLISH)
    here.get_by_role("link", name="celeste").click()
    here.get_by_label("Old password").fill(celeste.password)
    here.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    here.get_by_label("New password confirmation").fill(NEW_PASSWORD)
    here.get_by_role("button", name="Change password").click()
    expect(here.get_by_role("status")).to_have_text("Your password is changed.")
    elsewhere.goto("/")
    expect(elsewhere.get_by_role("heading", name="Log in to Bastide")).to_be_visible()
    pages.log_in(elsewhere, Person(name="celeste", password=NEW_PASSWORD), ENGLISH)


def test_a_wrong_old_password_is_told_beside_its_field(open_page, ada):
    page = open_page("/password/", ada)
    page.get_by_label("Old password").fill("wrong")
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New password confirmation").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    old = page.get_by_label("Old password")
    expect(old).to_have_attribute("aria-invalid", "true")
    expect(old).to_have_accessible_description(re.compile("incorrect"))
