"""The page on the command line names everything that may be typed or set."""

import argparse
import re
from collections.abc import Iterator

import pytest

from appliance.environment import Address, control, web, worker
from appliance.options import parser
from appliance.paths import ROOT, data_directory

PAGE = (ROOT / "docs/reference/command-line.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def commands(of: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Return each command that has no commands below it, by the words that one types."""
    below = [action.choices for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    for choices in below:
        for word, each in choices.items():
            yield from commands(each, f"{name} {word}".strip())
    if not below:
        yield name, of


COMMANDS = dict(commands(parser()))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_section_with_an_example(command):
    assert f"./bastide {command}" in SECTIONS[command]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_and_choice_is_named_in_its_commands_section(command):
    actions = [action for action in COMMANDS[command]._actions if action.dest != "help"]
    words = [word for action in actions for word in (*(action.option_strings or [str(action.metavar)]),)]
    choices = [choice for action in actions for choice in action.choices or ()]
    assert [word for word in (*words, *choices) if not re.search(rf"`{word}[` ]", SECTIONS[command])] == []


def test_every_option_of_the_page_exists():
    known = {word for each in COMMANDS.values() for action in each._actions for word in action.option_strings}
    for name in COMMANDS.keys() - {"bench"}:
        assert set(re.findall(r"^\| `(--[\w-]+)", SECTIONS[name], re.MULTILINE)) <= known


def test_the_options_before_a_command_are_named():
    options = [word for action in parser()._actions for word in action.option_strings]
    assert [word for word in options if f"`{word}`" not in PAGE] == []


def test_every_variable_that_a_process_gets_is_named():
    data, address = data_directory("var"), Address(host="127.0.0.1", port=8000)
    known = {*control(data, address.url), *web(data, address, 2), *worker(data)}
    launcher = set(re.findall(r"\bBASTIDE_\w+", (ROOT / "bastide").read_text()))
    assert [name for name in known | launcher if f"`{name}`" not in SECTIONS["Environment variables"]] == []
