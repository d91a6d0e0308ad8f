"""The French translation is complete: every message is in the file, and each has its words."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

WEBAPP = Path(__file__).parents[2] / "webapp"
PO = WEBAPP / "locale" / "fr" / "LC_MESSAGES" / "django.po"
KEYWORDS = ("gettext:1", "gettext_lazy:1", "_:1", "gettext_noop:1", "ngettext:1,2", "pgettext:1c,2")
BREAKS_A_LINE = re.compile(r"« | »| [;:?!](?=[\s<]|$)|\d %|\)s %")
PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w+[^}]*)\}")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(PO))


def test_nothing_is_left_untranslated_or_fuzzy(catalogue):
    assert [entry.msgid for entry in catalogue.untranslated_entries() + catalogue.fuzzy_entries()] == []
    assert not catalogue.metadata_is_fuzzy


def test_nothing_is_obsolete(catalogue):
    assert catalogue.obsolete_entries() == []


def test_placeholders_are_kept(catalogue):
    for entry in catalogue:
        for words in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert not words or set(PLACEHOLDER.findall(words)) == set(PLACEHOLDER.findall(entry.msgid)), entry.msgid


def test_french_marks_do_not_begin_a_line(catalogue):
    words = [each for entry in catalogue for each in [entry.msgstr, *entry.msgstr_plural.values()]]
    assert [each for each in words if BREAKS_A_LINE.search(each)] == []


def _sources(directory: Path) -> Iterator[Path]:
    for template in sorted((WEBAPP / "templates").rglob("*.html")):
        copy = directory / f"{template.relative_to(WEBAPP).as_posix().replace('/', '-')}.py"
        copy.write_text(templatize(template.read_text(), origin=str(template)))
        yield copy
    yield from sorted(WEBAPP.rglob("*.py"))


def test_every_message_is_in_the_file(catalogue, tmp_path):
    program = shutil.which("xgettext")
    assert program, "xgettext is missing: sudo apt-get install gettext"
    found = tmp_path / "found.po"
    command = [program, "-L", "Python", "--from-code=UTF-8", "-o", str(found), *(f"-k{word}" for word in KEYWORDS)]
    subprocess.run([*command, *map(str, _sources(tmp_path))], check=True, capture_output=True)
    known = {(entry.msgid, entry.msgid_plural) for entry in catalogue}
    assert {(entry.msgid, entry.msgid_plural) for entry in polib.pofile(str(found))} - known == set()
