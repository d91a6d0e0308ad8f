"""A publisher brings a model by the page: files dropped or chosen, the target offered, the outcome shown by itself."""

# ruff: noqa: RUF001  # French writes the apostrophe that looks like a quotation mark

import base64
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.pages import Person
from tests.e2e.words import ENGLISH, FRENCH, Words
from tests.running_box import RunningBox

pytestmark = pytest.mark.browser

INSPECTED_MS: Final = 60_000

SAID: Final = {
    "en": {
        "model": "The model",
        "reference": "Reference data",
        "target": "Target column",
        "name": "Name",
        "publish": "Publish",
        "ready": "It passed inspection and may be deployed.",
        "rejected": "It is rejected; nothing of it is kept.",
        "good": "Right answers",
        "again": "this is the same version",
    },
    "fr": {
        "model": "Le modèle",
        "reference": "Données de référence",
        "target": "Colonne cible",
        "name": "Nom",
        "publish": "Publier",
        "ready": "Elle a passé l’inspection et peut être déployée.",
        "rejected": "Elle est refusée ; rien n’en est gardé.",
        "good": "Réponses justes",
        "again": "c’est la même version",
    },
}

DROP_ON_THE_PAGE: Final = """names => {
  const box = new DataTransfer();
  for (const name of names) box.items.add(new File(["a,b\\n1,2\\n"], name));
  const drop = new DragEvent("drop", { dataTransfer: box, bubbles: true, cancelable: true });
  document.querySelector("footer").dispatchEvent(drop);
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("seabirds")
    subprocess.run([sys.executable, "-m", "examples.penguins", str(directory)], check=True, capture_output=True)
    return directory


@pytest.fixture(scope="module")
def pia(box: RunningBox) -> Person:
    """A publisher."""
    return Person(name="pia", password=box.add_user("pia", role="publisher"))


def fill(page: Page, files: Path, name: str, words: Words, artifact: str = "model.skops") -> None:
    said = SAID[words.language]
    page.get_by_label(said["model"], exact=True).set_input_files(files / artifact)
    page.get_by_label(said["reference"], exact=True).set_input_files(files / "reference.csv")
    page.get_by_label(said["target"], exact=True).fill("species")
    page.get_by_label(said["name"], exact=True).fill(name)


def send(page: Page, words: Words) -> None:
    page.get_by_role("button", name=SAID[words.language]["publish"], exact=True).click()


def test_a_model_is_published_and_its_page_shows_the_outcome_by_itself(open_page, pia, files, words):
    said, name = SAID[words.language], f"seabirds-{words.language}"
    page = open_page("/models/publish/", pia, words)
    assert violations(page) == []
    fill(page, files, name, words)
    send(page, words)
    page.wait_for_url(f"**/models/{name}/versions/1/")
    expect(page.get_by_text(said["ready"])).to_be_visible(timeout=INSPECTED_MS)
    expect(page.get_by_role("row", name=said["good"]).first).to_contain_text("99")
    assert violations(page) == []
    page.goto(f"/models/{name}/")
    expect(page.get_by_role("row").nth(1)).to_contain_text("pia")
    assert violations(page) == []


def test_what_is_no_model_is_rejected_with_a_reason(open_page, pia, files, words):
    name = f"no-model-{words.language}"
    page = open_page("/models/publish/", pia, words)
    fill(page, files, name, words, artifact="reference.csv")
    send(page, words)
    page.wait_for_url(f"**/models/{name}/versions/1/")
    expect(page.get_by_text(SAID[words.language]["rejected"])).to_be_visible(timeout=INSPECTED_MS)
    expect(page.locator("p.reason").first).not_to_be_empty()
    assert violations(page) == []


def test_the_columns_of_the_reference_data_are_offered(open_page, pia, files):
    page = open_page("/models/publish/", pia)
    page.get_by_label("Reference data").set_input_files(files / "reference.csv")
    expect(page.locator("#columns option")).to_have_count(8)
    assert page.locator("#columns option").first.get_attribute("value") == "species"


def test_dropped_files_find_their_fields(open_page, pia, files):
    page = open_page("/models/publish/", pia)
    content = base64.b64encode((files / "model.skops").read_bytes()[:1000]).decode()
    page.evaluate(
        """content => {
          const box = new DataTransfer();
          box.items.add(new File(["a,b\\n1,2\\n"], "rows.CSV"));
          box.items.add(new File([atob(content)], "a.skops"));
          const drop = new DragEvent("drop", { dataTransfer: box, bubbles: true, cancelable: true });
          document.getElementById("drop").dispatchEvent(drop);
        }""",
        content,
    )
    names = "input => input.files[0].name"
    assert page.get_by_label("The model", exact=True).evaluate(names) == "a.skops"
    assert page.get_by_label("Reference data").evaluate(names) == "rows.CSV"


@pytest.mark.parametrize("names", [["a.skops", "b.skops"], ["a.csv", "b.csv", "c.skops"]])
def test_of_several_files_none_is_taken_in_silence(open_page, pia, names):
    page = open_page("/models/publish/", pia)
    page.evaluate(DROP_ON_THE_PAGE, names)
    expect(page.get_by_role("alert")).to_contain_text("Drop one model and one file of reference data")
    assert page.get_by_label("The model", exact=True).evaluate("input => input.files.length") == 0


def test_a_file_that_is_dropped_beside_the_card_is_taken_all_the_same(open_page, pia):
    page = open_page("/models/publish/", pia)
    page.evaluate(DROP_ON_THE_PAGE, ["a.skops"])
    assert page.get_by_label("The model", exact=True).evaluate("input => input.files[0].name") == "a.skops"


def test_a_target_that_the_reference_data_lacks_is_told_before_anything_is_sent(open_page, pia, files):
    page = open_page("/models/publish/", pia)
    fill(page, files, "lacking", ENGLISH)
    page.get_by_label("Target column").fill("specis")
    page.get_by_label("Target column").blur()
    expect(page.get_by_text("seems to have no such column")).to_be_visible()
    page.get_by_label("Target column").fill("species")
    page.get_by_label("Target column").blur()
    expect(page.get_by_text("seems to have no such column")).to_have_count(0)


def test_what_is_wrong_stands_beside_its_field_until_it_is_mended(open_page, pia, files):
    page = open_page("/models/publish/", pia)
    fill(page, files, "No Name", ENGLISH)
    send(page, ENGLISH)
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field", has=name).locator(".field-problem")).to_contain_text("small letters")


def test_files_that_were_published_before_are_told(open_page, pia, files):
    for _time in range(2):
        page = open_page("/models/publish/", pia)
        fill(page, files, "twice", ENGLISH)
        send(page, ENGLISH)
        page.wait_for_url("**/models/twice/versions/1/**")
    expect(page.get_by_text("These files had been published before")).to_be_visible()


def test_an_empty_page_ends_before_its_foot(open_page, box):
    newcomer = Person(name="newcomer", password=box.add_user("newcomer", role="publisher"))
    page = open_page("/models/", newcomer)
    empty, foot = page.locator(".empty").bounding_box(), page.get_by_role("contentinfo").bounding_box()
    assert empty, "It has no model yet"
    assert foot, "Every page has a foot"
    assert empty["y"] + empty["height"] < foot["y"]


def test_it_works_without_scripts(open_page, pia, files):
    page = open_page("/models/publish/", pia, FRENCH, java_script_enabled=False)
    fill(page, files, "sans-script", FRENCH)
    send(page, FRENCH)
    page.wait_for_url("**/models/sans-script/versions/1/")
    expect(page.get_by_text(SAID["fr"]["ready"])).to_be_visible(timeout=INSPECTED_MS)


def test_files_that_are_too_large_are_not_even_sent(open_page, pia, files):
    page = open_page("/models/publish/", pia)
    fill(page, files, "too-large", ENGLISH)
    page.locator("#publish").evaluate("form => { form.dataset.bytesMax = 1000; }")
    send(page, ENGLISH)
    expect(page.get_by_role("alert")).to_have_text("These files are larger than the box takes at once.")
    assert page.url.endswith("/models/publish/")


def test_a_stranger_sees_nothing_of_it(open_page, pia, ada):
    page = open_page("/", ada)
    expect(page.get_by_role("link", name="Models")).to_have_count(0)
    expect(open_page("/", pia).get_by_role("link", name="Models")).to_have_count(1)
