"""Commands of the control plane in an installed box: as its user, with its settings, in its sandbox."""

from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from appliance import command
from appliance.errors import CommandFailed
from appliance.installing import queue
from appliance.installing.places import CREDENTIALS, CURRENT, DATA, SETTINGS
from appliance.installing.root import require_root

TIMEOUT_S: Final = 900.0
STOP_TIMEOUT_S: Final = 100.0
PREFIX: Final = "command-of-bastide-"
"""Of the units of commands: not one of the box's own, which begin otherwise."""

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
    unit = f"{PREFIX}{token_hex(6)}"
    argv = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", f"--unit={unit}"]
    argv += [f"--property={name}={value}" for name, value in properties.items()]
    argv += [f"--property=LoadCredential={name}:{path}" for name, path in SECRETS.items()]
    argv += [f"--setenv={name}={value}" for name, value in variables.items()]
    argv += ["/usr/bin/env", ".venv/bin/python", *arguments]
    try:
        return command.run(argv, timeout_s=TIMEOUT_S)
    except (KeyboardInterrupt, CommandFailed):  # whoever undoes what was begun is alone with the database
        stop(unit)
        raise


def stop(unit: str = f"{PREFIX}*") -> None:
    """Stop a command that still runs, since systemd and not who typed it is its parent; without a name all of them."""
    with suppress(CommandFailed):  # it has ended
        command.run(["systemctl", "stop", f"{unit}.service"], timeout_s=STOP_TIMEOUT_S)
