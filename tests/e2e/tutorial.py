"""Walks through the tutorial as its reader does: `python -m tests.e2e.tutorial URL DATA_DIR DIR` takes its pictures.

The scripts are those that the tutorial shows.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import FloatRect, Page, expect, sync_playwright

from appliance.paths import ROOT, DataDirectory
from tests.e2e import chromium, pages
from tests.e2e.pages import Person
from tests.e2e.screenshots import DESK
from tests.e2e.words import ENGLISH

TUTORIAL: Final = ROOT / "docs" / "tutorial" / "publish-a-model.md"
PICTURES: Final = ROOT / "docs" / "images"
INSPECTED_MS: Final = 90_000
HEIGHT_MAX_PX: Final = 1500
"""A picture shows the beginning of a long page."""

Take = Callable[[str], None]
"""Takes the picture of this name."""


def scripts() -> dict[str, str]:
    """Return what the tutorial tells to save, by the file's name."""
    found = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)
    return dict(zip(("train.py", "train_again.py"), found, strict=True))


def run_script(directory: Path, name: str) -> None:
    """Save a script of the tutorial and run it."""
    for script, text in scripts().items():
        (directory / script).write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, name], cwd=directory, check=True)


def walk(page: Page, person: Person, directory: Path, take: Take) -> None:
    """Do all that the tutorial says."""
    pages.log_in(page, person, ENGLISH)
    run_script(directory, "train.py")
    page.get_by_role("link", name="Models", exact=True).click()
    page.get_by_role("link", name="Publish a model").first.click()
    publish(page, directory, take, deploy=True)
    take("version")
    page.get_by_role("link", name="Admission report").first.click()
    take("report")
    use(page, take)
    describe(page, take)
    run_script(directory, "train_again.py")
    page.goto("/models/wines/")
    page.get_by_role("link", name="Publish a version").click()
    publish(page, directory, None, deploy=False)
    compare(page, take)
    replace(page, take)
    go_back(page)


def publish(page: Page, directory: Path, take: Take | None, *, deploy: bool) -> None:
    """Hand in both files and wait until the version is ready."""
    page.get_by_label("The model", exact=True).set_input_files(directory / "model.skops")
    page.get_by_label("Reference data", exact=True).set_input_files(directory / "reference.csv")
    page.get_by_label("Target column", exact=True).fill("grower")
    if page.get_by_label("Name", exact=True).count():
        page.get_by_label("Name", exact=True).fill("wines")
    page.get_by_label("Deploy it as soon as it is ready", exact=False).set_checked(deploy)
    if take:
        take("publish")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("It passed inspection")).to_be_visible(timeout=INSPECTED_MS)


def use(page: Page, take: Take) -> None:
    """Ask the endpoint by its form."""
    page.goto("/endpoints/wines/")
    pages.ask(page, {"Alcohol": "13.2", "Hue": "1.05"}, ENGLISH)
    expect(pages.answer(page)).to_contain_text("Barolo")
    take("endpoint")


def describe(page: Page, take: Take) -> None:
    """Write on the model card what only the publisher knows."""
    page.goto("/models/wines/")
    page.get_by_role("link", name="Model card").first.click()
    page.get_by_role("link", name="Write your part").click()
    page.get_by_label("What it is for").fill("Tells from an analysis which of three growers made a wine.")
    page.get_by_label("What its people say of its limits").fill(
        "Only these three growers; wines of others are given to one of them all the same."
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("which of three growers")).to_be_visible()
    take("card")


def compare(page: Page, take: Take) -> None:
    """Put both versions side by side."""
    page.goto("/models/wines/")
    page.get_by_role("button", name="Compare them").click()
    expect(page.get_by_role("button", name="Compare again")).to_be_visible(timeout=INSPECTED_MS)
    take("compare")


def replace(page: Page, take: Take) -> None:
    """Deploy version 2 in spite of its other features, with a reason."""
    page.goto("/models/wines/versions/2/")
    page.get_by_role("link", name="Deploy behind").first.click()
    page.get_by_role("button", name="Look at what it needs").click()
    take("deploy")
    page.get_by_label("Deploy it all the same").check()
    page.get_by_label("Why?").fill("Nobody calls it yet, and five more measurements make it right more often.")
    page.get_by_role("button", name="Deploy it").click()
    expect(page.get_by_text("Version 2 answers")).to_be_visible()
    take("manage")


def go_back(page: Page) -> None:
    """Let version 1 answer again."""
    page.get_by_role("link", name="Roll back").click()
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Version 1 answers")).to_be_visible()


def main(url: str, data_dir: Path, directory: Path) -> None:
    """Walk, and keep the pictures for the tutorial."""
    admin = Person(name="admin", password=DataDirectory(root=data_dir).admin_password.read_text().strip())
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        with browser.new_context(base_url=url, locale=ENGLISH.locale, viewport=DESK) as context:
            page = context.new_page()

            def take(name: str) -> None:
                page.mouse.move(0, 0)
                height = min(page.evaluate("document.documentElement.scrollHeight"), HEIGHT_MAX_PX)
                clip = FloatRect(x=0, y=0, width=DESK["width"], height=height)
                page.screenshot(path=PICTURES / f"tutorial-{name}.png", full_page=True, clip=clip)

            walk(page, admin, directory, take)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
