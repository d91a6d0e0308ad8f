"""`manage.py push_model` and `list_models`, by which the terminal publishes and lists."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.playground import submission
from webapp.registry.models import ModelVersion
from webapp.registry.publishing import publish


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    submission(tmp_path / "in")
    return tmp_path / "in"


def push(directory: Path, *fields: tuple[str, str], user: str = "alice", name: str = "penguins") -> Any:
    output = io.StringIO()
    files = (str(directory / "model.skops"), str(directory / "reference.csv"))
    call_command("push_model", name, *files, "--user", user, "--fields", json.dumps(fields), stdout=output)
    return json.loads(output.getvalue())


def test_a_model_is_pushed(alice, directory):
    told = push(directory, ("target", "species"), ("units", "a=mm"), ("units", "b=g"), ("notes", "New."))
    assert told == {"model": "penguins", "version": 1, "status": "inspecting", "reason": "", "hint": ""}
    version = ModelVersion.objects.get()
    assert version.publication.units == {"a": "mm", "b": "g"}
    assert version.notes == "New."


def test_what_was_pushed_stays_where_it_was(alice, directory):
    push(directory)
    assert (directory / "model.skops").read_bytes() == b"a model"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"user": "bob"}, "'bob' may use models but not publish them"),
        ({"user": "nobody"}, "There is no user 'nobody'"),
        ({"name": "No Name"}, "Field 'name'"),
    ],
)
def test_who_or_what_is_wrong_is_told(alice, bob, directory, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        push(directory, **options)


def test_a_field_that_is_wrong_is_named(alice, directory):
    with pytest.raises(CommandError, match="Field 'units': “mm” must read feature=unit"):
        push(directory, ("units", "mm"))


def test_models_are_listed(alice, bob, tmp_path):
    publish(alice, submission(tmp_path / "in"))
    output = io.StringIO()
    call_command("list_models", "--user", "alice", stdout=output)
    assert json.loads(output.getvalue()) == [
        {"name": "penguins", "title": "Penguins", "version": 1, "status": "inspecting"}
    ]
    output = io.StringIO()
    call_command("list_models", "--user", "bob", stdout=output)
    assert json.loads(output.getvalue()) == []
