"""A TLS handshake in memory: what a browser would say of a key, its certificate and chain, before anything changes."""

import os
import ssl
from collections.abc import Sequence
from typing import Final

from cryptography import x509

from appliance.errors import ApplianceError
from appliance.tls.authority import Identity
from appliance.tls.encoding import pem_of_chain, pem_of_key
from appliance.tls.names import Names

ROUNDS_MAX: Final = 10
"""A handshake takes three at most."""


def try_handshake(identity: Identity, chain: Sequence[x509.Certificate], names: Names) -> None:
    """Greet as a client by each name. Raise with OpenSSL's reason where that fails.

    OpenSSL knows rules beyond ours, such as the bounds of names that an authority has. It looks at the machine's clock.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The topmost certificate may be an intermediate: which roots the browsers know, the box does not.
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(cadata=pem_of_chain(chain[-1]).decode())
    text = names.first
    try:
        _load(server, identity, chain)
        for text in names.texts:  # the sentence below tells the one that failed
            greet(client, server, text)
    except ssl.SSLError as error:
        reason = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason or str(error)
        message = f"Browsers would refuse the certificate for {text}: {reason.rstrip('.')}."
        raise ApplianceError(message, "show this sentence to whoever runs the certificate authority") from error


def _load(server: ssl.SSLContext, identity: Identity, chain: Sequence[x509.Certificate]) -> None:
    # It reads files only: this one lies in memory, so that no copy of the key can be left on the disk.
    with os.fdopen(os.memfd_create("key-and-chain"), "wb") as file:
        file.write(pem_of_key(identity.key) + pem_of_chain(identity.certificate, *chain))
        file.flush()
        server.load_cert_chain(f"/proc/self/fd/{file.fileno()}")


def greet(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> None:
    """Let a client that looks for the name shake hands with a server. Raise as the client does."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    waiting = list(ends)
    for _ in range(ROUNDS_MAX):
        for end in tuple(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)
    assert not waiting, "Two ends of this program that are never done cannot agree on a version of TLS"
