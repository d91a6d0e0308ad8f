"""What the box knows of ACME servers: the one that signs for it now, and its account at each that it ever asked."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric import ec

from appliance.errors import ApplianceError
from appliance.tls.acme.client import Client
from appliance.tls.acme.problem import BIND, plain
from appliance.tls.acme.signing import Binding, bound
from appliance.tls.directory import File, TlsDirectory
from appliance.tls.encoding import key_in, pem_of_key
from appliance.tls.request import KeyKind

HOSTS: Final = "BASTIDE_ACME_HOSTS"
"""What tells the relay where the certificate's unit may go."""

SET_UP: Final = "sudo bastide tls acme --directory https://ca.corp.example/acme/acme/directory sets it up anew"


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """An ACME server: its directory, the roots that it is held against, whom it may write to, what keys it signs."""

    directory: str
    roots: str | None = None
    contact: str | None = None
    key_kind: KeyKind = KeyKind.P256

    def to_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "directory": self.directory,
            "roots": self.roots,
            "contact": self.contact,
            "key_kind": self.key_kind,
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        """Return what was kept. Raise ValueError or KeyError where it is not that."""
        texts = [found[name] for name in ("directory", "roots", "contact")]
        if not isinstance(texts[0], str) or any(not isinstance(text, str | None) for text in texts):
            raise ValueError(found)
        return cls(directory=texts[0], roots=texts[1], contact=texts[2], key_kind=KeyKind(found["key_kind"]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account at a server: its key, and its address there once the server has made it."""

    key: ec.EllipticCurvePrivateKey
    address: str | None = None


def server_of(directory: TlsDirectory) -> Server:
    """Return the server that signs for the box. Raise when that is not known."""
    path = directory.path(File.ACME)
    content = directory.read(File.ACME)
    if content is None:
        message = f"{path} is missing, so the box does not know its ACME server."
        raise ApplianceError(message, SET_UP)
    try:
        return Server.from_json(json.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} does not say which ACME server signs for the box."
        raise ApplianceError(message, SET_UP) from error


def account_at(directory: TlsDirectory, server: Server) -> Account:
    """Return the account at a server; a new key where there is none."""
    kept = _accounts(directory).get(server.directory)
    if kept is None:
        return Account(key=ec.generate_private_key(ec.SECP256R1()))
    key = key_in(kept["key"].encode(), str(directory.path(File.ACME_ACCOUNTS)))
    assert isinstance(key, ec.EllipticCurvePrivateKey), "The box makes no other keys for accounts"
    return Account(key=key, address=kept["address"])


def keep_account(directory: TlsDirectory, server: Server, account: Account) -> None:
    """Keep an account, at once: what binds it to somebody may be worth something only one time."""
    with directory.locked():
        kept = {"key": pem_of_key(account.key).decode(), "address": account.address}
        accounts = _accounts(directory) | {server.directory: kept}
        directory.change({File.ACME_ACCOUNTS: as_file(accounts)})


def registered(client: Client, server: Server, binding: Binding | None, *, agrees: bool) -> Account:
    """Return the account of the client's key, which is made where there is none. Raise when the server makes none."""
    terms = client.meta.get("termsOfService")
    if terms and not agrees:
        message = f"The ACME server {client.where} asks you to agree to its terms: {plain(terms)}"
        raise ApplianceError(message, f"read them, then: sudo bastide tls acme --directory {server.directory} --agree")
    if client.meta.get("externalAccountRequired") is True and binding is None:
        message = f"The ACME server {client.where} gives an account only to whom it knows already."
        raise ApplianceError(message, BIND)
    url = client.text(client.directory, "newAccount")
    wanted: dict[str, Any] = {"termsOfServiceAgreed": True} if terms else {}
    if server.contact:
        wanted["contact"] = [f"mailto:{server.contact}"]
    if binding:
        wanted["externalAccountBinding"] = bound(client.key, binding, url)
    client.account = None
    client.account = client.address_in(client.post(url, wanted))
    return Account(key=client.key, address=client.account)


def hosts_file(hosts: Iterable[str]) -> bytes:
    """Return what the relay reads at its start."""
    return f"{HOSTS}={','.join(sorted(hosts))}\n".encode()


def as_file(content: object) -> bytes:
    """Return what lies on the disk for it."""
    return (json.dumps(content, indent=2) + "\n").encode()


def _accounts(directory: TlsDirectory) -> dict[str, dict[str, str]]:
    content = directory.read(File.ACME_ACCOUNTS)
    if content is None:
        return {}
    path = directory.path(File.ACME_ACCOUNTS)
    try:
        found = json.loads(content)
        return {str(url): {"key": str(each["key"]), "address": str(each["address"])} for url, each in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path} does not hold the accounts at ACME servers that it should."
        raise ApplianceError(message, f"sudo rm {path.resolve()}, then: {SET_UP}") from error
