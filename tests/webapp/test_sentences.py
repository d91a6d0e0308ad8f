"""Sentences of other planes, said in the reader's language, and none that the site does not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils import translation

from webapp.box import care_words, check_words
from webapp.jobs import words as job_words
from webapp.predictions import engine_words
from webapp.records import data_plane_words
from webapp.registry import refusal_words, remark_words
from webapp.retraining import outcome_words
from webapp.sentences import TIMES, say

ROOT = Path(__file__).parents[2]
SIZE = "{size:.1f} GiB"
WRITERS = {"Words", "Piece", "damaged"}
REFUSALS = {"Refused", "ModelRefused", "ModelMissing", "ModelFailed", "rejection"}


def templates(*places: str) -> set[str]:
    return {template for place in places for file in ROOT.glob(place) for template in _templates_of(file)}


def _templates_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS:
            if isinstance(node.args[0], ast.Name) and file.name == "xml_stream.py":
                continue  # what `damaged` is given stands where it is called
            assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno}: a template is a literal"
            yield from filter(None, [str(node.args[0].value)])


OTHERS = (
    "worker/batch/**/*.py",
    "worker/monitoring/*.py",
    "worker/retraining/*.py",
    "worker/inspection/remarks.py",
    "worker/comparison/*.py",
    "worker/tasks.py",
)
"""What is said elsewhere: tests of their own compare it."""


def test_whatever_a_check_says_can_be_translated():
    assert templates("appliance/checks/*.py") == check_words.TEMPLATES


def test_whatever_is_found_of_an_installed_box_can_be_translated():
    assert templates("appliance/care/*.py", "appliance/installing/*.py") == care_words.TEMPLATES


def test_whatever_is_said_of_an_engine_or_a_refusal_can_be_translated():
    said = templates("worker/**/*.py") - templates(*OTHERS)
    assert said == (engine_words.TEMPLATES | refusal_words.TEMPLATES) - templates(*OTHERS)


def test_whatever_is_said_of_a_job_can_be_translated():
    assert templates("worker/batch/**/*.py", "webapp/jobs/tending.py") == job_words.TEMPLATES


def test_whatever_is_said_of_a_look_can_be_translated():
    assert templates("worker/monitoring/*.py") == data_plane_words.TEMPLATES


def test_whatever_is_said_of_an_export_or_a_replay_can_be_translated():
    opened = templates("worker/comparison/process.py") & outcome_words.TEMPLATES
    assert templates("worker/retraining/*.py") | opened == outcome_words.TEMPLATES


def test_refusals_are_words():
    """A sentence that were put together in English could not be said in another language."""
    for file in ROOT.glob("worker/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                for argument in node.args[:2]:
                    assert not isinstance(argument, ast.JoinedStr | ast.Constant), f"{file}:{node.lineno}"


def test_whatever_is_remarked_on_a_version_can_be_translated():
    assert templates("worker/inspection/remarks.py") == remark_words.TEMPLATES


def test_every_template_has_a_french_translation():
    catalogue = polib.pofile(str(ROOT / "webapp/locale/fr/LC_MESSAGES/django.po"))
    known = {entry.msgid for entry in catalogue if entry.msgstr}
    listed = (
        check_words.TEMPLATES
        | care_words.TEMPLATES
        | data_plane_words.TEMPLATES
        | outcome_words.TEMPLATES
        | engine_words.TEMPLATES
        | remark_words.TEMPLATES
        | refusal_words.TEMPLATES
    )
    assert (listed | job_words.TEMPLATES) - known == set()


@pytest.mark.parametrize(
    ("language", "template", "facts", "words"),
    [
        ("en", SIZE, {"size": 7.96}, "8.0 GiB"),
        ("fr", SIZE, {"size": 7.96}, "8,0 Gio"),
        ("en", "{count:,}", {"count": 16220192}, "16,220,192"),
        ("fr", "{count:,}", {"count": 16220192}, "16\N{NO-BREAK SPACE}220\N{NO-BREAK SPACE}192"),
        ("fr", "{kind}", {"kind": "ext4, 1.5"}, "ext4, 1.5"),
        ("en", "{count}", {"count": 1e-07}, f"1{TIMES}10⁻⁷"),
        ("fr", "{count}", {"count": 1.5e20}, f"1,5{TIMES}10²⁰"),
    ],
)
def test_figures_are_written_as_the_reader_writes_them(language, template, facts, words):
    with translation.override(language):
        assert say(check_words.TEMPLATES, template, facts) == words


def test_a_template_that_is_not_known_is_not_filled_in():
    assert say(check_words.TEMPLATES, "{size.__class__}", {"size": 1}) is None


@pytest.mark.parametrize("facts", [{}, {"size": "many"}, {"size": 10**400}])
def test_facts_that_do_not_fit_are_not_filled_in(facts):
    assert say(check_words.TEMPLATES, SIZE, facts) is None
