"""The site without JavaScript: all of it can be used and read."""

import pytest
from playwright.sync_api import expect

from tests.e2e import pages
from tests.e2e.pages import PENGUIN
from tests.e2e.words import ENGLISH, FRENCH

pytestmark = pytest.mark.browser


def test_one_logs_in_asks_and_reads_without_scripts(open_page, ada):
    page = open_page("/login/", java_script_enabled=False)
    pages.log_in(page, ada, ENGLISH)
    page.get_by_role("link", name="Penguins").click()
    pages.ask(page, PENGUIN, ENGLISH)
    expect(pages.answer(page)).to_contain_text("Gentoo")
    assert pages.bars(page, ENGLISH)[0].startswith("Gentoo")


def test_no_button_is_dead_without_scripts(open_page, ada):
    page = open_page("/endpoints/penguins/?_example=1", ada, java_script_enabled=False)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_language_and_colours_change_without_scripts(open_page, ada):
    page = open_page("/", ada, java_script_enabled=False)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_text(FRENCH.all_answer)).to_be_visible()


def test_the_box_page_is_complete_without_scripts(open_page, admin):
    page = open_page("/box/", admin, java_script_enabled=False)
    expect(page.get_by_role("row").filter(has_text="Memory").first).to_contain_text("GiB in use")
