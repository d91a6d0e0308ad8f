"""The command line: usage, exit codes, and where errors go."""

import json

import pytest

from appliance.cli import main
from tests.running_box import free_port

COMMANDS = (["up"], ["check"], ["key", "create"], ["user", "add"], ["test"], ["bench"])


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
        ["key", "create"],
        ["user", "add", "ada", "--role", "king"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("argv", [["key", "create", "--user", "ada"], ["user", "add", "ada", "--role", "user"]])
def test_a_directory_without_a_box_is_an_error_with_a_hint(argv, tmp_path, capsys):
    assert main([*argv, "--data-dir", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"error: There is no box in {tmp_path}.\ntry: ")


def test_check_prints_json_for_programs(tmp_path, capsys):
    code = main(["check", "--json", "--data-dir", str(tmp_path), "--port", str(free_port())])
    results = json.loads(capsys.readouterr().out)["results"]
    statuses = {each["status"] for each in results}
    assert code == (1 if "failed" in statuses else 2 if "warning" in statuses else 0)


def test_check_prints_a_line_for_each_check(tmp_path, capsys):
    main(["check", "--data-dir", str(tmp_path), "--port", str(free_port())])
    lines = [line for line in capsys.readouterr().out.splitlines() if "needed: " in line]
    assert len(lines) == 13


def test_an_unknown_measurement_names_the_known_ones(capsys):
    assert main(["bench", "nothing"]) == 1
    assert "online" in capsys.readouterr().err


def test_a_path_too_long_for_sockets_is_an_error_with_a_hint(tmp_path, capsys):
    assert main(["up", "--data-dir", str(tmp_path / ("long" * 30))]) == 1
    assert "--data-dir" in capsys.readouterr().err
