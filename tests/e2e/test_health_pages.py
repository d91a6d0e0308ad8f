"""An endpoint whose unit changed: its health over time, the page of the feature, and the report of the month."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Final

import pytest
from playwright.sync_api import expect

from appliance.paths import ROOT
from appliance.steps import manage
from tests.e2e.accessibility import violations
from tests.e2e.words import ENGLISH, FRENCH

pytestmark = pytest.mark.browser

HEALTH: Final = "/endpoints/diamonds/health/"
WIDE: Final = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
NARROW: Final = {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}


@pytest.fixture(scope="module")
def told(box):
    """Three weeks of requests in the journal of the box, the last with a wrong unit, and looked at."""
    story = [sys.executable, "-m", "examples.drift", str(box.data.spool), str(box.data.models)]
    subprocess.run(story, check=True, cwd=ROOT, capture_output=True, timeout=300)
    manage(box.data, "look", "diamonds", url=box.url)
    return f"/endpoints/diamonds/report/{datetime.now(UTC):%Y-%m}/"


def addresses(month: str) -> tuple[str, ...]:
    return HEALTH, f"{HEALTH}features/1/", month


@pytest.mark.parametrize(("words", "options"), [(ENGLISH, WIDE), (FRENCH, NARROW)], ids=["wide", "narrow"])
def test_each_page_is_for_everybody_and_fits(open_page, admin, told, words, options):
    for address in addresses(told):
        page = open_page(address, admin, words, **options)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"], address
        assert violations(page) == [], address


def test_from_what_changed_to_the_feature_by_keyboard(open_page, admin, told):
    page = open_page(HEALTH, admin)
    page.get_by_role("link", name="carat", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="carat")).to_be_visible()
    expect(page.get_by_text("carat to mg").first).to_be_visible()


def test_a_file_is_handed_out(open_page, admin, told):
    page = open_page(HEALTH, admin)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV (Drift over time)").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("endpoint,version,window_begins")
    assert any(",carat,psi," in line for line in lines)


def test_the_report_is_printed_on_a_few_sheets(open_page, admin, told):
    page = open_page(told, admin)
    printed = page.pdf(format="A4")
    assert 2 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 6
