"""What hosts are held against that this box speaks to by TLS."""

import ssl


def trusting(roots: str | None = None) -> ssl.SSLContext:
    """Return a context that trusts these roots, in PEM; without any, the machine's own store."""
    found = ssl.create_default_context(cadata=roots)
    # From Python 3.13 on, extensions are wanted that the root of many a company lacks; chain, name and dates hold.
    found.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return found
