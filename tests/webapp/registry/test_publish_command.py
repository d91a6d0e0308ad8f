"""`manage.py publish`."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.playground import inspected, manifest, submission
from webapp.registry.errors import PublicationUnreadableError
from webapp.registry.management.commands.publish import outcome_sentence, wait
from webapp.registry.models import ModelVersion
from webapp.registry.publications import read_submission
from webapp.registry.publishing import publish, record

CARD = {"name": "penguins", "title": "Penguins", "publication": {"target": "species", "units": {"bill_mm": "mm"}}}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    submission(tmp_path / "in")
    (tmp_path / "in" / "publication.json").write_text(json.dumps(CARD))
    return tmp_path / "in"


@pytest.fixture
def version(alice, tmp_path) -> ModelVersion:
    return publish(alice, submission(tmp_path / "in"))


def test_a_directory_is_read(directory):
    read = read_submission(directory)
    assert (read.name, read.publication.units) == ("penguins", {"bill_mm": "mm"})


@pytest.mark.parametrize("missing", ["model.skops", "reference.csv", "publication.json"])
def test_a_missing_file_is_named(directory, missing):
    (directory / missing).unlink()
    with pytest.raises(PublicationUnreadableError, match=f"there is no {missing} in it"):
        read_submission(directory)


@pytest.mark.parametrize("text", ["no json", "[]", '{"name": "a"}', '{"name": "a", "title": "A", "surprise": 1}'])
def test_a_publication_that_says_something_else_is_refused(directory, text):
    (directory / "publication.json").write_text(text)
    with pytest.raises(PublicationUnreadableError, match=r"publication\.json is not as expected"):
        read_submission(directory)


@pytest.mark.parametrize("name", ["Penguins", "a b", "../x", "", "-a", "a" * 51])
def test_a_name_that_fits_no_address_is_refused(directory, name):
    (directory / "publication.json").write_text(json.dumps(CARD | {"name": name}))
    with pytest.raises(PublicationUnreadableError, match="small letters"):
        read_submission(directory)


def test_the_command_publishes(alice, directory):
    output = io.StringIO()
    call_command("publish", str(directory), "--user", "alice", stdout=output)
    assert output.getvalue() == "penguins version 1 waits for its inspection.\n"


def test_a_user_does_not_publish(bob, directory):
    with pytest.raises(CommandError, match="'bob' is no user who may publish"):
        call_command("publish", str(directory), "--user", "bob")


def test_an_unreadable_directory_is_told_with_its_hint(alice, tmp_path):
    with pytest.raises(CommandError, match="It must hold model"):
        call_command("publish", str(tmp_path), "--user", "alice")


def test_waiting_has_an_end(version):
    with pytest.raises(CommandError, match="still being inspected after 0 s"):
        wait(version, 0)


def test_waiting_ends_with_the_inspection(version):
    record(inspected(version))
    assert wait(version, 5).is_ready


def test_the_outcome_is_a_sentence(version):
    version.mark_ready(manifest())
    assert outcome_sentence(version) == (
        "penguins version 1 is ready; onnx computes its predictions (onnxruntime: the answers agree)."
    )


def test_a_rejection_is_a_sentence(version):
    version.mark_rejected("It is no model.", "")
    assert outcome_sentence(version) == "penguins version 1 is rejected: It is no model."
