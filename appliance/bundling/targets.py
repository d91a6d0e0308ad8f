"""The Debians that a bundle may be for, and what a package made elsewhere must know of each."""

import platform
from dataclasses import dataclass
from typing import Final

from appliance.bundling.opening import this_machine
from appliance.errors import ApplianceError

GLIBC_MINOR_MIN: Final = 5
"""The oldest C library that wheels are made for has version 2.5."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A Debian: its number and code name, its Python, the minor version of its C library."""

    number: str
    codename: str
    python: str
    glibc_minor: int

    @property
    def python_minor(self) -> str:
        """Its Python without the last part, such as 3.11."""
        return self.python.rpartition(".")[0]

    @property
    def abi(self) -> str:
        """What compiled wheels call that Python."""
        return f"cp{self.python_minor.replace('.', '')}"

    @property
    def platforms(self) -> tuple[str, ...]:
        """What wheels may be made for to run there, on a processor like this machine's."""
        processor = platform.machine()
        minors = range(self.glibc_minor, GLIBC_MINOR_MIN - 1, -1)
        named = (f"manylinux{year}_{processor}" for year in ("2014", "2010", "1"))
        return (*(f"manylinux_2_{minor}_{processor}" for minor in minors), *named)

    @property
    def marker(self) -> dict[str, str]:
        """What a pin's condition may ask of it."""
        return {
            "implementation_name": "cpython",
            "implementation_version": self.python,
            "os_name": "posix",
            "platform_machine": platform.machine(),
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": self.python,
            "python_version": self.python_minor,
            "sys_platform": "linux",
        }


TARGETS: Final = {
    "12": Target(number="12", codename="bookworm", python="3.11.2", glibc_minor=36),
    "13": Target(number="13", codename="trixie", python="3.13.5", glibc_minor=41),
}


def targets_of(numbers: list[str]) -> list[Target]:
    """Return the Debians that were asked for, each once; without any, the one of this machine."""
    here = this_machine().debian
    if not numbers and here not in TARGETS:
        message = f"This machine has {f'Debian {here}' if here else 'no Debian'}, for which no bundle can be made."
        raise ApplianceError(message, "name the Debian of the box: --debian 12, or 13")
    return [TARGETS[number] for number in dict.fromkeys(numbers or [here])]
