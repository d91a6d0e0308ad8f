"""Light and dark, as the system wants it or as a person chooses."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def is_dark(page: Page) -> bool:
    """Return whether the page is darker than its text."""
    background, text = page.evaluate(
        """() => { const style = getComputedStyle(document.body);
        return [style.backgroundColor, style.color].map(
            colour => colour.match(/[\\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)) }"""
    )
    return bool(background < text)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_is_as_the_system_wants_it(open_page, ada, colours):
    assert is_dark(open_page("/", ada, color_scheme=colours)) == (colours == "dark")


@pytest.mark.parametrize(("system", "choice"), [("light", "Dark"), ("dark", "Light")])
def test_a_choice_outweighs_the_system_and_is_kept(open_page, ada, system, choice):
    page = open_page("/box/", ada, color_scheme=system)
    page.get_by_role("button", name=choice).click()
    expect(page.get_by_role("heading", level=1, name="The box")).to_be_visible()
    page.goto("/")
    assert is_dark(page) == (choice == "Dark")
    page.get_by_role("button", name="As the system").click()
    assert is_dark(page) == (system == "dark")
