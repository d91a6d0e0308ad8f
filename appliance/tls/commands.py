"""What `bastide tls` does, as the lines that it prints; `cli.py` prints them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError
from appliance.tls import keeping, request
from appliance.tls.acme.account import server_of
from appliance.tls.authority import names_in
from appliance.tls.directory import File, Mode, TlsDirectory
from appliance.tls.names import Names, names_of
from appliance.tls.request import Given, KeyKind
from appliance.tls.status import TlsStatus, status
from appliance.tls.trust import grouped

VOUCHES: Final = {
    Mode.OWN: "the box's own authority",
    Mode.COMPANY: "the company's authority",
    Mode.FILES: "whoever made the files that were imported",
    Mode.ACME: "by ACME",
}
BUNDLE_SUFFIXES: Final = (".p12", ".pfx")
SAY_NAMES: Final = "say them: --name models.corp.example --name 10.0.0.5"
FILE_BYTES_MAX: Final = 2**20
"""A chain has a few kilobytes; whoever names a disk image by mistake is told at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """What was typed after `bastide tls import`. Without `key`, the files answer the request that is open."""

    files: Sequence[Path]
    key: Path | None = None
    password_file: Path | None = None
    names: Sequence[str] = ()


def status_lines(directory: TlsDirectory, now: datetime) -> list[str]:
    """Return what is to be known of the certificate, a fact a line, warnings last."""
    held = status(directory, now)
    facts = [
        ("names", ", ".join(held.names.texts)),
        ("vouched for by", f"{held.issuer} ({VOUCHES[held.mode]})"),
        *([("renewed by", server_of(directory).directory)] if held.mode is Mode.ACME else ()),
        ("valid until", f"{held.not_after:%Y-%m-%d %H:%M} UTC ({_left(held)})"),
        *_fingerprint_facts("certificate", held.leaf_sha256),
        *(_fingerprint_facts("authority", held.authority_sha256) if held.authority_sha256 else ()),
        ("request", "open: bastide tls import takes the answer" if held.is_request_open else "none open"),
    ]
    width = max(len(name) for name, _ in facts)
    return [*(f"{name:<{width}}  {fact}" for name, fact in facts), *held.warnings]


def renew_lines(
    directory: TlsDirectory, names: Sequence[str], now: datetime, *, force: bool = False, own: bool = False
) -> list[str]:
    """Renew what is due, and say what was done. Without names, those that the certificate has."""
    if own:
        outcome = keeping.return_to_own(directory, names_of(names) if names else names_held(directory), now)
    elif names and force:
        message = "Names and --force do not go together."
        raise ApplianceError(message, "leave out --force: with other names there is a new certificate anyway")
    elif names:
        outcome = keeping.ensure(directory, names_of(names), now)
    else:
        outcome = keeping.renew(directory, now, force=force)
    return list(outcome.sentences) or ["The certificate is good; nothing was changed."]


def request_lines(
    directory: TlsDirectory, names: Sequence[str], *, kind: KeyKind = KeyKind.P256, is_anew: bool = False
) -> tuple[list[str], list[str]]:
    """Return the request for stdout, which may go to a file, and what to do with it for stderr.

    Without names, it is for those that the certificate has.
    """
    wanted = names_of(names) if names else names_held(directory)
    made, is_new = request.request(directory, wanted, kind, is_anew=is_anew)
    said = "This request is new" if is_new else "This request was open already"
    return made.decode().splitlines(), [
        f"{said}; it is for {', '.join(wanted.texts)}.",
        f"Send it to your certificate authority as a web server's: {directory.path(File.REQUEST)}",
        "Its private key stays here. Import the answer with its chain: sudo bastide tls import FILE [FILE …]",
    ]


def import_lines(directory: TlsDirectory, wanted: Import, now: datetime) -> list[str]:
    """Take what a company's authority sent back, or files made elsewhere, and say what was taken."""
    names = names_of(wanted.names) if wanted.names else None
    given = [given_in(path) for path in wanted.files]
    password = _password(wanted.password_file)
    if wanted.key:
        delivery = request.read_files(given_in(wanted.key), given, password)
    elif given and all(path.suffix.lower() in BUNDLE_SUFFIXES for path in wanted.files):
        delivery = request.read_bundle(_only(given), password)
    else:
        return list(request.import_answer(directory, given, names, now).sentences)
    needed = names or names_held(directory)
    return list(request.import_files(directory, delivery, needed, now).sentences)


def _fingerprint_facts(of: str, text: str) -> list[tuple[str, str]]:
    first, *others = grouped(text)
    return [(f"SHA-256 of the {of}", first), *(("", line) for line in others)]


def _left(held: TlsStatus) -> str:
    if held.is_expired:
        return "ended"
    return f"{held.days_left} day{'' if held.days_left == 1 else 's'} left"


def names_held(directory: TlsDirectory) -> Names:
    """Return the names of the certificate that the box has. Raise when it tells none."""
    leaf = keeping.leaf_of(directory)
    if leaf is None:
        message = "The box has no certificate yet whose names could be taken."
        raise ApplianceError(message, SAY_NAMES)
    names = names_in(leaf)
    wildcards = [name for name in names.dns if name.startswith("*")]
    if wildcards:
        message = f"The certificate is for {', '.join(wildcards)}, which does not tell the names of the box."
        raise ApplianceError(message, SAY_NAMES)
    return names


def _only(given: Sequence[Given]) -> Given:
    if len(given) > 1:
        message = f"{len(given)} PKCS#12 files were given, and each holds a key of its own."
        raise ApplianceError(message, "give one of them")
    return given[0]


def given_in(path: Path) -> Given:
    """Return what somebody gives. Raise when it cannot be read, or is far too large."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise ApplianceError(message, "look whether the name is right and the file may be read") from error
    if len(content) > FILE_BYTES_MAX:
        message = f"{path} has more than {FILE_BYTES_MAX // 2**20} MiB, which no certificate has."
        raise ApplianceError(message, "give the certificate's file")
    return Given(name=str(path), content=content)


def _password(path: Path | None) -> str | None:
    return given_in(path).content.decode(errors="replace").rstrip("\r\n") if path else None
