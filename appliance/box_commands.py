"""The commands about the box of a machine, as `cli.py` runs them: what is typed in, what is said out."""

import argparse
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance.installing.front import take_up_certificate
from appliance.installing.install import Wish, install, plan
from appliance.installing.places import DATA, TLS
from appliance.installing.removing import uninstall
from appliance.installing.root import require_root
from appliance.options import version
from appliance.tls import commands as tls
from appliance.tls.directory import File, TlsDirectory
from appliance.tls.request import KeyKind

CONFIRMATION: Final = "remove everything"


@dataclass(frozen=True, kw_only=True, slots=True)
class Terminal:
    """Where a person sits: `say` is for what was asked for, `tell` for what goes beside it, `ask` for a question."""

    say: Callable[[str], None]
    tell: Callable[[str], None]
    ask: Callable[[str], str]


def run_install(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Make this machine the box."""
    wish = Wish(
        names=tuple(arguments.names or [socket.getfqdn()]),
        version=version(),
        with_examples=arguments.examples,
        force=arguments.force,
    )
    if not arguments.plan:
        install(wish, terminal.say)
        return 0
    for line in plan(wish):
        terminal.say(line)
    return 0


def run_uninstall(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Take the box off this machine."""
    require_root()
    if arguments.purge:
        terminal.say(f"All models, results, accounts and settings in {DATA.root} will be gone for good.")
        if terminal.ask(f"Type '{CONFIRMATION}' to go on: ").strip() != CONFIRMATION:
            terminal.say("Nothing was removed.")
            return 1
    uninstall(terminal.say, purges=arguments.purge)
    rest = "" if arguments.purge else f"; {DATA.root} and its settings stay"
    terminal.say(f"The box is off this machine{rest}. The Debian packages that it used stay.")
    return 0


def run_tls(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show or change the certificate of an installed box."""
    require_root()
    directory, now = TlsDirectory(root=TLS), datetime.now(UTC)
    before = directory.read(File.BOX)
    lines, notes = _tls_lines(arguments, directory, now)
    if directory.read(File.BOX) != before:
        take_up_certificate()
    for line in lines:
        terminal.say(line)
    for line in notes:
        terminal.tell(f"{line}\n")
    return 0


def _tls_lines(arguments: argparse.Namespace, directory: TlsDirectory, now: datetime) -> tuple[list[str], list[str]]:
    match arguments.action:
        case "status":
            return tls.status_lines(directory, now), []
        case "request":
            kind = KeyKind.RSA if arguments.rsa else KeyKind.P256
            return tls.request_lines(directory, arguments.names, kind=kind, is_anew=arguments.anew)
        case "renew":
            return tls.renew_lines(directory, arguments.names, now, force=arguments.force, own=arguments.own), []
        case _:
            return tls.import_lines(directory, _import_of(arguments), now), []


def _import_of(arguments: argparse.Namespace) -> tls.Import:
    key, password = (Path(each) if each else None for each in (arguments.key, arguments.password_file))
    return tls.Import(
        files=[Path(each) for each in arguments.files], key=key, password_file=password, names=arguments.names
    )
