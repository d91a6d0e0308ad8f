"""The names that people reach the box by: host names and IP addresses, as a certificate holds them."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import urlsplit

from appliance.errors import ApplianceError

LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NAME_CHARACTERS_MAX: Final = 253


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Host names in small letters, and addresses; each once, in the order in which they were given."""

    dns: tuple[str, ...] = ()
    addresses: tuple[IPv4Address | IPv6Address, ...] = ()

    @property
    def first(self) -> str:
        """The name that the box goes by in sentences."""
        return self.texts[0]

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them as a person would type them."""
        return (*self.dns, *map(str, self.addresses))

    def without(self, others: "Names") -> "Names":
        """Return those that the others do not have."""
        return Names(
            dns=tuple(name for name in self.dns if name not in others.dns),
            addresses=tuple(address for address in self.addresses if address not in others.addresses),
        )

    def uncovered_by(self, held: "Names") -> "Names":
        """Return those for which a certificate with the held names is not; a wildcard stands for one label."""
        wildcards = {name.removeprefix("*.") for name in held.dns if name.startswith("*.")}
        lacking = self.without(held)
        dns = tuple(name for name in lacking.dns if name.partition(".")[2] not in wildcards)
        return Names(dns=dns, addresses=lacking.addresses)

    def is_same_as(self, others: "Names") -> bool:
        """Return whether both have the same ones, in whatever order."""
        return set(self.texts) == set(others.texts)

    def __bool__(self) -> bool:
        return bool(self.dns or self.addresses)


def names_of(texts: Iterable[str]) -> Names:
    """Return what was typed, as names and addresses. Raise for what no certificate can hold, and when nothing was."""
    dns: list[str] = []
    addresses: list[IPv4Address | IPv6Address] = []
    for text in dict.fromkeys(each.strip().lower().rstrip(".") for each in texts):
        address = _address(text)
        if address is None:
            dns.append(_host_name(text))
        elif address not in addresses:
            addresses.append(address)
    names = Names(dns=tuple(dns), addresses=tuple(addresses))
    if not names:
        message = "The box has no name yet."
        raise ApplianceError(message, "say what people type to reach it, such as --name models.corp.example")
    return names


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    if address.is_unspecified or address.is_multicast or "%" in text:
        message = f"The address {text} is not one that people can reach a box by."
        raise ApplianceError(message, "give the address that the network knows the machine by (ip address shows it)")
    return address


def _host_name(text: str) -> str:
    labels = text.split(".")
    is_good = all(LABEL.fullmatch(label) for label in labels) and len(text) <= NAME_CHARACTERS_MAX
    if not is_good or labels[-1].isdigit():
        message = f"The name '{text}' is not a host name."
        raise ApplianceError(message, _hint(text))
    return text


def _hint(text: str) -> str:
    """Return what to type instead: whoever pasted an address is told which part of it is the name."""
    try:
        name = urlsplit(text if "://" in text else f"//{text}").hostname or text
    except ValueError:
        name = text
    if name == text:
        return "use letters a to z, digits, hyphens and dots; write a name with other letters as its form with xn--"
    scheme, colon, _ = text.partition("://")
    return f"leave out {scheme if colon else 'what is not the name'}{colon}: --name {name}"
