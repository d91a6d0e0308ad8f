"""Orders a certificate: proves on port 80 that each name leads here, has the request signed, and fetches the answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.errors import ApplianceError
from appliance.ownership import as_owner
from appliance.tls.acme.client import Client, Document
from appliance.tls.acme.problem import TELL, plain, problem_of, words_of
from appliance.tls.acme.signing import base64url, thumbprint
from appliance.tls.authority import PrivateKey, alternative_names
from appliance.tls.encoding import certificates_in
from appliance.tls.names import Names

KIND: Final = "http-01"
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,512}")
"""It becomes the name of a file, so it must not lead elsewhere."""

READABLE: Final = 0o644
REACH: Final = (
    "see that each name leads to this box, and that the server may reach its port 80: http://{name}/.well-known/"
    "acme-challenge/; a name that only this network knows can be left out by naming the others with --name"
)


def obtain(client: Client, names: Names, key: PrivateKey, answers: Path) -> list[x509.Certificate]:
    """Return the certificate for these names and key with its chain; `answers` is what nginx serves to the server.

    Raise, with the names that are refused, where there is none.
    """
    identifiers = [{"type": "dns", "value": name} for name in names.dns]
    identifiers += [{"type": "ip", "value": str(address)} for address in names.addresses]
    answer = client.post(client.directory["newOrder"], {"identifiers": identifiers}, asked=names.texts)
    order, url = client.document(answer), client.address_in(answer)
    prove(client, order, answers)
    ready = client.waited_for(url, lambda found: found.get("status") != "pending", "the proofs")
    _require(client, ready, ("ready", "processing", "valid"), names)
    if ready.get("status") == "ready":
        request = base64url(request_for(key, names))
        client.post(client.text(ready, "finalize"), {"csr": request}, asked=names.texts)
    done = client.waited_for(url, lambda found: found.get("status") not in {"ready", "processing"}, "the certificate")
    _require(client, done, ("valid",), names)
    chain = client.post(client.text(done, "certificate"), None)
    return certificates_in(chain.body, f"The answer of {client.where}")


def request_for(key: PrivateKey, names: Names) -> bytes:
    """Return the request that is to be signed. Its names are all that it says: some servers refuse whatever else."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    builder = builder.add_extension(alternative_names(names), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def prove(client: Client, order: Document, answers: Path) -> None:
    """Prove for each name of an order that it leads here. Raise with those for which that failed."""
    urls = order.get("authorizations")
    if not isinstance(urls, list):
        message = f"The ACME server {client.where} does not say what is to be proved."
        raise ApplianceError(message, TELL)
    authorizations = [(str(url), client.get(str(url))) for url in urls]
    challenges = [(url, _challenge(client, each)) for url, each in authorizations if not _is_judged(each)]
    with _answered(client, [client.text(challenge, "token") for _, challenge in challenges], answers):
        for _, challenge in challenges:
            client.post(client.text(challenge, "url"), {})
        judged = [client.waited_for(url, _is_judged, "a proof") for url, _ in challenges]
    failed = [each for each in judged if each.get("status") != "valid"]
    if failed:
        reasons = "; ".join(f"{name_of(each)}: {_reason(each)}" for each in failed)
        message = f"The ACME server {client.where} could not see that the box is {reasons}"
        raise ApplianceError(message, REACH.format(name=name_of(failed[0])))


def name_of(authorization: Document) -> str:
    """Return the name that is to be proved."""
    identifier = authorization.get("identifier")
    return plain(identifier.get("value")) if isinstance(identifier, dict) else "an unnamed name"


def _is_judged(authorization: Document) -> bool:
    return authorization.get("status") != "pending"


def _challenges(authorization: Document) -> list[Document]:
    found = authorization.get("challenges")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _challenge(client: Client, authorization: Document) -> Document:
    challenges = _challenges(authorization)
    found = next((each for each in challenges if each.get("type") == KIND), None)
    if found is None:
        offered = ", ".join(plain(each.get("type")) for each in challenges) or "nothing"
        name = name_of(authorization)
        message = f"The ACME server {client.where} takes no proof by {KIND} for {name}; it offers {offered}."
        raise ApplianceError(
            message, f"have {KIND} allowed there, or leave {name} out by naming the others with --name"
        )
    return found


def _reason(authorization: Document) -> str:
    errors = [each["error"] for each in _challenges(authorization) if isinstance(each.get("error"), dict)]
    return words_of(errors[0]) if errors else f"it says {plain(authorization.get('status'))} and no reason."


def _require(client: Client, order: Document, good: tuple[str, ...], names: Names) -> None:
    if order.get("status") in good:
        return
    error = order.get("error")
    if isinstance(error, dict):
        raise problem_of(client.where, error, asked=names.texts)
    message = (
        f"The ACME server {client.where} refuses {', '.join(names.texts)}: the order is {plain(order.get('status'))}."
    )
    raise ApplianceError(message, TELL)


@contextmanager
def _answered(client: Client, tokens: list[str], answers: Path) -> Iterator[None]:
    """Let nginx answer for these tokens."""
    paths = [answers / _file_name(client, token) for token in tokens]
    try:
        for path in paths:
            _write(path, f"{path.name}.{thumbprint(client.key)}")
        yield
    finally:
        for path in paths:
            with as_owner(path.parent):
                path.unlink(missing_ok=True)


def _write(path: Path, content: str) -> None:
    try:
        with as_owner(path.parent):
            path.write_text(content)
            path.chmod(READABLE)
    except OSError as error:
        message = f"The answers to the ACME server cannot be written to {path.parent}: {error.strerror}."
        raise ApplianceError(message, "mend that, then type the same again") from error


def _file_name(client: Client, token: str) -> str:
    if not TOKEN.fullmatch(token):
        message = f"The ACME server {client.where} asks for an answer under a name that cannot be one: {token!r}."
        raise ApplianceError(message, TELL)
    return token
