"""Whether packages can be fetched: the proxy that is set is there, and the company's authority is trusted."""

import os
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from appliance import command
from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import CommandFailed

PROXY_VARIABLES: Final = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
APT_PROXY: Final = re.compile(r'^Acquire::https?::Proxy "(?!DIRECT)([^"]+)";$', re.MULTILINE)
PROXY_PORT: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
TIMEOUT_S: Final = 3.0
OWN_AUTHORITIES: Final = Path("/usr/local/share/ca-certificates")
"""Where an admin puts a company's authority; `update-ca-certificates` takes files that end in .crt from there."""

TRUSTED: Final = Path("/etc/ssl/certs/ca-certificates.crt")
OTHER_ENDINGS: Final = frozenset({".pem", ".cer", ".der", ".p7b"})


def check_proxy() -> Check:
    """Check that the proxies which are set for apt, pip and this shell answer."""
    found = proxies(os.environ, _apt_settings())
    return judge_proxies(found, [address for address in found if not _answers(address)])


def _apt_settings() -> str:
    with suppress(CommandFailed):
        return command.run(["apt-config", "dump"], timeout_s=TIMEOUT_S)
    return ""


def proxies(environment: Mapping[str, str], apt_settings: str) -> tuple[str, ...]:
    """Return the addresses of proxies that are set, without what may be a password in them."""
    said = [environment.get(name, "") for name in PROXY_VARIABLES] + APT_PROXY.findall(apt_settings)
    return tuple(dict.fromkeys(each for text in said if (each := _address(text))))


def _address(text: str) -> str:
    """Return `scheme://host:port`; what cannot be read is returned as it is, and answers nothing."""
    if not text.strip():
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port or PROXY_PORT.get(parts.scheme, 80)
    except ValueError:
        return text.rpartition("@")[2]
    host = parts.hostname or ""
    return f"{parts.scheme}://[{host}]:{port}" if ":" in host else f"{parts.scheme}://{host}:{port}"


def _answers(address: str) -> bool:
    try:
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname or "", parts.port or 0), TIMEOUT_S):
            return True
    except (OSError, ValueError):
        return False


def judge_proxies(found: Sequence[str], silent: Sequence[str]) -> Check:
    """Return the check for the proxies, some of which do not answer."""
    measured = Words("{addresses}", addresses=", ".join(found)) if found else Words("none is set")
    if silent:
        measured = Words("{addresses} does not answer", addresses=", ".join(silent))
    return Check(
        id="proxy",
        title=Words("Proxy"),
        measured=measured,
        needed=Words("none, or one that answers"),
        status=Status.FAILED if silent else Status.PASSED,
        hint=Words("mend http_proxy, https_proxy or the proxy in /etc/apt/apt.conf.d, or unset it")
        if silent
        else NOTHING,
    )


def check_authorities() -> Check:
    """Check that a company's authorities that an admin put on this machine are trusted."""
    trusted = TRUSTED.read_text() if TRUSTED.exists() else ""
    return judge_authorities(tuple(_problems(OWN_AUTHORITIES, trusted, datetime.now(UTC))), _count(OWN_AUTHORITIES))


def _count(directory: Path) -> int:
    return sum(1 for _ in directory.rglob("*.crt")) if directory.is_dir() else 0


def _problems(directory: Path, trusted: str, now: datetime) -> Iterator[tuple[Words, Words]]:
    """Yield what is wrong with authorities, and what to type."""
    update = Words("sudo update-ca-certificates")
    for path in sorted(directory.rglob("*")) if directory.is_dir() else ():
        if path.suffix in OTHER_ENDINGS:
            renamed = Words("sudo mv {path} {wanted} && sudo update-ca-certificates", path=str(path),
                            wanted=str(path.with_suffix(".crt")))  # fmt: skip  # one thing a line
            yield Words("{path} is not looked at: its name does not end in .crt", path=str(path)), renamed
        if path.suffix != ".crt" or not path.is_file():
            continue
        try:
            authorities = x509.load_pem_x509_certificates(path.read_bytes())
        except ValueError:
            convert = Words("openssl x509 -inform der -in {path} -out NEW.crt makes it readable", path=str(path))
            yield Words("{path} is no certificate in PEM", path=str(path)), convert
            continue
        if any(each.not_valid_after_utc < now for each in authorities):
            yield Words("{path} has ended", path=str(path)), Words("get the new one from whoever keeps it, then: {do}",
                                                                   do=str(update))  # fmt: skip  # as above
        elif any(_body(block) not in _body(trusted) for block in _blocks(path.read_text())):
            yield Words("{path} is not trusted yet", path=str(path)), update


def _blocks(text: str) -> list[str]:
    return re.findall(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", text, re.DOTALL)


def _body(text: str) -> str:
    return re.sub(r"\s", "", text)


def judge_authorities(problems: Sequence[tuple[Words, Words]], count: int) -> Check:
    """Return the check for the company's authorities, of which the first problem is told."""
    measured, hint = problems[0] if problems else (Words("{count} trusted", count=count), NOTHING)
    if not problems and not count:
        measured = Words("none was added")
    return Check(
        id="authorities",
        title=Words("Company authorities"),
        measured=measured,
        needed=Words("each is trusted"),
        status=Status.WARNING if problems else Status.PASSED,
        hint=hint,
    )
