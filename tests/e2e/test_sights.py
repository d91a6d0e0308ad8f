"""Every page in both languages, light and dark: open to all by WCAG AA, and fit for a phone."""

from functools import cache

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import violations
from tests.e2e.sights import SIGHTS
from tests.e2e.watching import Watch

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name),
]

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 740}


@pytest.fixture(scope="module")
def window(browser, box, session_of, admin):
    """Return what gives a browser window of somebody, kept open: a page that was seen before comes from its cache."""
    contexts = []

    @cache
    def open_one(words, colours, *, is_public):
        state = None if is_public else session_of(admin)
        contexts.append(
            browser.new_context(
                base_url=box.url, storage_state=state, locale=words.locale, color_scheme=colours, viewport=DESK
            )
        )
        return contexts[-1].new_page(), Watch(contexts[-1], box.url)

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def see(window, sight, words):
    """Return what opens the sight."""
    watches = []

    def see_one(colours: str = "light", size=None):
        page, watch = window(words, colours, is_public=sight.is_public)
        watches.append(watch)
        page.set_viewport_size(size or DESK)
        page.goto(sight.path)
        return page

    yield see_one
    for watch in watches:
        watch.assert_clean()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_is_accessible(see, colours):
    assert violations(see(colours)) == []


def test_the_page_fits_a_phone(see):
    page = see(size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("document.body.scrollWidth") <= PHONE["width"]


def test_the_page_says_its_language_and_has_one_main_heading(see, words):
    page = see()
    expect(page.locator("html")).to_have_attribute("lang", words.language)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
