"""What the pages offer for copying really works."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def copied(page: Page, button_name: str, within: str) -> str:
    """Press a button that copies and return what it copied."""
    button = page.locator(".code, .outcome").filter(has_text=within).get_by_role("button", name=button_name)
    button.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def run(*argv: str) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=30).stdout


@pytest.fixture
def page(open_page, ada):
    return open_page("/endpoints/penguins/", ada, permissions=CLIPBOARD)


def test_the_copied_curl_command_works(box, page):
    box_key = box.key("ada")
    command = copied(page, "Copy", "curl http").replace("YOUR_KEY", box_key)
    answer = json.loads(run("sh", "-c", command.replace("curl ", "curl --silent --show-error --fail ", 1)))
    assert answer["endpoint"] == "penguins"
    assert answer["predictions"][0]["prediction"] in {"Adelie", "Chinstrap", "Gentoo"}


def test_the_copied_python_program_works(box, page):
    program = copied(page, "Copy", "urlopen").replace("YOUR_KEY", box.key("ada"))
    assert "'prediction':" in run(sys.executable, "-c", program)


def test_the_programs_ask_what_the_page_asked(box, open_page, ada):
    page = open_page("/endpoints/penguins/?island=Dream&bill_length_mm=&year=2007", ada, permissions=CLIPBOARD)
    assert '"island": "Dream", "bill_length_mm": null' in copied(page, "Copy", "curl http")


def test_the_copied_link_is_the_link(open_page, ada):
    page = open_page("/endpoints/penguins/?island=Dream&year=2007", ada, permissions=CLIPBOARD)
    link = page.get_by_role("link", name="Link to this answer").get_attribute("href")
    assert copied(page, "Copy link", "Answered by") == link


def test_the_page_for_programs_names_every_address_and_leads_to_the_description(open_page, ada):
    page = open_page("/api/", ada)
    for address in ("GET /api/v1/endpoints", "POST /api/v1/endpoints/{endpoint}/predict", "GET /api/v1/box"):
        expect(page.get_by_text(address, exact=True)).to_be_visible()
    description = page.request.get("/api/v1/openapi.json").json()
    assert "/api/v1/endpoints/{endpoint}/predict" in description["paths"]
