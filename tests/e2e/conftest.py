"""A browser, people with accounts, and pages on which everything is watched."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

from tests.e2e import chromium, pages
from tests.e2e.pages import Person
from tests.e2e.watching import Watch
from tests.e2e.words import ENGLISH, LANGUAGES, Words
from tests.running_box import RunningBox

TIMEOUT_MS = 15_000
"""A page comes at once; a machine that is busy with other tests may need this long."""

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what drives the browser last, each part in its random order.

    Playwright holds an event loop in this thread until the session ends, and nothing after it may run one of its own.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        launched = chromium.launch(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def ada(box: RunningBox) -> Person:
    """Return a colleague who uses models."""
    return Person(name="ada", password=box.add_user("ada"))


@pytest.fixture(scope="session")
def stranger(box: RunningBox) -> Person:
    """Return somebody who belongs to no group."""
    return Person(name="stranger", password=box.add_user("stranger", groups=()))


@pytest.fixture(scope="session")
def admin(box: RunningBox) -> Person:
    """Return the administrator."""
    return Person(name="admin", password=box.admin_password)


@pytest.fixture(scope="session")
def session_of(browser: Browser, box: RunningBox) -> Callable[[Person], StorageState]:
    """Return what gives the cookies of a person, who logs in once."""

    @cache
    def log_in(person: Person) -> StorageState:
        with browser.new_context(base_url=box.url, locale=ENGLISH.locale) as context:
            pages.log_in(context.new_page(), person, ENGLISH)
            return context.storage_state()

    return log_in


@pytest.fixture
def open_context(
    browser: Browser, box: RunningBox, session_of: Callable[[Person], StorageState]
) -> Iterator[Callable[..., BrowserContext]]:
    """Return what opens a browser of its own: of a person who is logged in, or of nobody; watched to the end."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_one(person: Person | None = None, words: Words = ENGLISH, **options: object) -> BrowserContext:
        state = session_of(person) if person else None
        context = browser.new_context(base_url=box.url, locale=words.locale, storage_state=state, **options)  # type: ignore[arg-type]  # options go on as they are
        context.set_default_timeout(TIMEOUT_MS)
        opened.append((context, Watch(context, box.url)))
        return context

    yield open_one
    for context, _watch in opened:
        context.close()
    for _context, watch in opened:
        watch.assert_clean()


@pytest.fixture
def open_page(open_context: Callable[..., BrowserContext]) -> Open:
    """Return what opens a page as a person sees it, in a browser of its own."""

    def open_one(path: str, person: Person | None = None, words: Words = ENGLISH, **options: object) -> Page:
        page = open_context(person, words, **options).new_page()
        page.goto(path)
        return page

    return open_one


@pytest.fixture(params=LANGUAGES, ids=lambda words: words.language)
def words(request: pytest.FixtureRequest) -> Words:
    """Return the words of a language; a test that asks for them runs in each."""
    chosen = request.param
    assert isinstance(chosen, Words), "The parameters are words"
    return chosen
