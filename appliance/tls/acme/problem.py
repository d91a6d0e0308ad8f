"""What an ACME server says is wrong, as sentences that say what to do."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from appliance.errors import ApplianceError

URN: Final = "urn:ietf:params:acme:error:"
BAD_NONCE: Final = "badNonce"
NO_ACCOUNT: Final = "accountDoesNotExist"
TELL: Final = "show this sentence to whoever runs the ACME server"
LEAVE_OUT: Final = "leave out what it refuses: name with --name only what it signs for; or have it allowed there"
BIND: Final = "have an external account issued there, then: sudo bastide tls acme … --eab-kid KID --eab-hmac-file FILE"
HINTS: Final = {
    "externalAccountRequired": BIND,
    "rejectedIdentifier": LEAVE_OUT,
    "unsupportedIdentifier": LEAVE_OUT,
    "rateLimited": "wait as long as it says, then type the same again; the present certificate serves meanwhile",
    "unsupportedContact": "give another address with --contact, or none",
    "invalidContact": "give another address with --contact, or none",
    "userActionRequired": "read what it says, do it, then type the same again",
}
DETAIL_CHARACTERS_MAX: Final = 600


class Problem(ApplianceError):
    """An ACME server refused something: what kind of thing is wrong, in ACME's own word."""

    def __init__(self, kind: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.kind = kind


def problem_of(where: str, document: Mapping[str, Any], *, asked: Iterable[str] = ()) -> Problem:
    """Return the error for a problem document; `asked` are the names that were asked for, where any were."""
    kind = kind_of(document)
    names = refused_names(document, asked)
    message = f"The ACME server {where} refuses {', '.join(names)}" if names else f"The ACME server {where} refuses"
    return Problem(kind, f"{message}: {words_of(document)}", HINTS.get(kind, LEAVE_OUT if names else TELL))


def kind_of(document: Mapping[str, Any]) -> str:
    """Return ACME's word for what is wrong; a server's own word stays whole."""
    return plain(document.get("type", "unknown")).removeprefix(URN)


def words_of(document: Mapping[str, Any]) -> str:
    """Return what the server says of it, in a line that ends as a sentence does."""
    details = [document.get("detail"), *(part.get("detail") for part in _parts(document))]
    said = plain(" ".join(dict.fromkeys(str(detail).strip() for detail in details if detail)))
    return f"{said.rstrip('.') or 'it does not say why'} ({kind_of(document)})."


def plain(said: object) -> str:
    """Return what a stranger's server says, in one line without what a terminal would obey."""
    line = " ".join(str(said).split())
    return "".join(letter for letter in line if letter.isprintable())[:DETAIL_CHARACTERS_MAX]


def refused_names(document: Mapping[str, Any], asked: Iterable[str]) -> list[str]:
    """Return which names the problem is about: those that it names as such, else those that its words hold."""
    named = [part["identifier"] for part in _parts(document) if isinstance(part.get("identifier"), dict)]
    if named:
        return list(dict.fromkeys(plain(identifier.get("value")) for identifier in named))
    words = words_of(document)
    return [name for name in asked if name in words]


def _parts(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    parts = document.get("subproblems")
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
