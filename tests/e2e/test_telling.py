"""What came true is told in the list of one's last predictions: by keyboard, on a phone, without scripts."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.sights import DIAMOND_QUERY, PENGUIN_QUERY
from tests.e2e.words import ENGLISH, FRENCH

pytestmark = pytest.mark.browser

WIDE = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
NARROW = {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}
LOOKS = pytest.mark.parametrize(("words", "options"), [(ENGLISH, WIDE), (FRENCH, NARROW)], ids=["wide", "narrow"])


@pytest.fixture
def asked(open_page, ada):
    """Two penguins and two diamonds that Ada asked about."""
    for year in (2007, 2008):
        page = open_page(f"/endpoints/penguins/?{PENGUIN_QUERY}&year={year}", ada)
        page.goto(f"/endpoints/diamonds/?{DIAMOND_QUERY}")


def listed(page: Page, endpoint: str) -> None:
    """Open the list, and wait until the journal has the rows that were asked about."""
    page.goto(f"/endpoints/{endpoint}/predictions/")
    rows = page.locator("tr[id^=line-]")
    for _ in range(20):
        if rows.count() >= 2:
            return
        page.wait_for_timeout(2_000)
        page.reload()
    expect(rows.nth(1)).to_be_visible()


@LOOKS
@pytest.mark.parametrize("endpoint", ["penguins", "diamonds"])
def test_the_list_is_for_everybody_and_fits(open_page, asked, ada, endpoint, words, options):
    page = open_page("/", ada, words, **options)
    listed(page, endpoint)
    page.evaluate("document.querySelectorAll('td details').forEach(each => { each.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    assert violations(page) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))


def first(page: Page) -> str:
    """Return the request of the first line: lines move as more is asked."""
    return page.locator("#line-1 a").inner_text()


def line(page: Page, request_id: str) -> Locator:
    return page.locator("tr[id^=line-]").filter(has_text=request_id)


def listed_until(page: Page, request_id: str, told: str) -> None:
    """Wait until the line says so: the worker takes an outcome in its turn."""
    words = line(page, request_id).locator(".told")
    for _ in range(20):
        if words.count() and words.inner_text() == told:
            return
        page.wait_for_timeout(2_000)
        page.goto(page.url.partition("#")[0])
    expect(words).to_have_text(told)


def test_a_class_is_told_by_keyboard_and_corrected(open_page, asked, ada):
    page = open_page("/", ada)
    listed(page, "penguins")
    request_id = first(page)
    line(page, request_id).get_by_role("button", name="It was right").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you.")).to_be_visible()
    listed_until(page, request_id, "Gentoo")
    line(page, request_id).locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    listed_until(page, request_id, "Adelie")


def test_a_number_is_told_without_scripts(open_page, asked, ada):
    page = open_page("/", ada, java_script_enabled=False)
    listed(page, "diamonds")
    request_id = first(page)
    line(page, request_id).locator("summary").click()
    line(page, request_id).get_by_label("What came true of").fill("2750")
    line(page, request_id).get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    listed_until(page, request_id, "2750")
