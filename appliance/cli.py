"""The command line. The only place of the product that prints."""

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from appliance import accounts, environment, models, workshop
from appliance.box import Options
from appliance.checks.check import Check, Status
from appliance.checks.preflight import check_now
from appliance.environment import Address
from appliance.errors import ApplianceError
from appliance.options import parser
from appliance.paths import data_directory
from appliance.programs import Sizes
from appliance.up import up
from appliance.upload import Site

EXIT_CODES: Final = {Status.FAILED: 1, Status.WARNING: 2}
INTERRUPTED: Final = 128 + signal.SIGINT
SIGNS: Final = {Status.PASSED: "✓", Status.WARNING: "!", Status.FAILED: "✗", Status.SKIPPED: "-"}


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit status: 0 done, 1 an error, 2 wrong usage (for `check`: warnings only)."""
    arguments, rest = parser().parse_known_args(argv)
    if rest and arguments.command not in {"test", "bench"}:
        parser().error(f"unrecognised arguments: {' '.join(rest)}")
    arguments.rest = [*getattr(arguments, "rest", []), *rest]
    try:
        return COMMANDS[arguments.command](arguments)
    except ApplianceError as error:
        if arguments.debug:
            traceback.print_exc()
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"try: {error.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last place where a bug can be told as a sentence
        if arguments.debug:
            traceback.print_exc()
        print(f"error: Bastide itself failed: {type(error).__name__}: {error}", file=sys.stderr)
        print(f"try: ./bastide --debug {' '.join(argv)}, and report what it prints", file=sys.stderr)
        return 1


def say(sentence: str) -> None:
    """Tell the person at the terminal, at once even when the output goes to a file."""
    try:
        print(f"{sentence}\n", end="", flush=True)  # in one piece: a signal in between would tear the line
    except OSError:
        # The terminal was closed, or the reader of the pipe is gone: that must not end a box, nor keep it from ending.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_up(arguments: argparse.Namespace) -> int:
    """Run a box."""
    options = Options(
        data=data_directory(arguments.data_dir),
        address=Address(host=arguments.host, port=arguments.port),
        sizes=Sizes(
            web=arguments.web_processes, inference=arguments.inference_processes, batch=arguments.batch_processes
        ),
        with_examples=arguments.examples,
        force=arguments.force,
    )
    up(options, say)
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """Print the checks as a table or as JSON."""
    results = check_now(data_directory(arguments.data_dir), Address(host=arguments.host, port=arguments.port))
    if arguments.json:
        print(json.dumps({"results": [check.to_json() for check in results]}, indent=2, ensure_ascii=False))
    else:
        print_table(results)
        print(verdict(results))
    statuses = {check.status for check in results}
    return next((code for status, code in EXIT_CODES.items() if status in statuses), 0)


def print_table(results: Sequence[Check]) -> None:
    """Print the checks for people; the hint stands under its check."""
    width = max(len(check.title) for check in results)
    for check in results:
        print(
            f"{SIGNS[check.status]} {check.status:<8} {check.title:<{width}}  {check.measured} (needed: {check.needed})"
        )
        if check.hint:
            print(f"{'':<{width + 13}}→ {check.hint}")


def verdict(results: Sequence[Check]) -> str:
    """Return in a sentence what the checks come to."""
    failed, warnings = (sum(check.status is status for check in results) for status in (Status.FAILED, Status.WARNING))
    if failed:
        return f"Not good enough: {failed} {'check' if failed == 1 else 'checks'} failed."
    if warnings:
        return f"Good enough, with {warnings} {'warning' if warnings == 1 else 'warnings'}."
    return "Good enough."


def run_key(arguments: argparse.Namespace) -> int:
    """Print a new key and nothing else."""
    print(accounts.create_key(data_directory(arguments.data_dir), arguments.user, arguments.name))
    return 0


def run_user(arguments: argparse.Namespace) -> int:
    """Print a new account's password and nothing else."""
    print(accounts.add_user(data_directory(arguments.data_dir), arguments.name, arguments.role))
    return 0


def run_model(arguments: argparse.Namespace) -> int:
    """Publish a model, or list models."""
    return push_model(arguments) if arguments.action == "push" else list_models(arguments)


def push_model(arguments: argparse.Namespace) -> int:
    """Publish a model and print what became of it."""
    names = ("target", "title", "description", "notes", "positive_label", "deploy")
    fields = [(name, value) for name in names if (value := getattr(arguments, name))]
    models.check_name(arguments.name)
    push = models.Push(
        path=Path(arguments.path),
        name=arguments.name,
        reference=Path(arguments.reference),
        fields=(*fields, *(("units", unit) for unit in arguments.unit)),
        waits=arguments.wait,
    )
    try:
        if arguments.url:
            pushed = models.push_to(site(arguments), push, tell_progress)
        else:
            pushed = models.push_here(data_directory(arguments.data_dir), arguments.user, push)
    except KeyboardInterrupt:
        print(
            "\nStopped. What was not sent whole is not published; what was is inspected all the same.", file=sys.stderr
        )
        print("try: ./bastide model list, which tells what there is", file=sys.stderr)
        raise
    reason = f": {pushed.reason}" if pushed.reason else ""
    print(f"{pushed.model} version {pushed.version} is {pushed.status}{reason}")
    if pushed.hint:
        print(f"try: {pushed.hint}")
    print(pushed.page)
    return 1 if pushed.status == "rejected" else 0


def list_models(arguments: argparse.Namespace) -> int:
    """Print models, a line each."""
    if arguments.url:
        found = models.models_of(site(arguments))
    else:
        found = models.models_here(data_directory(arguments.data_dir), arguments.user)
    width = max((len(model["name"]) for model in found), default=0)
    for model in found:
        print(f"{model['name']:<{width}}  version {model['version']}  {model['status']:<10}  {model['title']}")
    return 0


def site(arguments: argparse.Namespace) -> Site:
    """Return the box elsewhere that the options name."""
    key = read_key(arguments.key_file) if arguments.key_file else environment.api_key()
    if not key:
        message = "A box elsewhere wants an API key."
        raise ApplianceError(message, "set BASTIDE_API_KEY, or name a file that holds the key with --key-file")
    if not key.isascii() or not key.isprintable() or " " in key:
        message = "The API key is none: it has spaces, several lines, or letters with accents."
        raise ApplianceError(message, "copy it anew, the whole of it and nothing else; it begins with bst_")
    return Site(url=checked_url(arguments.url), key=key)


def checked_url(text: str) -> str:
    """Return the address of a box, without a slash at its end. Raise where it is no address."""
    try:
        address = urlsplit(text)
        is_address = address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        message = f"'{text}' is no address of a box."
        raise ApplianceError(message, "--url http://HOST:PORT or https://HOST, as in the browser")
    return text.rstrip("/")


def read_key(path: str) -> str:
    """Return the key that a file holds."""
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"The key in {path} cannot be read ({error})."
        raise ApplianceError(message, "name a file that holds nothing but the key") from error


def tell_progress(sent: int, total: int) -> None:
    """Tell how much of a model is sent: on a terminal as it goes, else at the end."""
    if sys.stderr.isatty():
        print(f"\rSending {sent / total:4.0%} of {total / 2**20:,.1f} MiB", end="", file=sys.stderr, flush=True)
    if sent == total:
        print(f"\rSent {total / 2**20:,.1f} MiB           ", file=sys.stderr)


def run_test(arguments: argparse.Namespace) -> int:
    """Run the tests."""
    workshop.test(arguments.rest, say)


def run_bench(arguments: argparse.Namespace) -> int:
    """Run a measurement."""
    workshop.bench(arguments.name, arguments.rest, say)


COMMANDS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "up": run_up,
    "check": run_check,
    "key": run_key,
    "user": run_user,
    "model": run_model,
    "test": run_test,
    "bench": run_bench,
}
