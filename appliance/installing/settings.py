"""The settings of an installed box: one file that an admin may edit, and secrets that only root reads."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from appliance import environment, sizes
from appliance.installing import queue
from appliance.installing.places import CREDENTIALS, ETC, LANE, SETTINGS, UNIT_FILES
from appliance.installing.placing import place

SECRET_BYTES: Final = 48
PRIVATE: Final = 0o600
FEW_CORES: Final = 3
INFERENCE_MAX: Final = 2
"""Of the inference processes where the settings do not say how many: each holds the models that it answers with."""

REDIS_MEMORY_SHARE: Final = 10
REDIS_MEMORY_MIN: Final = 256 << 20

NAMES: Final = "BASTIDE_NAMES"
"""The names and addresses by which people reach the box, the one of its address first."""

LINE: Final = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*=(?P<value>.*)")
QUEUE_SETTINGS: Final = ETC / "redis.conf"

HEADER: Final = """\
# Settings of Bastide, one NAME=VALUE a line. After a change: sudo bastide install
# No secret belongs here: those lie in /etc/bastide/credentials.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizing:
    """How the box is reached and how many processes it has."""

    names: tuple[str, ...]
    web: int
    inference: int
    batch: int

    @classmethod
    def of_machine(cls, names: tuple[str, ...], cores: int) -> Self:
        """Return what the settings say, or what fits a machine with so many cores."""
        return cls(
            names=names,
            web=count("BASTIDE_WEB_PROCESSES", 2 if cores > FEW_CORES else 1),
            inference=count("BASTIDE_INFERENCE_PROCESSES", min(cores, INFERENCE_MAX)),
            batch=count("BASTIDE_BATCH_PROCESSES", cores),
        )


def read(path: Path = SETTINGS) -> dict[str, str]:
    """Return what the settings file says; nothing where there is none."""
    try:
        return dict(pairs(environment.handed_over(path).read_text()))
    except FileNotFoundError:
        return {}


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield each name with its value, as systemd reads the file."""
    for line in text.splitlines():
        if not line.lstrip().startswith(("#", ";")) and (found := LINE.fullmatch(line)):
            yield found["name"], found["value"].strip().strip("\"'")


def count(name: str, fitting: int) -> int:
    """Return a number above zero that the settings say, or what is fitting. What cannot be meant is told elsewhere."""
    said = read().get(name, "")
    return (int(said) if said.isdecimal() else 0) or fitting


def names() -> tuple[str, ...]:
    """Return the names that an installed box has, or nothing before there is one."""
    return tuple(part.strip() for part in read().get(NAMES, "").split(",") if part.strip())


def address_of(name: str) -> str:
    """Return the address at which a box is reached by a name, or by an IP address."""
    return f"https://[{name}]" if ":" in name else f"https://{name}"


def upload_bytes_max() -> int:
    """Return how large a file may be that is uploaded."""
    said = read().get(environment.UPLOAD_BYTES_MAX, environment.UPLOAD_BYTES_MAX_DEFAULT)
    return sizes.parse(environment.UPLOAD_BYTES_MAX, said)


def place_settings(sizing: Sizing) -> bool:
    """Write the settings file if there is none. An admin's own is never written again."""
    if SETTINGS.exists():
        return False
    return place(SETTINGS, _text(sizing))


def _text(sizing: Sizing) -> str:
    fixed = {
        "BASTIDE_PUBLIC_URL": address_of(sizing.names[0]),
        NAMES: ",".join(sizing.names),
        "BASTIDE_WEB_PROCESSES": str(sizing.web),
        "BASTIDE_INFERENCE_PROCESSES": str(sizing.inference),
        "BASTIDE_BATCH_PROCESSES": str(sizing.batch),
    }
    lines = [f"{name}={value}" for name, value in fixed.items()]
    for name, _, (meaning, example) in environment.SETTINGS:
        if name not in environment.SECRETS:
            lines.append(f"\n# {meaning}\n# {name}={example}")
    return HEADER + "\n" + "\n".join(lines) + "\n"


def place_secrets() -> bool:
    """Make the secrets that there are not yet."""
    changed = False
    wanted = {"secret-key": secrets.token_urlsafe(SECRET_BYTES), "smtp-url": "", "mlflow-uri": ""}
    wanted |= {queue.login_file(user).name: queue.new_login(user) for user in queue.USERS}
    for name, value in wanted.items():
        path = CREDENTIALS / name
        if not path.exists():
            changed |= place(path, value, mode=PRIVATE)
    return changed


def place_queue_settings(memory_bytes: int) -> bool:
    """Write what the box's Redis is started with."""
    bound = max(REDIS_MEMORY_MIN, memory_bytes // REDIS_MEMORY_SHARE)
    values = {"memory_bytes": str(bound), "socket_directory": str(LANE)}
    values |= {f"{user}_sha256": queue.login(user).password_sha256 for user in queue.USERS}
    text = (UNIT_FILES / "redis.conf").read_text()
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return place(QUEUE_SETTINGS, text)


def written_at_s() -> float:
    """Return when a setting was last written, or a secret, in seconds since 1970."""
    return max(path.stat().st_mtime for path in (SETTINGS, *CREDENTIALS.iterdir()))
