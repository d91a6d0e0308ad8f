"""A publisher reads the admission report and writes the card; a colleague comes to the card from the endpoint."""

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.pages import plain
from tests.e2e.words import ENGLISH, FRENCH

pytestmark = pytest.mark.browser

REPORT: Final = "/models/{name}/versions/1/report/"
CARD: Final = "/models/biopsy/card/"
IN_NUMBERS: Final = {"en": "The same in numbers", "fr": "La même chose en chiffres"}
VERDICT: Final = {"en": "Better than guessing:", "fr": "Mieux que le hasard :"}


def open_details(page: Page, words) -> None:
    for summary in page.get_by_text(IN_NUMBERS[words.language]).all():
        summary.focus()
        summary.press("Enter")


@pytest.mark.parametrize("name", ["biopsy", "diamonds"])
def test_each_plot_has_its_words_and_its_numbers(open_page, admin, words, name):
    page = open_page(REPORT.format(name=name), admin, words)
    assert VERDICT[words.language] in plain(page.locator("p.lead").inner_text())
    for plot in page.get_by_role("img").all():
        assert len(plot.get_attribute("aria-label") or "") > 40
    open_details(page, words)
    assert page.locator("details[open] table").count() >= 2
    assert violations(page) == []


def test_bars_and_numbers_agree(open_page, admin):
    page = open_page(REPORT.format(name="biopsy"), admin)
    row = page.get_by_role("row", name="Right answers 9")
    track, mark = row.locator("rect.track").bounding_box(), row.locator("rect.fill").bounding_box()
    share = (mark["x"] + mark["width"] / 2 - track["x"]) / track["width"]
    percent = float(re.findall(r"[\d.]+", row.inner_text())[0])
    assert share * 100 == pytest.approx(percent, abs=0.6)


def test_a_long_confusion_matrix_scrolls_in_its_own_frame(open_page, admin):
    page = open_page(REPORT.format(name="penguins"), admin, viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_the_publisher_writes_a_colleague_reads(open_page, admin, ada):
    page = open_page(CARD, admin)
    page.get_by_role("link", name="Write your part").click()
    page.get_by_label("Whom to ask").fill("The laboratory, extension 12.\n\nAt night: extension 13.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{CARD}")
    reader = open_page("/endpoints/biopsy/", ada, FRENCH)
    reader.get_by_role("link", name="Fiche du modèle").click()
    expect(reader.get_by_text("At night: extension 13.")).to_be_visible()
    expect(reader.get_by_role("link", name="Écrire votre partie")).to_have_count(0)
    assert violations(reader) == []


def test_on_paper_the_card_is_alone(open_page, ada):
    page = open_page(CARD, ada, ENGLISH)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for part in ("header.site-header", "footer.site-footer", "nav.trail"):
        expect(page.locator(part)).to_be_hidden()


def test_a_stranger_finds_no_card(open_context, stranger):
    page = open_context(stranger).new_page()
    response = page.goto(CARD)
    assert response is not None
    assert response.status == 404
