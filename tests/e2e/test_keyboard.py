"""Everything with the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import pages
from tests.e2e.pages import PENGUIN

pytestmark = pytest.mark.browser

STOPS_MAX = 40


def focused(page: Page) -> str:
    """Return what the focus is on, in the words of its label or text."""
    return str(
        page.evaluate(
            """() => { const here = document.activeElement;
            return (here.labels?.[0]?.innerText ?? here.innerText ?? "").replace(/\\s+/g, " ").trim() }"""
        )
    )


def tab_to(page: Page, name: str) -> list[str]:
    """Press Tab until `name` has the focus and return every stop on the way."""
    stops: list[str] = []
    while len(stops) < STOPS_MAX and (not stops or stops[-1] != name):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    assert stops[-1] == name, stops
    return stops


def test_the_first_stop_skips_to_the_content(open_page, ada):
    page = open_page("/endpoints/penguins/", ada)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert focused(page) == "Predictions"
    page.keyboard.press("Tab")
    assert focused(page) == "Fill in an example"


def test_tab_walks_through_the_form_in_the_order_in_which_it_reads(open_page, ada):
    page = open_page("/endpoints/penguins/", ada)
    tab_to(page, "Fill in an example")
    assert tab_to(page, "Predict") == [*PENGUIN, "Predict"]


def test_a_person_without_a_mouse_logs_in_asks_and_reads_the_answer(open_page, ada):
    page = open_page("/endpoints/penguins/")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(ada.name)
    page.keyboard.press("Tab")
    page.keyboard.type(ada.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Penguins")).to_be_visible()
    tab_to(page, "Island")
    for value in PENGUIN.values():
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(pages.answer(page)).to_contain_text("Gentoo")


def test_every_stop_shows_that_it_has_the_focus(open_page, ada):
    page = open_page("/endpoints/penguins/?_example=1", ada)
    for _stop in range(STOPS_MAX):
        page.keyboard.press("Tab")
        outline = page.evaluate("""() => { const here = document.activeElement;
            const card = here.closest(".endpoint-card") ?? here;
            return here === document.body ? "" : getComputedStyle(card).outlineStyle + " " + focusName(here);
            function focusName(element) { return element.outerHTML.slice(0, 80) } }""")
        assert not outline.startswith("none"), outline
