"""Gets the box a certificate from an ACME server, when somebody asks and then when a third of its life is left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from appliance.errors import ApplianceError
from appliance.tls.acme.account import Account, Server, account_at, as_file, hosts_file, keep_account, registered
from appliance.tls.acme.client import Client
from appliance.tls.acme.connecting import Way
from appliance.tls.acme.ordering import obtain
from appliance.tls.acme.problem import NO_ACCOUNT, TELL, Problem
from appliance.tls.acme.signing import Binding
from appliance.tls.chain import is_issued_by, is_self_signed
from appliance.tls.directory import File, Mode, TlsDirectory
from appliance.tls.encoding import certificates_in
from appliance.tls.keeping import Outcome
from appliance.tls.names import Names
from appliance.tls.request import Checked, Delivery, check_delivery, new_key, put_in_place
from appliance.tls.status import title_of

SHARE_LEFT: Final = 3
"""A certificate is renewed when less than one in so many parts of its life is left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """Where nginx finds the answers to a server, and the relay where this process has no network."""

    answers: Path
    relay: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A certificate that somebody wants. `binding` and `agrees` matter only where there is no account yet."""

    server: Server
    names: Names
    binding: Binding | None = None
    agrees: bool = False


def is_due(leaf: x509.Certificate, now: datetime) -> bool:
    """Return whether it is time to renew: some servers sign for a day, some for a year."""
    end = leaf.not_valid_after_utc
    return end - now < (end - leaf.not_valid_before_utc) / SHARE_LEFT


def take(directory: TlsDirectory, wish: Wish, surroundings: Surroundings, clock: Callable[[], datetime]) -> Outcome:
    """Get a certificate and make it the box's own. Raise, and leave what serves as it is, when that fails."""
    before = _held(directory)
    way = Way(roots=wish.server.roots, relay=surroundings.relay)
    key = new_key(wish.server.key_kind)
    client = _client(directory, wish, way)
    try:
        certificates = obtain(client, wish.names, key, surroundings.answers)
    except Problem as problem:
        if problem.kind != NO_ACCOUNT:
            raise
        # The server was set up anew, or has forgotten the account.
        _register(directory, client, wish)
        certificates = obtain(client, wish.names, key, surroundings.answers)
    checked = _checked(Delivery(key=key, certificates=certificates), wish, client, clock())
    beside: dict[File, bytes | None] = {
        File.ACME: as_file(wish.server.to_json()),
        File.ACME_HOSTS: hosts_file(way.reached),
    }
    with directory.locked():
        if _held(directory) != before:
            message = "Another command changed the certificate meanwhile, so the new one was not taken."
            raise ApplianceError(message, "sudo bastide tls status tells what holds now")
        return put_in_place(directory, checked, Mode.ACME, beside)


def _held(directory: TlsDirectory) -> tuple[Mode, bytes | None]:
    return directory.mode, directory.read(File.BOX)


def _client(directory: TlsDirectory, wish: Wish, way: Way) -> Client:
    account = account_at(directory, wish.server)
    client = Client(way=way, address=wish.server.directory, key=account.key, account=account.address)
    if account.address is None:
        _register(directory, client, wish)
    return client


def _register(directory: TlsDirectory, client: Client, wish: Wish) -> Account:
    account = registered(client, wish.server, wish.binding, agrees=wish.agrees)
    keep_account(directory, wish.server, account)
    return account


def _checked(delivery: Delivery, wish: Wish, client: Client, now: datetime) -> Checked:
    """Return the certificate once it holds by the rules of every import, and leads to a root that was given."""
    certificates, roots = delivery.certificates, roots_of(wish.server)
    if roots:
        fitting = [root for root in roots if any(is_issued_by(each, root) for each in certificates)]
        if not fitting:
            raise _led_elsewhere(client, certificates[-1], roots)
        certificates = [*(each for each in certificates if not is_self_signed(each)), *fitting]
    try:
        checked = check_delivery(Delivery(key=delivery.key, certificates=certificates), wish.names, now)
    except ApplianceError as error:
        message = f"What the ACME server {client.where} signed is not taken. {error.message}"
        raise ApplianceError(message, TELL) from error
    if roots and checked.chain.root not in roots:
        raise _led_elsewhere(client, checked.chain.intermediates[-1], roots)
    return checked


def roots_of(server: Server) -> list[x509.Certificate]:
    """Return the roots that the server is held against; none where those of the machine do."""
    return certificates_in(server.roots.encode(), "What was given with --root") if server.roots else []


def _led_elsewhere(client: Client, top: x509.Certificate, roots: Sequence[x509.Certificate]) -> ApplianceError:
    given = ", ".join(f"'{title_of(root.subject)}'" for root in roots)
    message = f"What the ACME server {client.where} signed leads to '{title_of(top.issuer)}', not to {given}."
    return ApplianceError(message, "compare fingerprints; where both are right, give both in one file with --root FILE")
