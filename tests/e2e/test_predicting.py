"""Asking a model from its page, in both languages, and reading the answer in words."""

from typing import Final

import pytest
from playwright.sync_api import expect
from sklearn.datasets import load_breast_cancer

from tests.e2e import pages
from tests.e2e.pages import PENGUIN
from tests.e2e.words import LANGUAGES

pytestmark = pytest.mark.browser

PENGUIN_ROW: Final = {
    "island": "Biscoe",
    "bill_length_mm": 45.3,
    "bill_depth_mm": 14.1,
    "flipper_length_mm": 212,
    "body_mass_g": 4750,
    "sex": "female",
    "year": 2008,
}
DIAMOND: Final = {
    "Carat": "0.71",
    "Cut": "Very Good",
    "Color": "E",
    "Clarity": "VS2",
    "Depth (%)": "61.9",
    "Table (%)": "57",
    "X (mm)": "5.71",
    "Y (mm)": "5.74",
    "Z (mm)": "3.55",
}
DIAMOND_ROW: Final = {
    "carat": 0.71,
    "cut": "Very Good",
    "color": "E",
    "clarity": "VS2",
    "depth": 61.9,
    "table": 57,
    "x": 5.71,
    "y": 5.74,
    "z": 3.55,
}
BIOPSY_ROW: Final = load_breast_cancer(as_frame=True).data.iloc[0].to_dict()


def test_penguins_answers_what_a_program_is_answered(box, open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, pages.typed(PENGUIN, words), words)
    expected = pages.predicted_by_api(box, "penguins", PENGUIN_ROW)
    shares = {label: pages.percent(share, words) for label, share in expected["probabilities"].items()}
    shown = words.confidence.format(answer=expected["prediction"], percent=shares[expected["prediction"]])
    expect(pages.answer(page)).to_have_text(shown)
    assert [row.split()[0] for row in pages.bars(page, words)] == sorted(
        shares, key=lambda label: -expected["probabilities"][label]
    )
    assert f"{expected['prediction']} {shares[expected['prediction']]} %" in pages.bars(page, words)


def test_diamonds_answers_a_price_with_its_unit(box, open_page, ada, words):
    page = open_page("/endpoints/diamonds/", ada, words)
    pages.ask(page, pages.typed(DIAMOND, words), words)
    price = pages.predicted_by_api(box, "diamonds", DIAMOND_ROW)["prediction"]
    shown = pages.plain(pages.answer(page).inner_text())
    figure = shown.removesuffix(" US dollars")
    assert figure != shown
    number = float(figure.replace(words.grouping, "").replace(words.comma, "."))
    assert number == pytest.approx(price, rel=1e-5)


def test_biopsy_takes_thirty_numbers(box, open_page, ada, words):
    page = open_page("/endpoints/biopsy/", ada, words)
    values = {name.capitalize(): repr(value) for name, value in BIOPSY_ROW.items()}
    pages.ask(page, pages.typed(values, words), words)
    expected = pages.predicted_by_api(box, "biopsy", BIOPSY_ROW)
    shown = pages.plain(pages.answer(page).inner_text())
    assert shown.startswith(f"{expected['prediction']} —")
    assert expected["prediction"] == "malignant"


@pytest.mark.parametrize("endpoint", ["penguins", "diamonds", "biopsy"])
def test_the_example_fills_in_every_field_and_can_be_asked(open_page, ada, endpoint):
    words = LANGUAGES[0]
    page = open_page(f"/endpoints/{endpoint}/", ada)
    page.get_by_role("link", name=words.example).click()
    fields = page.locator("form.ask").locator("input, select").all()
    assert all(each.input_value() for each in fields)
    expect(page.locator("section.outcome")).to_have_count(0)
    pages.ask(page, {}, words)
    expect(page.get_by_text("Answered by version 1.")).to_be_visible()


def test_the_link_gives_the_same_answer_in_a_new_tab_and_in_another_language(open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, pages.typed(PENGUIN, words), words)
    link = page.get_by_role("link", name=words.same_answer).get_attribute("href")
    assert link
    tab = page.context.new_page()
    tab.goto(link)
    assert pages.answer(tab).inner_text() == pages.answer(page).inner_text()
    assert pages.bars(tab, words) == pages.bars(page, words)
    (other,) = (each for each in LANGUAGES if each is not words)
    abroad = open_page(link, ada, other)
    assert pages.answer(abroad).inner_text().split()[0] == pages.answer(page).inner_text().split()[0]


def test_the_answer_stands_above_the_values_that_were_asked(open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, pages.typed(PENGUIN, words), words)
    assert pages.values_of(page, PENGUIN) == pages.typed(PENGUIN, words)


def test_the_answer_is_in_sight_without_scrolling(open_page, ada, words):
    page = open_page("/endpoints/biopsy/?_example=1", ada, words)
    pages.ask(page, {}, words)
    expect(pages.answer(page)).to_be_in_viewport()
