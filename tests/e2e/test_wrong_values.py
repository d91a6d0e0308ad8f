"""Values that a model does not take: told beside the field, in the language of the page, and nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.e2e import pages
from tests.e2e.pages import PENGUIN, WRONG_YEAR
from tests.e2e.words import ENGLISH, FRENCH, Words

pytestmark = pytest.mark.browser


def assert_refused(page, label: str, sentence: str, words: Words) -> None:
    """The field says what is wrong with it, and the page says that the model could not take the values."""
    wrong = pages.field(page, label)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(pages.containing(sentence))
    expect(page.locator(".field").filter(has=wrong).get_by_text(sentence)).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text(words.mend)


def test_half_a_year_is_refused_beside_its_field(open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, PENGUIN | {"Year": WRONG_YEAR}, words)
    assert_refused(page, "Year", words.whole_number, words)
    expect(pages.field(page, "Island")).not_to_have_attribute("aria-invalid", "true")


def test_a_word_for_a_number_is_refused_and_kept(open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, PENGUIN | {"Body mass (g)": "heavy"}, words)
    assert_refused(page, "Body mass (g)", words.a_number, words)
    expect(pages.field(page, "Body mass (g)")).to_have_value("heavy")


def test_nothing_that_was_typed_is_lost(open_page, ada, words):
    values = pages.typed(PENGUIN | {"Year": "next year"}, words)
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, values, words)
    assert pages.values_of(page, values) == values


def test_after_mending_what_was_wrong_one_gets_the_answer(open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, PENGUIN | {"Year": WRONG_YEAR}, words)
    pages.ask(page, {"Year": PENGUIN["Year"]}, words)
    expect(pages.answer(page)).to_contain_text("Gentoo")


def test_a_comma_is_the_point_in_french(open_page, ada):
    page = open_page("/endpoints/penguins/", ada, FRENCH)
    pages.ask(page, PENGUIN | {"Bill length (mm)": "45,3"}, FRENCH)
    with_comma = pages.bars(page, FRENCH)
    pages.ask(page, {"Bill length (mm)": "45.3"}, FRENCH)
    assert pages.bars(page, FRENCH) == with_comma


def test_a_comma_is_refused_in_english_where_it_may_mean_thousands(open_page, ada):
    page = open_page("/endpoints/penguins/", ada)
    pages.ask(page, PENGUIN | {"Body mass (g)": "4,750"}, ENGLISH)
    assert_refused(page, "Body mass (g)", ENGLISH.a_number, ENGLISH)
    expect(pages.field(page, "Body mass (g)")).to_have_value("4,750")


def test_an_unknown_category_from_an_address_is_named_with_the_nearest(open_page, ada, words):
    page = open_page("/endpoints/penguins/?island=Biscoo&year=2008", ada, words)
    assert_refused(page, "Island", words.nearest, words)


def test_what_is_unknown_may_be_left_empty_where_the_model_takes_it(open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, PENGUIN | {"Bill length (mm)": "", "Sex": words.unknown}, words)
    expect(pages.answer(page)).to_contain_text("Gentoo")
    expect(pages.field(page, "Bill length (mm)")).to_have_value("")


def test_what_the_model_needs_may_not_be_left_empty(open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, PENGUIN | {"Year": ""}, words)
    assert_refused(page, "Year", words.needed, words)


def test_an_empty_form_is_refused_and_says_where(open_page, ada, words):
    page = open_page("/endpoints/diamonds/", ada, words)
    pages.ask(page, {}, words)
    for label in ("Carat", "Cut", "Depth (%)"):
        assert_refused(page, label, words.needed, words)


def test_a_value_outside_the_reference_data_is_answered_with_a_notice(open_page, ada, words):
    page = open_page("/endpoints/penguins/", ada, words)
    pages.ask(page, PENGUIN | {"Body mass (g)": "9000"}, words)
    expect(pages.answer(page)).to_be_visible()
    expect(pages.field(page, "Body mass (g)")).to_have_accessible_description(pages.containing(words.unusual))
    expect(page.get_by_text(words.unusual)).to_have_count(1)
