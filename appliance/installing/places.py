"""Where an installed box lies on its machine."""

from pathlib import Path
from typing import Final

from appliance.paths import ROOT, DataDirectory

OPT: Final = Path("/opt/bastide")
RELEASES: Final = OPT / "releases"
CURRENT: Final = OPT / "current"
"""A link to the release that runs."""

KEPT: Final = OPT / "kept"
"""A directory for each upgrade; root's alone, for the snapshots in it hold all that the database holds."""

ETC: Final = Path("/etc/bastide")
SETTINGS: Final = ETC / "bastide.env"
CREDENTIALS: Final = ETC / "credentials"
TLS: Final = ETC / "tls"
NGINX: Final = ETC / "nginx"
DATA: Final = DataDirectory(root=Path("/var/lib/bastide"))
TRUST: Final = DATA.root / "trust"
ACME: Final = DATA.root / "acme"
BACKUPS: Final = Path("/var/backups/bastide")
"""Nobody's but theirs who look after the box. A share that is mounted here takes the backups to another machine."""

SCRATCH: Final = Path("/var/tmp")  # noqa: S108  # the directory that is made in it is its maker's own
"""A disk of this machine, however the places of the box are mounted: SQLite needs locks, which shares may not have."""

CARE: Final = Path("/run/bastide/care")
"""Signs of the tasks that look after the box: that the certificate is another one, that a backup is made."""

LANE: Final = Path("/run/bastide/lane")
"""Where Redis listens, and only Redis writes."""

UNITS: Final = Path("/etc/systemd/system")
SYSUSERS: Final = Path("/etc/sysusers.d/bastide.conf")
TMPFILES: Final = Path("/etc/tmpfiles.d/bastide.conf")
COMMAND: Final = Path("/usr/local/bin/bastide")

UNIT_FILES: Final = ROOT / "systemd"


def is_installed(data: DataDirectory) -> bool:
    """Return whether this is the data directory of a box that was installed on this machine."""
    return data == DATA and SETTINGS.exists()


def is_installed_release() -> bool:
    """Return whether this code is a release in its place, and not a checkout."""
    return ROOT.parent == RELEASES
