"""The commands about how an installed box is, as `cli.py` runs them: what is typed in, what is said out."""

import argparse
import json
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime

from appliance.box_commands import Terminal
from appliance.care import configuring, doctor, journal
from appliance.care.settings_file import check_settings
from appliance.care.status import lines, require_installed, status
from appliance.checks.check import Check, Status
from appliance.checks.preflight import check_now
from appliance.checks.telling import exit_code, table, verdict
from appliance.environment import Address
from appliance.errors import ApplianceError
from appliance.installing import fitness, neighbours, settings
from appliance.installing.name_leading import LOCALHOST
from appliance.installing.places import is_installed
from appliance.installing.root import require_root, require_root_or_care
from appliance.keeping.alone import alone
from appliance.paths import data_directory


def run_status(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Say how the box is."""
    require_installed()
    box = status(datetime.now(UTC))
    if arguments.json:
        terminal.say(json.dumps(box.to_json(), indent=2, ensure_ascii=False))
    else:
        for line in lines(box):
            terminal.say(line)
    return 0 if box.is_well else 1


def run_logs(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Have journalctl print what the units said, straight to the terminal. Return its exit status."""
    del terminal  # journalctl has it
    argv = journal.journal_argv(arguments.units, lines=arguments.lines, since=arguments.since, follow=arguments.follow)
    require_installed()
    require_root()
    try:
        return subprocess.run(argv, check=False).returncode
    except FileNotFoundError as error:
        message = "The program journalctl is not installed."
        raise ApplianceError(message, "sudo apt-get install systemd") from error


def run_config(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show, change or check the settings."""
    require_installed()
    require_root()
    match arguments.action:
        case "show":
            for line in configuring.explained(arguments.name) if arguments.name else configuring.shown():
                terminal.say(line)
        case "check":
            found = check_settings()
            for line in (*table(found), verdict(found)):
                terminal.say(line)
            return exit_code(found)
        case "set":
            value = arguments.value if arguments.value is not None else terminal.ask(f"{arguments.name}=")
            with alone():
                terminal.say(configuring.set_value(arguments.name, value))
        case _:
            with alone():
                terminal.say(configuring.unset(arguments.name))
    return 0


def run_check(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Say what this machine has, and whether that is enough: for a box in a terminal, or for the one installed here."""
    data = data_directory(arguments.data_dir)
    if is_installed(data):
        require_root()  # who alone may write to the disk of its data, and sees whose a port is
        found = fitness.checks(next(iter(settings.names()), LOCALHOST), neighbours.running())
    else:
        found = check_now(data, Address(host=arguments.host, port=arguments.port))
    if arguments.json:
        _print_json(found, terminal)
    else:
        for line in (*table(found), verdict(found)):
            terminal.say(line)
        if is_installed(data):
            terminal.say("How the box itself is: sudo bastide doctor")
    return exit_code(found)


def run_doctor(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Say what is wrong with the box, and what to type."""
    require_installed()
    if arguments.record:
        require_root_or_care()
    else:
        require_root()
    now = datetime.now(UTC)
    found = doctor.look(now, is_typed=not arguments.record)
    doctor.record(found, now)
    if arguments.json:
        _print_json(found, terminal)
    else:
        told = [check for check in found if not (arguments.record and check.status is Status.PASSED)]
        for line in (*table(told), verdict(found)):
            terminal.say(line)
    return exit_code(found)


def _print_json(found: Sequence[Check], terminal: Terminal) -> None:
    terminal.say(json.dumps({"results": [check.to_json() for check in found]}, indent=2, ensure_ascii=False))
