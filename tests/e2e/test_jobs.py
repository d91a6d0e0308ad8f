"""A spreadsheet in, the same spreadsheet out: dropped, looked at, started, downloaded, in both languages."""

from pathlib import Path
from typing import Final

import palmerpenguins
import pandas as pd
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.accessibility import violations

pytestmark = pytest.mark.browser

DONE_MS: Final = 60_000
MANY: Final = 1500
"""So often the penguins: some seconds' work."""

PHONE: Final = ViewportSize(width=375, height=740)
DESK: Final = ViewportSize(width=1280, height=800)


@pytest.fixture(scope="module")
def spreadsheet(tmp_path_factory) -> Path:
    """Penguins as Excel writes them in French, one of them on an island that nobody knows."""
    penguins = palmerpenguins.load_penguins()
    penguins.insert(0, "Réf.", [f"P{number:03}" for number in range(len(penguins))])
    penguins.loc[5, "island"] = "Torgerson"
    path: Path = tmp_path_factory.mktemp("files") / "manchots.csv"
    text = penguins.to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")
    path.write_bytes(text.encode("windows-1252"))
    return path


def send(page: Page, file: Path) -> None:
    page.locator("form[data-upload] input[type=file]").set_input_files(file)
    page.locator("form[data-upload] button[type=submit]").click()
    page.wait_for_url("**/jobs/*/")
    expect(page.locator("form[action$='/start/']")).to_be_visible(timeout=DONE_MS)


def start(page: Page) -> None:
    page.locator("form[action$='/start/'] button.btn-primary").click()
    expect(page.locator("a[href$='/result']")).to_be_visible(timeout=DONE_MS)


def downloaded(page: Page, link: str) -> bytes:
    with page.expect_download() as download:
        page.locator(link).click()
    return Path(download.value.path()).read_bytes()


def assert_fit_for_all(page: Page) -> None:
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(DESK)


def test_a_spreadsheet_comes_back_as_it_was_with_answers_beside_its_rows(open_page, ada, words, spreadsheet):
    page = open_page("/endpoints/penguins/", ada, words)
    send(page, spreadsheet)
    expect(page.get_by_role("main")).to_contain_text("Windows-1252")
    expect(page.get_by_role("main")).to_contain_text("Torgerson")
    assert_fit_for_all(page)
    start(page)
    assert_fit_for_all(page)
    came = spreadsheet.read_bytes().split(b"\r\n")
    back = downloaded(page, "a[href$='/result']").split(b"\r\n")
    assert [line[: len(before)] for line, before in zip(back, came, strict=True)] == came
    assert back[0].endswith(b";status;problem;version")
    assert back[1].split(b";")[len(came[0].split(b";"))] == b"Adelie"
    wrong = downloaded(page, "a[href$='/wrong-rows']").decode("windows-1252").splitlines()
    assert len(wrong) == 2
    assert "Torgerson" in wrong[1]


def test_what_was_misunderstood_can_be_corrected(open_page, ada, spreadsheet):
    page = open_page("/endpoints/penguins/", ada)
    send(page, spreadsheet)
    page.locator("summary").first.click()
    page.locator("select[name='separator']").select_option("comma")
    page.locator("form[action$='/correct/'] button").click()
    expect(page.locator("form[action$='/start/']")).to_have_count(0)
    page.locator("select[name='separator']").select_option("")
    page.locator("form[action$='/correct/'] button").click()
    expect(page.locator("form[action$='/start/']")).to_be_visible(timeout=DONE_MS)


def test_a_file_that_is_none_is_told_in_words(open_page, ada, words, tmp_path):
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page = open_page("/endpoints/penguins/", ada, words)
    page.locator("form[data-upload] input[type=file]").set_input_files(tmp_path / "picture.csv")
    page.locator("form[data-upload] button[type=submit]").click()
    page.wait_for_url("**/jobs/*/")
    said = {"en": "a picture", "fr": "une image"}[words.language]
    expect(page.get_by_role("main")).to_contain_text(said, timeout=DONE_MS)


def test_the_list_of_jobs_follows_them_to_their_end(open_page, ada, tmp_path):
    many = pd.concat([palmerpenguins.load_penguins()] * MANY)
    many.to_csv(tmp_path / "many.csv", index=False)
    page = open_page("/endpoints/penguins/", ada)
    send(page, tmp_path / "many.csv")
    page.locator("form[action$='/start/'] button.btn-primary").click()
    expect(page.locator("progress")).to_be_visible()
    jobs = open_page("/jobs/", ada)
    state = jobs.locator(".job-state").first
    expect(state).to_contain_text("done")
    expect(state).to_contain_text(f"{len(many):,} rows", timeout=DONE_MS)
    expect(state).not_to_contain_text("done")
    assert_fit_for_all(jobs)


def test_somebody_elses_job_is_as_good_as_absent(open_page, ada, stranger, spreadsheet):
    page = open_page("/endpoints/penguins/", ada)
    send(page, spreadsheet)
    assert open_page("/jobs/", stranger).locator("table a").count() == 0
    answer = open_page("/jobs/", stranger).request.get(page.url)
    assert answer.status == 404
