"""Nothing leaves the box: `conftest.py` watches every page; here it is shown that the watch would bark."""

import pytest
from playwright.sync_api import expect

from tests.e2e.watching import Watch

pytestmark = pytest.mark.browser

ELSEWHERE = "http://elsewhere.invalid/picture.png"
ADD_PICTURE = "address => { document.body.append(Object.assign(new Image(), { src: address })) }"
ADD_SCRIPT = "() => { document.body.append(Object.assign(document.createElement('script'), { textContent: '1' })) }"


@pytest.fixture
def watched(browser, box, session_of, ada):
    """Return a page and its watch, which this module's tests judge themselves."""
    with browser.new_context(base_url=box.url, storage_state=session_of(ada)) as context:
        watch = Watch(context, box.url)
        yield context.new_page(), watch


def test_a_walk_over_the_site_asks_only_the_box(watched):
    page, watch = watched
    for path in ("/", "/endpoints/penguins/?_example=1", "/keys/", "/api/", "/box/", "/password/"):
        page.goto(path, wait_until="networkidle")
    assert len(watch.addresses) > 12
    watch.assert_clean()


def test_the_policy_stops_a_picture_from_elsewhere_and_the_watch_tells(watched):
    page, watch = watched
    page.goto("/")
    with page.expect_console_message(lambda message: "content security policy" in message.text):
        page.evaluate(ADD_PICTURE, ELSEWHERE)
    assert any("img-src" in problem for problem in watch.problems)


def test_the_policy_stops_an_inline_script_and_the_watch_tells(watched):
    page, watch = watched
    page.goto("/")
    with page.expect_console_message(lambda message: "content security policy" in message.text):
        page.evaluate(ADD_SCRIPT)
    assert any("script-src" in problem for problem in watch.problems)


def test_the_policy_of_every_page_allows_nothing_inline_and_nothing_from_elsewhere(open_page, ada):
    page = open_page("/login/")
    for path in ("/login/", "/nowhere/"):
        answer = page.goto(path)
        assert answer
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "http" not in policy
    expect(page.get_by_role("main")).to_be_visible()
