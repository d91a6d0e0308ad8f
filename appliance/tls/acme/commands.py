"""What `bastide tls acme` does, and `tls renew` where an ACME server signs for the box, as the lines they print."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError
from appliance.tls.acme.account import Server, server_of
from appliance.tls.acme.connecting import Place
from appliance.tls.acme.renewing import Surroundings, Wish, is_due, take
from appliance.tls.acme.signing import Binding, binding_of
from appliance.tls.authority import names_in
from appliance.tls.commands import given_in
from appliance.tls.directory import TlsDirectory
from appliance.tls.encoding import certificates_in, fingerprint, pem_of_chain
from appliance.tls.judging import is_authority
from appliance.tls.keeping import leaf_of
from appliance.tls.names import Names, names_of
from appliance.tls.request import KeyKind
from appliance.tls.status import title_of

MAIL: Final = re.compile(r"[^\s\"'\\;<>@,?]+@[\w.-]+", re.ASCII)

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was typed after `bastide tls acme`; `names` are those of the box where none were."""

    directory: str
    names: Sequence[str]
    root: Path | None = None
    contact: str | None = None
    eab_kid: str | None = None
    eab_hmac_file: Path | None = None
    agrees: bool = False
    key_kind: KeyKind = KeyKind.P256


def acme_lines(directory: TlsDirectory, asked: Asked, surroundings: Surroundings, clock: Clock) -> list[str]:
    """Get a certificate from an ACME server, which renews it from now on, and say what was done."""
    Place.of(asked.directory)
    server = Server(
        directory=asked.directory,
        roots=_roots(asked.root) if asked.root else None,
        contact=_contact(asked.contact),
        key_kind=asked.key_kind,
    )
    wish = Wish(server=server, names=names_of(asked.names), binding=_binding(asked), agrees=asked.agrees)
    taken = take(directory, wish, surroundings, clock)
    return [*_pinned(server), *taken.sentences, "It is renewed by itself when a third of its life is left."]


def renew_lines(
    directory: TlsDirectory, names: Sequence[str], surroundings: Surroundings, clock: Clock, *, force: bool = False
) -> list[str]:
    """Renew what the ACME server signed, when it is due, forced, or to be for other names; say what was done."""
    server, leaf = server_of(directory), leaf_of(directory)
    held = names_in(leaf) if leaf else Names()
    wanted = names_of(names) if names else held
    if leaf and not force and wanted.is_same_as(held) and not is_due(leaf, clock()):
        return ["The certificate is good; nothing was changed."]
    return list(take(directory, Wish(server=server, names=wanted), surroundings, clock).sentences)


def _roots(path: Path) -> str:
    given = given_in(path)
    roots = certificates_in(given.content, given.name)
    for root in roots:
        if not is_authority(root):
            message = f"{path} holds the certificate of '{title_of(root.subject)}', which is no authority."
            raise ApplianceError(message, "give the root certificate of the authority behind the ACME server")
    return pem_of_chain(*roots).decode()


def _pinned(server: Server) -> list[str]:
    roots = certificates_in(server.roots.encode(), "--root") if server.roots else []
    return [f"It is held against '{title_of(root.subject)}', SHA-256 {fingerprint(root)}" for root in roots]


def _contact(text: str | None) -> str | None:
    if text is not None and not MAIL.fullmatch(text):
        message = f"The contact {text!r} is not an e-mail address."
        raise ApplianceError(message, "give one such as --contact admin@corp.example, or none")
    return text


def _binding(asked: Asked) -> Binding | None:
    if asked.eab_kid and asked.eab_hmac_file:
        given = given_in(asked.eab_hmac_file)
        return binding_of(asked.eab_kid, given.content.decode(errors="replace"), given.name)
    if asked.eab_kid or asked.eab_hmac_file:
        message = "One of --eab-kid and --eab-hmac-file was given, and an external account needs both."
        raise ApplianceError(message, "give the other one too: both were given out together")
    return None
