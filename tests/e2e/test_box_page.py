"""The page about the box: everybody sees whether it is well, an administrator sees why."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SERVICES = ("Web site", "Database", "Redis", "Inference workers", "Worker for jobs", "Worker for records")


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_shown_as_alive(open_page, ada, service):
    row = open_page("/box/", ada).get_by_role("listitem").filter(has_text=service)
    expect(row).to_contain_text("answer")
    expect(row).not_to_contain_text("not")


def test_the_first_line_says_how_the_box_is(open_page, ada, words):
    expect(open_page("/box/", ada, words).locator("#box-sentence")).to_contain_text(words.well)


def test_an_administrator_sees_every_check_of_the_start(box, open_page, admin):
    page = open_page("/box/", admin)
    titles = {check["title"] for check in json.loads((box.data_dir / "checks.json").read_text())["results"]}
    table = page.get_by_role("group", name="Checks before the start").get_by_role("table")
    assert titles == set(table.get_by_role("rowheader").all_inner_texts())


def test_an_administrator_sees_what_is_in_use(open_page, admin):
    page = open_page("/box/", admin)
    rows = page.get_by_role("table", name="Resources in use").get_by_role("row")
    for name in ("Processor", "Memory", "Disk"):
        header = page.get_by_role("rowheader", name=name, exact=True)
        expect(rows.filter(has=header)).to_contain_text("%")


def test_a_user_sees_neither_figures_nor_checks(open_page, ada):
    page = open_page("/box/", ada)
    expect(page.get_by_text("Figures and checks are shown to administrators.")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)


def test_the_figures_are_live(open_page, admin):
    page = open_page("/box/", admin)
    with page.expect_response("**/box/now.json"):
        page.locator("#meter-memory .meter-words").evaluate("element => { element.textContent = 'old' }")
    expect(page.locator("#meter-memory .meter-words")).not_to_have_text("old")
