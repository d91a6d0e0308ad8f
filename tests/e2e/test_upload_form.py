"""A form that sends its file in pieces: over a line that breaks, canceled, after a reload, refused."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.pages import Person
from tests.running_box import RunningBox

pytestmark = pytest.mark.browser

FORM: Final = """<!doctype html><html lang="en"><title>Upload</title><main>
<form method="post" enctype="multipart/form-data" action="/made/"
 data-upload="/api/v1/uploads" data-bytes-max="30000000"
 data-sent="{sent} of {total}, {percent} %, {left} left" data-begun="{total} to send" data-waiting="again in {wait}"
 data-too-large="Too large." data-failed="Failed." data-one-file="One file." data-logged-out="Log in.">
<input type="hidden" name="csrfmiddlewaretoken" value="TOKEN"><input type="hidden" name="upload">
<div data-problems tabindex="-1"></div>
<div data-drop><label>Rows <input type="file" name="file"></label></div>
<button type="submit" name="go" value="1">Send</button>
<div data-sending hidden><progress max="100" value="0" aria-label="Sending"></progress><p data-told role="status"></p>
<button type="button" data-cancel>Cancel</button></div></form></main><script src="/static/upload.js"></script></html>"""
SIZE_BYTES: Final = 20_000_000


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "données.csv"
    path.write_bytes(bytes(range(250)) * (SIZE_BYTES // 250))
    return path


@pytest.fixture
def made() -> list[str]:
    """What the form posted."""
    return []


@pytest.fixture
def form(
    browser: Browser, session_of: Callable[..., Any], ada: Person, box: RunningBox, made: list[str]
) -> Iterator[Page]:
    # Not watched: lines that are broken on purpose are errors on the console.
    context = browser.new_context(base_url=box.url, storage_state=session_of(ada), locale="en")
    page = context.new_page()
    page.goto("/keys/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    page.route("**/form/", lambda route: route.fulfill(body=FORM.replace("TOKEN", token), content_type="text/html"))

    def make(route: Route) -> None:
        made.append(route.request.post_data or "")
        route.fulfill(body="<!doctype html><title>Made</title>", content_type="text/html")

    page.route("**/made/", make)
    page.goto("/form/")
    yield page
    context.close()


def send(page: Page, rows: Path) -> None:
    page.get_by_label("Rows").set_input_files(rows)
    page.get_by_role("button", name="Send").click()


def breaking(page: Page, count: int) -> list[Any]:
    """Let so many pieces break off."""
    broken: list[Any] = []

    def handle(route: Route) -> None:
        if route.request.method == "PATCH" and len(broken) < count:
            broken.append(route.request.headers["upload-offset"])
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*", handle)
    return broken


def test_the_form_is_posted_with_the_upload_instead_of_the_file(form, rows, made, box):
    send(form, rows)
    expect(form).to_have_title("Made")
    assert 'name="upload"' in made[0]
    assert 'name="go"' in made[0]
    assert 'name="file"' not in made[0]
    (arrived,) = [each for each in (box.data.spool / "resumable").iterdir() if each.name in made[0]]
    assert arrived.read_bytes() == rows.read_bytes()


def test_a_line_that_breaks_is_gone_on_over(form, rows, made):
    broken = breaking(form, 2)
    send(form, rows)
    expect(form.get_by_role("status")).to_contain_text("again in")
    expect(form).to_have_title("Made")
    assert broken == ["0", "0"]


def test_a_page_that_is_loaded_anew_goes_on_with_the_same_file(form, rows, made):
    asked: list[str] = []
    form.on("request", lambda request: asked.append(request.method) if "/uploads" in request.url else None)
    breaking(form, 1000)
    send(form, rows)
    expect(form.get_by_role("status")).to_contain_text("again in")
    form.on("dialog", lambda dialog: dialog.accept())
    form.unroute("**/api/v1/uploads/*")
    asked.clear()
    form.reload()
    send(form, rows)
    expect(form).to_have_title("Made")
    assert "HEAD" in asked
    assert "POST" not in asked


def test_what_is_canceled_is_removed(form, rows, made):
    breaking(form, 1000)
    send(form, rows)
    expect(form.get_by_role("button", name="Cancel")).to_be_focused()
    expect(form.get_by_role("status")).to_contain_text("again in")
    with form.expect_request(lambda request: request.method == "DELETE"):
        form.keyboard.press("Enter")
    expect(form.get_by_role("progressbar")).to_be_hidden()
    expect(form.get_by_role("button", name="Send")).to_be_focused()
    assert made == []


def test_what_is_too_large_is_told_before_it_is_sent(form, tmp_path, made):
    large = tmp_path / "large.csv"
    large.write_bytes(bytes(30_000_001))
    send(form, large)
    expect(form.get_by_role("alert")).to_have_text("Too large.")
    assert made == []
