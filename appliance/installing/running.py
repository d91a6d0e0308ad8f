"""Commands of the control plane in an installed box: as its user, with its settings, in its sandbox."""

from pathlib import Path
from typing import Final

from appliance import command
from appliance.installing import queue
from appliance.installing.places import CREDENTIALS, CURRENT, DATA, SETTINGS
from appliance.installing.root import require_root

TIMEOUT_S: Final = 900.0
SECRETS: Final = {"secret-key": CREDENTIALS / "secret-key", "queue": queue.login_file("control")}
"""What systemd hands to the site and to its commands, by the names under which they look for it."""


def manage(*arguments: str, release: Path = CURRENT, data: Path = DATA.root) -> str:
    """Return what a command of the control plane printed. Raise CommandFailed with its words."""
    return python("manage.py", *arguments, release=release, data=data)


def python(*arguments: str, release: Path = CURRENT, data: Path = DATA.root) -> str:
    """Return what the release's Python printed. Raise for anybody but root, who alone may become the box's user.

    `data`: the box's data directory, or one below it that is tried.
    """
    require_root()
    properties = {
        "User": "bastide",
        "Group": "bastide",
        "UMask": "0007",
        "EnvironmentFile": str(SETTINGS),
        "WorkingDirectory": str(release),
        "PrivateNetwork": "yes",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "ProtectSystem": "strict",
        "ReadWritePaths": str(DATA.root),
        "PrivateTmp": "no",
    }
    variables = {
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "BASTIDE_DATA_DIR": str(data),
        "BASTIDE_STATIC_DIR": str(release / "static"),
        "BASTIDE_REDIS_SOCKET": str(queue.SOCKET),
        "LANG": "C.UTF-8",
    }
    argv = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect"]
    argv += [f"--property={name}={value}" for name, value in properties.items()]
    argv += [f"--property=LoadCredential={name}:{path}" for name, path in SECRETS.items()]
    argv += [f"--setenv={name}={value}" for name, value in variables.items()]
    argv += ["/usr/bin/env", ".venv/bin/python", *arguments]
    return command.run(argv, timeout_s=TIMEOUT_S)
