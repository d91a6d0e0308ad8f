"""What a person does on the pages of the box: everything is found by its role or its label, as a person finds it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.e2e.words import Words
from tests.running_box import RunningBox

PENGUIN: Final = {
    "Island": "Biscoe",
    "Bill length (mm)": "45.3",
    "Bill depth (mm)": "14.1",
    "Flipper length (mm)": "212",
    "Body mass (g)": "4750",
    "Sex": "female",
    "Year": "2008",
}
"""The labels are the model's own words, so they are the same in every language."""

WRONG_YEAR: Final = "2008.5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with an account."""

    name: str
    password: str


def log_in(page: Page, person: Person, words: Words) -> None:
    """Log in by hand and wait for the first page."""
    page.goto("/login/")
    send_log_in(page, person, words)
    expect(page.get_by_role("button", name=words.log_out)).to_be_visible()


def send_log_in(page: Page, person: Person, words: Words) -> None:
    """Fill in the log-in and send it, whatever comes back."""
    page.get_by_label(words.user_name).fill(person.name)
    page.get_by_label(words.password, exact=True).fill(person.password)
    page.get_by_role("button", name=words.log_in).click()


def field(page: Page, label: str) -> Locator:
    """Return the field with this label, choice or input."""
    return page.get_by_label(label, exact=True)


def fill_in(page: Page, values: Mapping[str, str]) -> None:
    """Fill in fields as a person does: choose, or type letter by letter over what is there."""
    for label, value in values.items():
        asked = field(page, label)
        if asked.evaluate("element => element.localName") == "select":
            asked.select_option(label=value)
        else:
            asked.clear()
            asked.press_sequentially(value)


def ask(page: Page, values: Mapping[str, str], words: Words) -> None:
    """Fill in the form and ask; return when the next page stands."""
    fill_in(page, values)
    with page.expect_navigation():
        page.get_by_role("button", name=words.predict, exact=True).click()


def typed(values: Mapping[str, str], words: Words) -> dict[str, str]:
    """Return values as a person of this language types them: numbers with their own decimal mark."""
    return {
        label: value.replace(".", words.comma) if re.fullmatch(r"[\d.]+", value) else value
        for label, value in values.items()
    }


def values_of(page: Page, labels: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the fields."""
    return {label: field(page, label).input_value() for label in labels}


def answer(page: Page) -> Locator:
    """Return the heading that says the answer."""
    return page.locator("section.outcome").get_by_role("heading")


def bars(page: Page, words: Words) -> list[str]:
    """Return each row of the probabilities, as it reads."""
    rows = page.get_by_role("table", name=words.probabilities).get_by_role("row").all()
    return [" ".join(row.inner_text().split()) for row in rows]


def plain(text: str) -> str:
    """Return a text with spaces that are all the same."""
    return re.sub(r"\s+", " ", text).strip()


def containing(text: str) -> re.Pattern[str]:
    """Return a pattern that finds a text whatever its spaces are: French has some that do not break."""
    return re.compile(re.escape(text).replace(r"\ ", r"\s+"))


def predicted_by_api(box: RunningBox, endpoint: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program gets for the same question."""
    headers = {"Authorization": f"Bearer {box.key()}"}
    url = f"{box.url}/api/v1/endpoints/{endpoint}/predict"
    found: dict[str, Any] = httpx.post(url, json={"rows": [row]}, headers=headers).json()["predictions"][0]
    return found


def percent(share: float, words: Words) -> str:
    """Return a share as pages say it."""
    return f"{share * 100:.1f}".replace(".", words.comma)
