"""A TLS handshake in memory: what a browser would say of a key, its certificate and chain, before anything changes."""

import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from appliance.errors import ApplianceError
from appliance.tls.authority import Identity
from appliance.tls.encoding import pem_of_chain, pem_of_key
from appliance.tls.names import Names


def try_handshake(identity: Identity, chain: Sequence[x509.Certificate], names: Names, *, at: Path) -> None:
    """Greet as a client by each name. Raise with OpenSSL's reason where that fails.

    OpenSSL knows rules beyond ours, such as the bounds of names that an authority has. It reads files only, so the key
    lies in a directory of its own beneath `at` in the meantime.
    """
    with tempfile.TemporaryDirectory(dir=at, prefix=".try-") as name:
        file = Path(name) / "key-and-chain.pem"
        file.write_bytes(pem_of_key(identity.key) + pem_of_chain(identity.certificate, *chain))
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(file)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The topmost certificate may be an intermediate: which roots the browsers know, the box does not.
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(cadata=pem_of_chain(chain[-1]).decode())
    for text in names.texts:
        try:
            greet(client, server, text)
        except ssl.SSLCertVerificationError as error:
            message = f"Browsers would refuse the certificate for {text}: {error.verify_message.rstrip('.')}."
            raise ApplianceError(message, "show this sentence to whoever runs the certificate authority") from error


def greet(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> None:
    """Let a client that looks for the name shake hands with a server. Raise as the client does."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    waiting = list(ends)
    while waiting:
        for end in tuple(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)
