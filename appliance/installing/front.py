"""The front of an installed box: its certificate, the pages that tell how to trust it, and nginx's configuration."""

import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance import proxy
from appliance.installing import addresses, firewall, units
from appliance.installing.places import ACME, CARE, CURRENT, DATA, NGINX, TLS, TRUST
from appliance.installing.placing import place
from appliance.installing.root import is_root
from appliance.ownership import as_owner
from appliance.tls import keeping
from appliance.tls.directory import TlsDirectory
from appliance.tls.names import names_of
from appliance.tls.trust import write_pages

CREDENTIALS: Final = Path("/run/credentials/bastide-nginx.service")
CONFIGURATION: Final = NGINX / "nginx.conf"
SERVICE: Final = "bastide-nginx.service"
RENEWED: Final = CARE / "renewed"
"""A sign that the front is to be started anew: bastide-renewed.service takes it up."""

WAY_OUT: Final = ("bastide-egress.socket", "bastide-egress.service")
TIMEOUT_S: Final = 10.0


def certify(names: Iterable[str]) -> bool:
    """See that the box has a certificate for its names, and pages that tell how to trust it."""
    directory = TlsDirectory(root=TLS)
    now = datetime.now(UTC)
    is_changed = keeping.ensure(directory, names_of(names), now).is_changed
    with as_owner(TRUST.parent):
        TRUST.mkdir(mode=0o755, exist_ok=True)
    return write_pages(directory, TRUST, now) or is_changed


def take_up_certificate() -> bool:
    """Have nginx serve the certificate that there is now, refusing nobody meanwhile. Return whether it runs.

    Who is not root may not ask systemd for that, and leaves a sign.
    """
    write_pages(TlsDirectory(root=TLS), TRUST, datetime.now(UTC))
    if not is_root():
        RENEWED.touch()
        return True
    if not units.is_active(SERVICE):
        return False
    units.systemctl("restart", SERVICE)
    return True


def take_up_hosts() -> bool:
    """Have the relay let through to the ACME server that signs for the box now. Return whether it runs.

    Who is not root went by the relay: it lets through already to all that was reached.
    """
    if not is_root():
        return True
    if not units.is_active(WAY_OUT[0]):
        return False
    units.systemctl("restart", *WAY_OUT)
    return True


def place_front(names: Iterable[str], upload_bytes_max: int) -> bool:
    """Write what nginx is started with."""
    return place(CONFIGURATION, text(names, upload_bytes_max))


def text(names: Iterable[str], upload_bytes_max: int) -> str:
    """Return what nginx is to be started with."""
    front = proxy.Front(
        names=tuple(names),
        certificate=CREDENTIALS / "box.crt",
        key=CREDENTIALS / "box.key",
        upstream="unix:/run/bastide/web.sock",
        static=CURRENT / "static",
        data=DATA.root,
        trust=TRUST,
        acme=ACME,
        results=DATA.spool / "batch",
        exports=DATA.spool / "exports",
        run=Path("/run/bastide-nginx"),
        errors=CURRENT / "nginx" / "errors",
        upload_bytes_max=upload_bytes_max,
        connections_max=firewall.connections_max(),
        plain=addresses.usable(proxy.LISTEN_PLAIN),
        tls=addresses.usable(proxy.LISTEN_TLS),
        nginx_version=proxy.installed_version(_nginx_version()),
    )
    return proxy.render(front)


def _nginx_version() -> str:
    done = subprocess.run(["/usr/sbin/nginx", "-v"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    return done.stdout + done.stderr  # it says so on stderr
