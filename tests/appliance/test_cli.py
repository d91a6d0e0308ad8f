"""The command line: usage, exit codes, and where errors go."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from appliance import calling
from appliance.checks.check import Check, Status
from appliance.checks.telling import verdict
from appliance.checks.words import Words
from appliance.cli import main
from appliance.options import parser
from appliance.paths import ROOT
from tests.running_box import free_port


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """Give back what a box that begins here takes: what it makes is its own account's alone."""
    before = os.umask(0o077)
    os.umask(before)
    yield
    os.umask(before)


COMMANDS = (["up"], ["check"], ["key", "create"], ["user", "add"], ["forget"], ["test"], ["bench"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert f"example:\n  {'KEY=$(' if command[0] == 'key' else ''}./bastide {command[0]}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["fly"],
        ["up", "--port", "0"],
        ["up", "--port", "65536"],
        ["up", "--port", "eight"],
        ["up", "extra"],
        ["up", "--inference-processes", "0"],
        ["up", "--force"],
        ["up", "--force", "12 !"],
        ["install", "--plan", "--force", ""],
        ["key", "create"],
        ["user", "add", "ada", "--role", "king"],
        ["forget", "penguins"],
        ["forget", "--by", "name", "--value", "1", "--user", "ada", "--reason", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_a_reason_is_taken_in_words(capsys):
    taken = parser().parse_args(["install", "--force", " a slow disk\n will do  "])
    assert taken.force == "a slow disk will do"
    with pytest.raises(SystemExit):
        parser().parse_args(["up", "--force", "--no-examples"])
    assert "say it in words" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["isntall", "--plan"], "there is no command isntall. Did you mean install? See ./bastide --help"),
        (["--debug", "xylophone"], "there is no command xylophone. See ./bastide --help"),
        (["install", "box.example", "10.0.0.5"], "did you mean --name box.example --name 10.0.0.5?"),
        (["install", "--nmae", "box.example"], "unrecognised arguments: --nmae box.example"),
        (["up", "8000"], "unrecognised arguments: 8000"),
    ],
)
def test_who_types_what_there_is_not_is_told_what_there_is(typed, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(typed)
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"{said}\n")


FORGET = ["forget", "--by", "key", "--value", "4711", "--user", "ada", "--reason", "case 17"]


@pytest.mark.parametrize("argv", [["key", "create", "--user", "ada"], ["user", "add", "ada", "--role", "user"], FORGET])
def test_a_directory_without_a_box_is_an_error_with_a_hint(argv, tmp_path, capsys):
    assert main([*argv, "--data-dir", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"error: There is no box in {tmp_path}.\ntry: ")


@pytest.mark.parametrize(
    "argv", [["key", "create", "--user", "ada"], ["model", "list"], ["user", "add", "a", "--role", "user"]]
)
def test_beside_an_installed_box_the_hint_is_how_to_reach_that_one(argv, tmp_path, monkeypatch, capsys):
    (tmp_path / "bastide.env").touch()
    monkeypatch.setattr(calling, "SETTINGS", tmp_path / "bastide.env")
    assert main([*argv, "--data-dir", str(tmp_path / "var")]) == 1
    assert "in /var/lib/bastide, type sudo bastide in place of ./bastide" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("./bastide user add ada --role user", "sudo bastide user add ada --role user"),
        ("KEY=$(./bastide key create --user ada)", "KEY=$(sudo bastide key create --user ada)"),
        ("sudo ./bastide install --name a.example", "sudo bastide install --name a.example"),
        ("./bastide job list", "bastide job list"),
        ("sudo ./bastide upgrade", "sudo ./bastide upgrade"),
        ("./bastide --debug status", "sudo bastide --debug status"),
    ],
)
def test_an_installed_release_tells_commands_as_they_are_typed_there(text, typed):
    assert calling.typed_here(text, is_release=True) == typed
    assert calling.typed_here(text, is_release=False) == text


def test_check_prints_json_for_programs(tmp_path, capsys):
    code = main(["check", "--json", "--data-dir", str(tmp_path), "--port", str(free_port())])
    results = json.loads(capsys.readouterr().out)["results"]
    statuses = {each["status"] for each in results}
    assert code == (1 if "failed" in statuses else 2 if "warning" in statuses else 0)


def test_check_prints_a_line_for_each_check(tmp_path, capsys):
    main(["check", "--data-dir", str(tmp_path), "--port", str(free_port())])
    lines = [line for line in capsys.readouterr().out.splitlines() if "needed: " in line]
    assert len(lines) == 13


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ("passed skipped", "Good enough."),
        ("passed warning", "Good enough, with 1 warning."),
        ("warning warning", "Good enough, with 2 warnings."),
        ("failed warning", "Not good enough: 1 check failed."),
        ("failed failed", "Not good enough: 2 checks failed."),
    ],
)
def test_checks_come_to_a_verdict(statuses, sentence):
    word = Words("word")
    results = [
        Check(id="one", title=word, measured=word, needed=word, status=Status(each)) for each in statuses.split()
    ]
    assert verdict(results) == sentence


def test_check_ends_with_the_verdict(tmp_path, capsys):
    main(["check", "--data-dir", str(tmp_path), "--port", str(free_port())])
    assert "ood enough" in capsys.readouterr().out.splitlines()[-1]


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out.removeprefix("bastide ").strip()
    assert f'version = "{printed}"' in (ROOT / "pyproject.toml").read_text().splitlines()


def test_the_usage_of_test_tells_of_pytest(capsys):
    with pytest.raises(SystemExit):
        main(["test", "--help"])
    assert capsys.readouterr().out.startswith("usage: bastide test [-h] [PYTEST ARGUMENT …]\n")


def test_a_measurement_tells_its_own_options():
    argv = [str(ROOT / "bastide"), "bench", "online", "--help"]
    said = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout
    assert "--seconds" in said


def test_an_unknown_measurement_names_the_known_ones(capsys):
    assert main(["bench", "nothing"]) == 1
    assert "online" in capsys.readouterr().err


def test_a_path_too_long_for_sockets_is_an_error_with_a_hint(tmp_path, capsys):
    assert main(["up", "--data-dir", str(tmp_path / ("long" * 30))]) == 1
    assert "--data-dir" in capsys.readouterr().err
