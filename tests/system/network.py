"""A network for each machine of the tests: its own addresses and ports, and by this machine a way to the world."""

import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

LOCKS: Final = Path("/run/lock/bastide-machines")
MTU: Final = "1400"
"""As small as any link between here and the world may be."""

TRANSLATION: Final = """
table ip bastide_tests
delete table ip bastide_tests
table ip bastide_tests {
    chain out {
        type nat hook postrouting priority 100;
        ip saddr 10.213.0.0/16 ip daddr != 10.213.0.0/16 masquerade
    }
}
"""


class Network:
    """One of the networks 10.213.N.0/24, held as long as this object: .1 and .3 are this machine, .2 the booted one."""

    def __init__(self) -> None:
        LOCKS.mkdir(parents=True, exist_ok=True)
        for number in range(1, 250):
            self._lock = os.open(LOCKS / str(number), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(self._lock)
                continue
            self.number = number
            return
        raise RuntimeError("All networks of the tests are in use.")

    @property
    def address(self) -> str:
        """The address of the booted machine."""
        return f"10.213.{self.number}.2"

    @property
    def gateway(self) -> str:
        """The address of this machine."""
        return f"10.213.{self.number}.1"

    @property
    def neighbour(self) -> str:
        """Another address of this machine, as of somebody else."""
        return f"10.213.{self.number}.3"

    @property
    def options(self) -> tuple[str, ...]:
        """What systemd-nspawn is told."""
        return ("--private-network", f"--network-veth-extra=bst{self.number}:host0")

    def connect(self, run: Callable[..., str]) -> None:
        """Set up both ends; `run` runs a command in the booted machine."""
        here = f"bst{self.number}"
        for address in (self.gateway, self.neighbour):
            _run("ip", "address", "replace", f"{address}/24", "dev", here)
        _run("ip", "link", "set", here, "mtu", MTU, "up")
        run("ip", "address", "replace", f"{self.address}/24", "dev", "host0")
        run("ip", "link", "set", "host0", "mtu", MTU, "up")
        run("ip", "route", "replace", "default", "via", self.gateway)
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        subprocess.run(["nft", "-f", "-"], input=TRANSLATION, text=True, check=True, capture_output=True)

    def close(self) -> None:
        """Let another have it; its ends went with the machine."""
        os.close(self._lock)


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)
