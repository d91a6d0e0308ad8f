"""The commands about the box of a machine, as `cli.py` runs them: what is typed in, what is said out."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance import environment
from appliance.errors import ApplianceError
from appliance.installing import contents, front_trial, naming, settings
from appliance.installing.front import CONFIGURATION, take_up_certificate, take_up_hosts
from appliance.installing.install import Wish, install
from appliance.installing.places import ACME, BACKUPS, DATA, KEPT, TLS
from appliance.installing.planning import plan
from appliance.installing.removing import kept_databases, uninstall
from appliance.installing.root import require_root, require_root_or_care
from appliance.keeping.alone import held
from appliance.options import version
from appliance.tls import commands as tls
from appliance.tls.acme import commands as acme
from appliance.tls.acme.renewing import Surroundings
from appliance.tls.directory import File, Mode, TlsDirectory
from appliance.tls.names import Names, names_of
from appliance.tls.request import KeyKind

TAKE_OFF: Final = "remove the box"
ANOTHER_AUTHORITY: Final = "another authority"
CONFIRMATION: Final = "remove everything"


@dataclass(frozen=True, kw_only=True, slots=True)
class Terminal:
    """Where a person sits: `say` is for what was asked for, `tell` for what goes beside it, `ask` for a question."""

    say: Callable[[str], None]
    tell: Callable[[str], None]
    ask: Callable[[str], str]

    def confirms(self, words: str) -> bool:
        """Return whether somebody sits there who types these words."""
        try:
            return self.ask(f"Type '{words}' to go on: ").strip() == words
        except EOFError:
            return False


def run_install(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Make this machine the box."""
    wish = Wish(
        names=naming.chosen(arguments.names or ()),
        version=version(),
        with_examples=contents.wants_examples(said=arguments.examples),
        force=arguments.force or "",
    )
    if arguments.plan:
        for line in plan(wish):
            terminal.say(line)
        return 0
    require_root()
    naming.require_certificate(wish.names)
    if not agrees(naming.beyond_authority(names_of(wish.names)), arguments, terminal):
        return 1
    install(wish, terminal.say)
    return 0


def agrees(beyond: Names, arguments: argparse.Namespace, terminal: Terminal) -> bool:
    """Return whether somebody wants the new authority that names would make needed, if any do."""
    if not beyond:
        return True
    terminal.say(f"The box's own authority may not vouch for {', '.join(beyond.texts)}. There would be another one,")
    terminal.say("and every computer that trusts the box would have to be told of it, as the page /trust/ says.")
    if arguments.yes or terminal.confirms(ANOTHER_AUTHORITY):
        return True
    terminal.say("Nothing was changed.")
    return False


def run_uninstall(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Take the box off this machine."""
    require_root()
    if arguments.purge:
        terminal.say(f"All models, results, accounts and settings in {DATA.root} will be gone for good.")
        if _has_backups():
            terminal.say(f"The backups in {BACKUPS} stay, and hold every secret of the box: remove them yourself.")
    elif not arguments.yes:
        terminal.say(f"The box will serve nobody any more; {DATA.root} and its settings stay.")
    if (arguments.purge or not arguments.yes) and not terminal.confirms(CONFIRMATION if arguments.purge else TAKE_OFF):
        terminal.say("Nothing was removed.")
        return 1
    with held():
        uninstall(terminal.say, purges=arguments.purge)
    rest = "" if arguments.purge else f"; {DATA.root} and its settings stay"
    terminal.say(f"The box is off this machine{rest}. The Debian packages that it used stay.")
    if _has_backups():
        terminal.say(f"The nightly backups in {BACKUPS} stay too: with them all of it can come back.")
    if kept_databases():
        terminal.say(f"The databases that upgrades kept in {KEPT} stay as well, until uninstall --purge.")
    return 0


def _has_backups() -> bool:
    return BACKUPS.is_dir() and any(BACKUPS.iterdir())


def run_tls(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show or change the certificate of an installed box."""
    require_root_or_care()
    directory, now = TlsDirectory(root=TLS), datetime.now(UTC)
    before = {file: directory.read(file) for file in File}
    if arguments.action == "renew" and not agrees(_beyond(arguments, directory), arguments, terminal):
        return 1
    lines, notes = _tls_lines(arguments, directory, now)
    if directory.read(File.BOX) != before[File.BOX]:
        require_front(directory, before)
        take_up_certificate()
        notes += _unanswered()
    if directory.read(File.ACME_HOSTS) != before[File.ACME_HOSTS]:
        take_up_hosts()
    for line in lines:
        terminal.say(line)
    for line in notes:
        terminal.tell(f"{line}\n")
    return 0


def _beyond(arguments: argparse.Namespace, directory: TlsDirectory) -> Names:
    """Return the names for which `tls renew` would make another authority. Raise for names that are not the box's."""
    if not arguments.names and not arguments.own:
        return Names()
    wanted = names_of(arguments.names) if arguments.names else tls.names_held(directory)
    known = settings.names()
    is_by_acme = directory.mode is Mode.ACME and not arguments.own  # which may sign for some of the names
    if arguments.names and known and not is_by_acme and not wanted.is_same_as(names_of(known)):
        message = f"The names of the box are {', '.join(known)}."
        hint = f"sudo bastide install {naming.options(arguments.names)} gives it these names, with a certificate"
        raise ApplianceError(message, hint)
    return naming.beyond_authority(wanted, is_own=arguments.own)


def _unanswered() -> list[str]:
    beyond = naming.unanswered().texts
    if not beyond:
        return []
    every = naming.options((*settings.names(), *beyond))
    said = f"The box does not answer by {', '.join(beyond)} yet, for which the certificate is, too."
    return [f"{said} If people are to type it: sudo bastide install {every}"]


def require_front(directory: TlsDirectory, before: Mapping[File, bytes | None]) -> None:
    """Raise when nginx would not start with the certificate that there is now; then the former one is there again."""
    if not CONFIGURATION.exists():
        return
    try:
        front_trial.require_taken(CONFIGURATION.read_text())
    except ApplianceError:
        with directory.locked():
            directory.change(before)
        raise


def _tls_lines(arguments: argparse.Namespace, directory: TlsDirectory, now: datetime) -> tuple[list[str], list[str]]:
    match arguments.action:
        case "status":
            return tls.status_lines(directory, now), []
        case "request":
            kind = KeyKind.RSA if arguments.rsa else KeyKind.P256
            return tls.request_lines(directory, arguments.names, kind=kind, is_anew=arguments.anew)
        case "acme":
            return acme.acme_lines(directory, _asked_of(arguments), _surroundings(), _clock), []
        case "renew" if directory.mode is Mode.ACME and not arguments.own:
            names, force = _served(arguments.names), arguments.force
            return acme.renew_lines(directory, names, _surroundings(), _clock, force=force), []
        case "renew":
            return tls.renew_lines(directory, arguments.names, now, force=arguments.force, own=arguments.own), []
        case _:
            return tls.import_lines(directory, _import_of(arguments), now), []


def _import_of(arguments: argparse.Namespace) -> tls.Import:
    key, password = (Path(each) if each else None for each in (arguments.key, arguments.password_file))
    return tls.Import(
        files=[Path(each) for each in arguments.files], key=key, password_file=password, names=arguments.names
    )


def _asked_of(arguments: argparse.Namespace) -> acme.Asked:
    root, eab_hmac_file = (Path(each) if each else None for each in (arguments.root, arguments.eab_hmac_file))
    return acme.Asked(
        directory=arguments.directory,
        names=_served(arguments.names) or settings.names(),
        root=root,
        contact=arguments.contact,
        eab_kid=arguments.eab_kid,
        eab_hmac_file=eab_hmac_file,
        agrees=arguments.agree,
        key_kind=KeyKind.RSA if arguments.rsa else KeyKind.P256,
    )


def _served(names: Sequence[str]) -> Sequence[str]:
    """Return the names when the front answers for each of them, as it must to the ACME server. Raise otherwise."""
    known = settings.names()
    beyond = names_of(names).without(names_of(known)) if names and known else Names()
    if beyond:
        message = f"The box does not answer by the name {', '.join(beyond.texts)}, so it cannot prove that it has it."
        wanted = naming.options((*known, *beyond.texts))
        raise ApplianceError(message, f"sudo bastide install {wanted}, then type the same again")
    return names


def _surroundings() -> Surroundings:
    return Surroundings(answers=ACME, relay=environment.relay())


def _clock() -> datetime:
    return datetime.now(UTC)
