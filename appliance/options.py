"""What may be typed: the commands, their options, and an example for each."""

import argparse
import os
import tomllib
from functools import partial
from typing import Final

from appliance.accounts import ROLES
from appliance.box_options import Adding, add_force, add_forget, add_install, add_tls, add_uninstall
from appliance.bundling.options import add_bundle, add_cloud_init
from appliance.calling import typed_here
from appliance.care.options import add_care, add_config
from appliance.demo import STORIES
from appliance.installing.places import DATA, is_installed_release
from appliance.keeping.options import add_backup, add_restore, add_rollback, add_upgrade
from appliance.models import ROLES as DEPLOYMENT_ROLES
from appliance.paths import ROOT
from appliance.workshop import MEASUREMENTS

PORT_MAX: Final = 65535
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "windows-1252")
SEPARATORS: Final = ("comma", "semicolon", "tab", "bar")
OUTPUT_FORMATS: Final = ("csv", "jsonl", "xlsx", "parquet")
DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8000
DEFAULT_DATA_DIR: Final = str(DATA.root if is_installed_release() else ROOT / "var")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="bastide", description="A box that hosts machine-learning models.", allow_abbrev=False
    )
    whole.add_argument("--version", action="version", version=f"%(prog)s {version()}", help="print the version and end")
    whole.add_argument("--debug", action="store_true", help="show where in the code an error arose")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    add_up(commands)
    add_demo(commands)
    add_install(partial(_command, commands))
    add_uninstall(partial(_command, commands))
    add_tls(partial(_command, commands), _group)
    add_care(partial(_command, commands))
    add_config(partial(_command, commands), _group)
    for add in (add_backup, add_restore, add_upgrade, add_rollback, add_bundle, add_cloud_init):
        add(partial(_command, commands))
    add_check(commands)
    add_key(commands)
    add_user(commands)
    _add_data_directory(add_forget(partial(_command, commands)))
    add_model(commands)
    add_job(commands)
    add_workshop(commands)
    return whole


def version() -> str:
    """Return the version of the product."""
    text: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return text


type_of_commands = argparse._SubParsersAction  # noqa: SLF001  # argparse has no public name for what add_subparsers returns


def _command(
    commands: "type_of_commands[argparse.ArgumentParser]", name: str, summary: str, example: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example:\n  {typed_here(example, is_release=is_installed_release())}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _group(command: argparse.ArgumentParser) -> Adding:
    return partial(_command, command.add_subparsers(dest="action", metavar="ACTION", required=True))


def add_up(commands: "type_of_commands[argparse.ArgumentParser]") -> None:
    """Add `up`."""
    command = _command(
        commands,
        "up",
        "run a whole box in this terminal until Ctrl-C",
        "./bastide up --port 8080 --data-dir /srv/bastide",
    )
    _add_address(command)
    _add_data_directory(command)
    command.add_argument("--no-examples", dest="examples", action="store_false", help="publish no example models")
    _add_box(command)


def add_demo(commands: "type_of_commands[argparse.ArgumentParser]") -> None:
    """Add `demo`."""
    command = _command(commands, "demo", "run a box that plays a story", "./bastide demo drift --port 8080")
    command.add_argument(
        "story", metavar="STORY", choices=STORIES, help="drift: three weeks of requests, the last with a wrong unit"
    )
    _add_address(command)
    _add_data_directory(command, str(ROOT / "var" / "demo"))
    command.set_defaults(examples=False)
    _add_box(command)


def _add_box(command: argparse.ArgumentParser) -> None:
    add_force(command, "start")
    cores = len(os.sched_getaffinity(0))
    # On few cores a second web process costs a quarter of the rate at 16 connections: fewer requests leave together.
    # A second inference worker stands by, so it costs nothing but memory.
    sizes = (
        ("web", "serve pages and the API", 2 if cores > 3 else 1),
        ("inference", "compute predictions", min(cores, 2)),
        ("batch", "work at batch jobs", cores),
    )
    for name, meaning, count in sizes:
        command.add_argument(
            f"--{name}-processes",
            type=_positive,
            default=count,
            metavar="N",
            help=f"processes that {meaning} (here {count})",
        )


def add_check(commands: "type_of_commands[argparse.ArgumentParser]") -> None:
    """Add `check`."""
    command = _command(
        commands,
        "check",
        "check what this machine has; exit 0 passed, 1 failed, 2 warnings only",
        "./bastide check --json",
    )
    _add_address(command)
    _add_data_directory(command)
    command.add_argument("--json", action="store_true", help="print JSON for programs")


def add_key(commands: "type_of_commands[argparse.ArgumentParser]") -> None:
    """Add `key create`."""
    group = _command(commands, "key", "API keys", "./bastide key create --user ada --name notebook")
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    command = _command(
        actions, "create", "make an API key, print it once and nothing else", "KEY=$(./bastide key create --user ada)"
    )
    command.add_argument("--user", required=True, help="whose key it is")
    command.add_argument("--name", default="made in the terminal", help="what the key is for")
    _add_data_directory(command)


def add_user(commands: "type_of_commands[argparse.ArgumentParser]") -> None:
    """Add `user add`."""
    group = _command(commands, "user", "accounts", "./bastide user add ada --role publisher")
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    command = _command(
        actions,
        "add",
        "make an account, print its generated password and nothing else",
        "./bastide user add ada --role user",
    )
    command.add_argument("name", metavar="NAME", help="the name to log in with")
    command.add_argument("--role", required=True, choices=ROLES, help="what the account may do")
    _add_data_directory(command)


def add_model(commands: "type_of_commands[argparse.ArgumentParser]") -> None:
    """Add `model push` and `model list`."""
    group = _command(commands, "model", "models", "./bastide model push model.skops --name prices --reference held.csv")
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    command = _command(
        actions,
        "push",
        "publish a model and wait for its inspection; exit 0 ready, 1 rejected",
        "./bastide model push model.skops --name prices --reference held.csv --target price --deploy champion",
    )
    command.add_argument("path", metavar="PATH", help="the model's file, or a directory that MLflow wrote")
    command.add_argument("--name", required=True, help="the model's name: small letters, digits, hyphens")
    command.add_argument("--reference", required=True, metavar="FILE", help="reference data: CSV or Parquet")
    words = (
        ("target", "COLUMN", "the column of the reference data that holds the true answer"),
        ("title", "TEXT", "what colleagues call it"),
        ("description", "TEXT", "what it predicts, for whom, where not to use it"),
        ("notes", "TEXT", "what is new in this version"),
        ("positive-label", "LABEL", "the class whose probability matters"),
    )
    for name, kind, meaning in words:
        command.add_argument(f"--{name}", default="", metavar=kind, help=meaning)
    command.add_argument(
        "--unit", action="append", default=[], metavar="FEATURE=UNIT", help="the unit of a feature; repeat it"
    )
    command.add_argument("--deploy", choices=DEPLOYMENT_ROLES, help="what it becomes once it is ready")
    command.add_argument("--no-wait", dest="wait", action="store_false", help="do not wait for the inspection")
    _add_site(command)
    _add_site(_command(actions, "list", "list the models that you manage", "./bastide model list"))


def _add_site(command: argparse.ArgumentParser) -> None:
    command.add_argument("--user", default="admin", help="as whom, without --url (default admin)")
    _add_reached(command)


def _add_reached(command: argparse.ArgumentParser) -> None:
    command.add_argument("--url", help="a box elsewhere, by HTTP; else that of --data-dir")
    command.add_argument("--key-file", metavar="FILE", help="holds the API key; else BASTIDE_API_KEY does")
    _add_data_directory(command)


def add_job(commands: "type_of_commands[argparse.ArgumentParser]") -> None:
    """Add `job run`, `job list` and `job cancel`."""
    group = _command(commands, "job", "batch jobs", "./bastide job run people.csv --endpoint income -o answered.csv")
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    command = _command(
        actions,
        "run",
        "have all rows of a file answered; exit 0 all were, 2 some were not, 1 it failed",
        "./bastide job run people.csv --endpoint income -o answered.csv --wrong-rows wrong.csv",
    )
    command.add_argument("path", metavar="FILE", help="CSV, TSV, XLSX, JSON Lines or Parquet; also as gz or zip")
    command.add_argument("--endpoint", required=True, metavar="NAME", help="the endpoint that answers")
    command.add_argument("-o", "--output", required=True, metavar="OUT", help="the file that is written; - for stdout")
    command.add_argument("--output-format", choices=OUTPUT_FORMATS, default="", help="if not that of FILE")
    command.add_argument("--wrong-rows", metavar="PATH", help="a file for the rows that were not answered")
    _add_reading(command)
    _add_reached(command)
    _add_reached(_command(actions, "list", "list your jobs, the newest first", "./bastide job list"))
    command = _command(actions, "cancel", "cancel a job", "./bastide job cancel 0f8fad5bd9cb469fa16570867728950e")
    command.add_argument("id", metavar="ID", help="the job, as job list shows it")
    _add_reached(command)


def _add_reading(command: argparse.ArgumentParser) -> None:
    """Add how a file is read, where what is found out of it is not what is meant."""
    command.add_argument("--encoding", choices=ENCODINGS, default="", help="of a text file")
    command.add_argument("--separator", choices=SEPARATORS, default="", help="between the cells of a CSV file")
    command.add_argument("--decimal", choices=("point", "comma"), default="", help="what stands in numbers")
    command.add_argument("--sheet", default="", metavar="NAME", help="the sheet of a workbook")
    command.add_argument(
        "--map", action="append", default=[], metavar="FEATURE=COLUMN", help="the column of a feature; repeat it"
    )
    command.add_argument("--identifier", default="", metavar="COLUMN", help="by which people know a row")
    command.add_argument("--accept-wrong-rows", action="store_true", help="begin although most rows are wrong")
    command.add_argument("--language", choices=("en", "fr"), default="en", help="of what is said of rows (default en)")


def add_workshop(commands: "type_of_commands[argparse.ArgumentParser]") -> None:
    """Add `test` and `bench`."""
    tests = _command(commands, "test", "run all tests; arguments go on to pytest", "./bastide test -k penguins")
    tests.usage = f"{tests.prog} [-h] [PYTEST ARGUMENT …]"
    command = _command(
        commands,
        "bench",
        "measure; what follows the name goes on to the measurement, --help too",
        "./bastide bench online --help",
    )
    command.usage = f"{command.prog} [-h] NAME [ARGUMENT …]"
    command.add_argument("name", metavar="NAME", help=f"a measurement of tests/bench: {', '.join(MEASUREMENTS)}")
    command.add_argument("rest", nargs=argparse.REMAINDER, metavar="ARGUMENT", help="its own options")


def _add_address(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default=DEFAULT_HOST, help=f"address to listen at (default {DEFAULT_HOST})")
    command.add_argument("--port", type=_port, default=DEFAULT_PORT, help=f"port to listen at (default {DEFAULT_PORT})")


def _add_data_directory(command: argparse.ArgumentParser, default: str = DEFAULT_DATA_DIR) -> None:
    command.add_argument(
        "--data-dir", default=default, metavar="DIR", help=f"all of the box's state (default {default})"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        message = f"{text} is not 1 or more"
        raise argparse.ArgumentTypeError(message)
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= PORT_MAX:
        message = f"{text} is not a port (1 to {PORT_MAX})"
        raise argparse.ArgumentTypeError(message)
    return number
