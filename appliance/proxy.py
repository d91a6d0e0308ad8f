"""The front of a box: nginx's configuration, made of the files in `nginx/` and the values of one box.

What it says is one text without includes of ours, to be written to a file and tried with `command(file, "-t")`.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError
from appliance.paths import ROOT

SOURCES: Final = ROOT / "nginx"
ERRORS: Final = SOURCES / "errors"

JOURNAL: Final = "syslog:server=unix:/dev/log,nohostname,tag=bastide_nginx,severity=info"
"""Where a service of systemd's logs requests to: it cannot open its own output, which is a socket."""

LISTEN_PLAIN: Final = ("0.0.0.0:80", "[::]:80")
LISTEN_TLS: Final = ("0.0.0.0:443", "[::]:443")
"""The addresses of the installed box, word for word as its socket unit has them."""

NGINX: Final = "/usr/sbin/nginx"
"""Debian's; the PATH of somebody who is not root leaves it out."""

FIRST_SOCKET: Final = 3
"""The first descriptor that systemd hands over."""

HTTP2_ALONE_SINCE: Final = (1, 25, 1)
"""Since then nginx has a directive for HTTP/2; before, it is said of the addresses."""

LIMIT_MAX: Final = 65535
"""nginx takes no larger one."""

INCLUDE: Final = re.compile(r"^( *)include (\w+\.conf);$", re.MULTILINE)
MARK: Final = re.compile(r"@([A-Z0-9_]+)@")
NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
PATH: Final = re.compile(r"/[A-Za-z0-9._/+-]*[A-Za-z0-9._+-]")
HOST_AND_PORT: Final = re.compile(r"(\[[0-9a-f]*:[0-9a-f:.]*\]|[0-9.]+):([0-9]{1,5})")
LOG: Final = re.compile(r"off|/[A-Za-z0-9._/+-]+|syslog:server=[A-Za-z0-9._/:,=+-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """The values of one box. `names` are the DNS names and IP addresses by which people ask for it.

    Below `data` no link is followed: who writes there could let one lead to what nginx alone may read.
    `upstream` is where the site listens, `unix:PATH` or `ADDRESS:PORT`; `acme` holds the answers to an ACME server;
    `results` and `exports` are the spool's directories of files that go out by X-Accel-Redirect; `run` is nginx's own.
    So many requests of one address may be under way as the kernel lets it hold connections: any number without a bound.
    """

    names: tuple[str, ...]
    certificate: Path
    key: Path
    upstream: str
    static: Path
    data: Path
    trust: Path
    acme: Path
    results: Path
    exports: Path
    run: Path
    upload_bytes_max: int
    connections_max: int | None = 500
    errors: Path = ERRORS
    plain: tuple[str, ...] = LISTEN_PLAIN
    tls: tuple[str, ...] = LISTEN_TLS
    access_log: str = JOURNAL
    nginx_version: tuple[int, int, int] = (1, 26, 3)


def render(front: Front) -> str:
    """Return the whole configuration. Raise ApplianceError for a value that nginx would take for something else."""
    values = _values(front)
    text = _expanded((SOURCES / "nginx.conf").read_text())
    return MARK.sub(lambda mark: values[mark[1]], text)


def command(configuration: Path, *options: str) -> tuple[str, ...]:
    """Return how nginx is started with a configuration; the option `-t` only tries it."""
    return (NGINX, "-e", "stderr", "-c", str(configuration), *options)


def inherited_sockets(front: Front) -> str:
    """Return what the variable NGINX says where systemd opens the addresses, first `plain`, then `tls`, in order."""
    count = len(front.plain) + len(front.tls)
    return "".join(f"{number};" for number in range(FIRST_SOCKET, FIRST_SOCKET + count))


def installed_version(said: str) -> tuple[int, int, int]:
    """Return the version in what `nginx -v` says. Raise ApplianceError if there is none."""
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        message = f"nginx does not say which version it is: {said.strip()[:100]!r}."
        raise ApplianceError(message, "sudo apt-get install --reinstall nginx")
    major, minor, patch = (int(part) for part in found.groups())
    return major, minor, patch


def _expanded(text: str) -> str:
    """Return the text with our own files in place of the lines that include them; one may include another."""

    def content(line: re.Match[str]) -> str:
        lines = _expanded((SOURCES / line[2]).read_text()).rstrip("\n").splitlines()
        return "\n".join(f"{line[1]}{each}" if each else "" for each in lines)

    return INCLUDE.sub(content, text)


def _values(front: Front) -> dict[str, str]:
    has_directive = front.nginx_version >= HTTP2_ALONE_SINCE
    tls = "ssl" if has_directive else "ssl http2"
    return {
        "RUN": _path(front.run),
        "ERRORS": _path(front.errors),
        "STATIC": _path(front.static),
        "DATA": _path(front.data),
        "TRUST": _path(front.trust),
        "ACME": _path(front.acme),
        "RESULTS": _path(front.results),
        "EXPORTS": _path(front.exports),
        "CERTIFICATE": _path(front.certificate),
        "KEY": _path(front.key),
        "UPSTREAM": _upstream(front.upstream),
        "ACCESS_LOG": _log(front.access_log),
        "UPLOAD_BYTES_MAX": str(_size_bytes(front.upload_bytes_max)),
        "LIMIT_CONNECTIONS": _limit(front.connections_max),
        "NAMES": _names(front.names),
        "TLS_PORT": _port_in_host(front.tls),
        "HTTP2": "http2 on;" if has_directive else "",
        "LISTEN_PLAIN": _listen(front.plain, ""),
        "LISTEN_PLAIN_FIRST": _listen(front.plain, "", is_first=True),
        "LISTEN_TLS": _listen(front.tls, tls),
        "LISTEN_TLS_FIRST": _listen(front.tls, tls, is_first=True),
    }


def _names(names: Iterable[str]) -> str:
    """Return the names as a Host header has them, each once."""
    written = list(dict.fromkeys(_name(name) for name in names))
    if not written:
        message = "The box has no name by which people could ask for it."
        raise ApplianceError(message, "give it at least one DNS name or IP address")
    return " ".join(written)


def _name(name: str) -> str:
    try:
        # What follows a percent sign may hold any character, and no Host header has it.
        address = ipaddress.ip_address("" if "%" in name else name.strip("[]"))
    except ValueError:
        small = name.lower()
        if not NAME.fullmatch(small):
            message = f"{name!r} is neither a DNS name nor an IP address."
            raise ApplianceError(message, "write it in letters from a to z, digits, dots and hyphens") from None
        return small
    return f"[{address}]" if address.version == 6 else str(address)


def _path(path: Path) -> str:
    if not PATH.fullmatch(str(path)):
        message = f"The path {str(path)!r} is not absolute, or holds a character that nginx could misread."
        raise ApplianceError(message, "choose a path of letters from a to z, digits, and . _ + - only")
    return str(path)


def _upstream(where: str) -> str:
    kind, _, path = where.partition(":")
    return f"unix:{_path(Path(path))}" if kind == "unix" else ":".join(_host_and_port(where))


def _log(target: str) -> str:
    if not LOG.fullmatch(target):
        message = f"Requests cannot be logged to {target!r}."
        raise ApplianceError(message, f"name a file, or {JOURNAL}")
    return target


def _size_bytes(size_bytes: int) -> int:
    if size_bytes <= 0:
        message = f"Uploads cannot be limited to {size_bytes} bytes."  # to nginx, 0 is no limit at all
        raise ApplianceError(message, "give a number of bytes above zero")
    return size_bytes


def _limit(connections_max: int | None) -> str:
    """Return the directive. The kernel counts further than nginx."""
    return "" if connections_max is None else f"limit_conn connections {min(connections_max, LIMIT_MAX)};"


def _listen(addresses: Iterable[str], options: str, *, is_first: bool = False) -> str:
    """Return the directives; what holds of an address as a whole stands where it comes first."""
    lines = []
    for address in addresses:
        host, port = _host_and_port(address)
        of_the_address = " default_server" + (" ipv6only=on" if host.startswith("[") else "") if is_first else ""
        lines.append(f"listen {host}:{port}{of_the_address}{' ' if options else ''}{options};")
    return "\n        ".join(lines)


def _port_in_host(addresses: tuple[str, ...]) -> str:
    """Return what follows the name in an address of ours: nothing where the port is the usual one."""
    _, port = _host_and_port(addresses[0] if addresses else "")
    return "" if port == "443" else f":{port}"


def _host_and_port(address: str) -> tuple[str, str]:
    found = HOST_AND_PORT.fullmatch(address)
    try:
        ipaddress.ip_address(found[1].strip("[]") if found else "")
    except ValueError:
        found = None
    if found is None or not 0 < int(found[2]) < 1 << 16:
        message = f"{address!r} is not an IP address with a port."
        raise ApplianceError(message, "write it like 0.0.0.0:443 or [::]:443")
    return found[1], found[2]
