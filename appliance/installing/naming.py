"""Which names the box is to have, and what it takes to give it others than it has."""

import re
import socket
from collections.abc import Iterator, Sequence
from typing import Final

from appliance.care.configuring import with_line
from appliance.environment import outward_address
from appliance.errors import ApplianceError
from appliance.installing import settings
from appliance.installing.places import SETTINGS, TLS
from appliance.installing.placing import place
from appliance.tls import keeping
from appliance.tls.authority import names_in, not_permitted
from appliance.tls.directory import Mode, TlsDirectory
from appliance.tls.names import Names, names_of

PUBLIC_URL: Final = "BASTIDE_PUBLIC_URL"
ADDRESS: Final = re.compile(r"https://(?P<host>[\w.-]+|\[[0-9a-f:.]+\])(?P<port>:\d{1,5})?/?", re.IGNORECASE)

ONLY_HERE: Final = (".localdomain", ".localhost", ".arpa")
"""The ends of names that lead other machines to themselves, or of addresses read backwards."""


def chosen(typed: Sequence[str]) -> tuple[str, ...]:
    """Return the names that the box is to have, the one of its address first.

    Raise for one that cannot be a name, and where nobody said one and the machine has none that a network could know.
    """
    return as_written(typed) or settings.names() or as_written([full_name(socket.getfqdn())])


def full_name(found: str) -> str:
    """Return the name that the machine gives itself. Raise unless other machines may know it by that."""
    if "." in found and not found.lower().endswith(ONLY_HERE) and not found.lower().startswith("localhost."):
        return found
    message = f"Say by which name people reach it: --name NAME. No other machine knows this one as {found}."
    address = outward_address()
    hint = f"sudo ./bastide install --name models.corp.example{f' --name {address}' if address else ''}"
    raise ApplianceError(message, hint)


def as_written(texts: Sequence[str]) -> tuple[str, ...]:
    """Return names as they are kept, each once. Raise for one that cannot be a name."""
    return tuple(dict.fromkeys(names_of([text]).first for text in texts))


def options(names: Sequence[str]) -> str:
    """Return how names are typed."""
    return " ".join(f"--name {name}" for name in names)


def are_other(names: Sequence[str]) -> bool:
    """Return whether an installed box has other names than these, or another one first."""
    return bool(settings.read()) and tuple(names) != settings.names()


def place_names(names: Sequence[str]) -> bool:
    """Have the settings name the box so, and leave every other line as it is. Return whether they did not yet."""
    if not are_other(names):
        return False
    text = SETTINGS.read_text()
    url = _address(settings.read().get(PUBLIC_URL, ""), names)
    text = with_line(text, PUBLIC_URL, f"{PUBLIC_URL}={url}")
    return place(SETTINGS, with_line(text, settings.NAMES, f"{settings.NAMES}={','.join(names)}"))


def _address(former: str, names: Sequence[str]) -> str:
    """Return the address of a box with these names: a port of its own stays, and a name that was not the first."""
    found = ADDRESS.fullmatch(former)
    host = found["host"].strip("[]").lower() if found else ""
    is_chosen = host in names and settings.names()[:1] == (names[0],)
    name = host if is_chosen else names[0]
    return settings.address_of(name) + ((found["port"] or "") if found else "")


def told(names: Sequence[str]) -> Iterator[str]:
    """Yield what becomes of the names of an installed box, if anything."""
    if are_other(names):
        dropped = [name for name in settings.names() if name not in names]
        yield f"  The box goes by {', '.join(names)} from now on{_no_longer(dropped)}"


def _no_longer(dropped: Sequence[str]) -> str:
    return f", and no longer by {', '.join(dropped)}" if dropped else ""


def beyond_authority(names: Names, *, is_own: bool = False) -> Names:
    """Return those names for which the box would make another authority, which everybody had to trust anew.

    `is_own`: its own authority is to vouch for it, whoever does now.
    """
    directory = TlsDirectory(root=TLS)
    if not is_own and directory.mode is not Mode.OWN:
        return Names()
    authority = keeping.authority_of(directory)
    return not_permitted(authority.certificate, names) if authority else Names()


def require_certificate(names: Sequence[str]) -> None:
    """Raise where the box cannot take these names yet: its certificate is for others, and others make it."""
    directory = TlsDirectory(root=TLS)
    leaf = keeping.leaf_of(directory)
    if leaf is None or directory.mode is Mode.OWN or not are_other(names):
        return
    missing = names_of(names).uncovered_by(names_in(leaf)).texts
    if directory.mode is Mode.ACME:
        _require_first(names, missing)
    elif missing:
        message = f"The certificate was signed elsewhere, and is not for {', '.join(missing)}."
        asking = f"sudo bastide tls request {options(names)}, have it signed, sudo bastide tls import FILE"
        raise ApplianceError(message, f"{asking}; then type the same again")


def _require_first(names: Sequence[str], missing: Sequence[str]) -> None:
    # The ACME server looks for the box by each name, so the front must answer by it before it has a certificate.
    if names[0] in missing:
        both = [*settings.names(), *(name for name in names if name not in settings.names())]
        message = f"The ACME server has not signed for {names[0]} yet, by which the box would have its address."
        steps = f"sudo bastide install {options(both)}; then: sudo bastide tls renew {options(both)}"
        raise ApplianceError(message, f"{steps}; then type the same again")


def remarks(names: Sequence[str]) -> tuple[str, ...]:
    """Return what is to be said of names for which the certificate is not, where others make it."""
    directory = TlsDirectory(root=TLS)
    return () if directory.mode is Mode.OWN else keeping.look(directory, names_of(names)).sentences


def unanswered() -> Names:
    """Return the names of the certificate by which the box does not answer; of a wildcard nobody can say."""
    leaf, known = keeping.leaf_of(TlsDirectory(root=TLS)), settings.names()
    if leaf is None or not known:
        return Names()
    held = names_in(leaf).without(names_of(known))
    return Names(dns=tuple(name for name in held.dns if not name.startswith("*")), addresses=held.addresses)
