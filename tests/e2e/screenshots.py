"""Takes pictures of every page of a running box, for eyes: `python -m tests.e2e.screenshots URL DATA_DIR`.

They go to `tests/e2e/screenshots`, which Git ignores; the picture of the manual goes to `docs/images/endpoint.png`.
"""

import sys
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from appliance.paths import ROOT, DataDirectory
from tests.e2e import chromium, pages
from tests.e2e.pages import PENGUIN, Person
from tests.e2e.sights import SIGHTS
from tests.e2e.words import ENGLISH, FRENCH, Words

PICTURES: Final = Path(__file__).parent / "screenshots"
MANUAL: Final = ROOT / "docs" / "images" / "endpoint.png"
DESK: Final = ViewportSize(width=1280, height=800)
PHONE: Final = ViewportSize(width=375, height=740)
MARGIN_PX: Final = 16

LOOKS: Final[dict[str, tuple[Words, dict[str, Any]]]] = {
    "desk-en-light": (ENGLISH, {"viewport": DESK, "color_scheme": "light"}),
    "desk-fr-dark": (FRENCH, {"viewport": DESK, "color_scheme": "dark"}),
    "phone-fr-light": (FRENCH, {"viewport": PHONE, "color_scheme": "light"}),
    "phone-en-dark": (ENGLISH, {"viewport": PHONE, "color_scheme": "dark"}),
}


def take_all(page: Page, admin: Person, words: Words, look: str) -> None:
    """Take a picture of every sight, the public ones before logging in."""
    public = [sight for sight in SIGHTS if sight.is_public]
    others = [sight for sight in SIGHTS if not sight.is_public]
    for sight in public:
        page.goto(sight.path)
        page.screenshot(path=PICTURES / f"{look}-{sight.name}.png", full_page=True)
    pages.log_in(page, admin, words)
    for sight in others:
        page.goto(sight.path)
        page.screenshot(path=PICTURES / f"{look}-{sight.name}.png", full_page=True)


def take_for_manual(page: Page, admin: Person) -> None:
    """Take the picture of the manual: a question about a penguin with its answer."""
    pages.log_in(page, admin, ENGLISH)
    page.goto("/endpoints/penguins/")
    pages.ask(page, PENGUIN, ENGLISH)
    expect(pages.answer(page)).to_contain_text("Gentoo")
    form = page.get_by_role("region", name="Ask again").bounding_box()
    assert form, "The form is on the page"
    height = form["y"] + form["height"] + MARGIN_PX
    page.mouse.move(0, 0)
    page.screenshot(path=MANUAL, full_page=True, clip={"x": 0, "y": 0, "width": DESK["width"], "height": height})


def main(url: str, data_dir: Path) -> None:
    """Take every picture."""
    admin = Person(name="admin", password=DataDirectory(root=data_dir).admin_password.read_text().strip())
    MANUAL.parent.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser: Browser = chromium.launch(playwright)
        for look, (words, options) in LOOKS.items():
            with browser.new_context(base_url=url, locale=words.locale, **options) as context:
                take_all(context.new_page(), admin, words, look)
        with browser.new_context(base_url=url, locale=ENGLISH.locale, viewport=DESK) as context:
            take_for_manual(context.new_page(), admin)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
