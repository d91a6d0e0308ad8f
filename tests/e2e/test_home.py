"""The first page: what one may ask."""

import re
from datetime import datetime

import httpx
import pytest
from django.utils import timezone, translation
from playwright.sync_api import expect

from tests.e2e.words import ENGLISH, FRENCH
from tests.running_box import RunningBox
from webapp.endpoints.wording import since as since_words
from webapp.hosts import time_zone

pytestmark = pytest.mark.browser


def answering_since(box: RunningBox, endpoint: str) -> str:
    """Return since when the champion answers, as pages of this machine say it now in English."""
    headers = {"Authorization": f"Bearer {box.key()}"}
    deployments = httpx.get(f"{box.url}/api/v1/endpoints/{endpoint}/deployments", headers=headers).json()
    champion = next(each for each in deployments if each["live"] and each["role"] == "champion")
    with timezone.override(time_zone()), translation.override("en"):
        return since_words(datetime.fromisoformat(champion["deployed_at"]), timezone.now())


def test_home_says_first_that_all_models_answer(open_page, ada, words):
    expect(open_page("/", ada, words).get_by_text(words.all_answer)).to_be_visible()


@pytest.mark.parametrize(
    ("title", "purpose"),
    [
        ("Penguins", "Predicts species: Adelie, Chinstrap or Gentoo."),
        ("Diamonds", "Predicts price in US dollars."),
        ("Biopsy", "Predicts diagnosis: benign or malignant."),
    ],
)
def test_home_says_what_each_endpoint_predicts_and_leads_there(box, open_page, ada, title, purpose):
    since = [answering_since(box, title.lower())]
    page = open_page("/", ada)
    since.append(answering_since(box, title.lower()))  # another word, if a day ended meanwhile
    card = page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("heading", name=title))
    expect(card).to_contain_text(purpose)
    expect(card).to_contain_text(re.compile("|".join(f"Answers; version 1 {words}\\." for words in since)))
    card.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_the_menu_of_an_administrator_stands_on_one_line(open_page, admin, words):
    page = open_page("/", admin, words, viewport={"width": 1280, "height": 800})
    menu, out = page.get_by_role("navigation").first, page.get_by_role("button", name=words.log_out)
    assert menu.bounding_box()["y"] < out.bounding_box()["y"] < menu.bounding_box()["y"] + menu.bounding_box()["height"]


def test_the_switch_changes_the_language_of_the_same_page_and_keeps_it(open_page, ada):
    page = open_page("/endpoints/penguins/?_example=1", ada)
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("button", name=FRENCH.predict)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_label("Island")).to_have_value("Biscoe")
    page.goto("/")
    expect(page.get_by_text(FRENCH.all_answer)).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text(ENGLISH.all_answer)).to_be_visible()
