"""A real Debian with systemd, booted in a container, in which the box is installed as on any machine."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from appliance.command import tied
from appliance.paths import ROOT
from tests.system.network import Network

PACKAGES: Final = (
    *("systemd", "systemd-sysv", "dbus", "python3", "python3-venv", "ca-certificates"),
    *("iproute2", "util-linux", "curl", "openssl"),
)
CACHE: Final = Path(os.environ.get("BASTIDE_TEST_CACHE", "/var/tmp/bastide-machines"))  # large, and kept
CHECKOUT: Final = "/root/bastide"
SETTINGS_OF_PIP: Final = (
    Path("/etc/pip.conf"),
    Path("/etc/xdg/pip"),
    Path.home() / ".config/pip",
    Path.home() / ".pip",
)
SETTINGS_OF_APT: Final = (Path("/etc/apt/apt.conf.d"), Path("/etc/apt/apt.conf"), Path("/etc/apt/auth.conf.d"))
BOOT_TIMEOUT_S: Final = 60.0
GROUP_TIMEOUT_S: Final = 10.0
DISK: Final = "16g"
AS_IT_IS: Final = ("--format=posix", "--numeric-owner", "--same-permissions", "--acls", "--xattrs", "--sparse")
"""How tar packs and unpacks a disk."""

RELEASES: Final = ("bookworm", "trixie")


def groups() -> Path:
    """Return where this machine's kernel shows its groups of processes, of the second version."""
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    return Path(next(place for _, place, kind, *_ in mounts if kind == "cgroup2"))


def remove_group(group: Path) -> None:
    """Remove a group of processes that have ended, with those in it; what is busy for a moment is waited for."""
    deadline_s = time.monotonic() + GROUP_TIMEOUT_S
    while group.exists():
        for path, _, _ in os.walk(group, topdown=False):
            with suppress(OSError):
                Path(path).rmdir()
        if time.monotonic() > deadline_s:
            message = f"Processes are left in {group}."
            raise TimeoutError(message)
        time.sleep(0.1)


def root_of(release: str, more: Sequence[str] = ()) -> Path:
    """Return the directory of a bare Debian, with more packages than the usual ones, made once a machine."""
    packages = (*PACKAGES, *more)
    root = CACHE / f"{release}-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:8]}"
    if not (root / "etc/debian_version").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        draft = CACHE / f".{release}.{os.getpid()}"
        include = f"--include={','.join(packages)}"
        subprocess.run(["mmdebstrap", "--variant=apt", include, release, str(draft)], check=True, capture_output=True)
        draft.rename(root)
    return root


class Machine:
    """One booted machine; its disk is a copy that goes with it."""

    def __init__(
        self,
        directory: Path,
        release: str = "bookworm",
        *,
        is_offline: bool = False,
        more: Sequence[str] = (),
        disk: Path | None = None,
    ) -> None:
        """Copy `disk`, packed, of a machine that was switched off, else a bare Debian with `more` packages."""
        self.root = directory / "root"
        self.name = f"box-{os.getpid()}-{directory.name[:20]}"
        self.notes: dict[str, str] = {}
        """What was seen of it on the way, for tests that come when it is over."""
        self._release = release
        self._is_offline = is_offline
        self._more = more
        self._disk = disk
        self.network = Network()
        self.address = self.network.address
        self._log = directory / "boot.log"
        self._group = groups() / self.name

    def __enter__(self) -> Self:
        self.root.mkdir()
        # In memory: a disk that tells its device of each file that goes takes minutes to forget a machine.
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "bastide-machine", self.root], check=True
        )
        if self._disk:
            subprocess.run(["tar", *AS_IT_IS, "--extract", f"--file={self._disk}"], cwd=self.root, check=True)
        else:
            subprocess.run(["cp", "-a", f"{root_of(self._release, self._more)}/.", self.root], check=True)
        (self.root / "etc/machine-id").write_text("")
        (self.root / "etc/hostname").write_text("box\n")
        if not self._is_offline:
            self._bring_settings()
        self.boot()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.power_off()
        remove_group(self._group)
        self.network.close()
        subprocess.run(["umount", "--lazy", self.root], check=True)
        self.root.rmdir()

    def boot(self) -> None:
        """Start it, and return when systemd has come up."""
        argv = ["systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}", f"--machine={self.name}"]
        argv += [
            "--register=no",
            "--keep-unit",
            "--link-journal=no",
            "--timezone=off",
            "--resolv-conf=copy-host",
            *self.network.options,
        ]
        argv += [] if self._is_offline else [f"--bind-ro={path}" for path in local_packages()]
        # In a group of its own: else all machines would share one, and each systemd take the units of the others away.
        remove_group(self._group)
        self._group.mkdir()
        argv = ["sh", "-c", 'echo $$ >"$0" && exec "$@"', str(self._group / "cgroup.procs"), *argv]
        environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        with self._log.open("ab") as log:
            self._nspawn = subprocess.Popen(
                tied(argv), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        deadline_s = time.monotonic() + BOOT_TIMEOUT_S
        while not self._is_up():
            if time.monotonic() > deadline_s or self._nspawn.poll() is not None:
                raise RuntimeError(self._log.read_text(errors="replace")[-3000:])
            time.sleep(0.2)
        if not self._is_offline:
            self.network.connect(self.run)

    def _is_up(self) -> bool:
        try:
            return self.run("systemctl", "is-system-running", check=False).strip() in {"running", "degraded"}
        except (OSError, subprocess.SubprocessError, IndexError):
            return False

    def connect(self) -> str:
        """Let one that is offline reach this machine, and nothing behind it. Return this machine's address there."""
        self.network.connect(self.run)
        self.run("ip", "route", "delete", "default")
        return self.network.gateway

    def power_off(self) -> None:
        """Stop it as a power cut would: nothing is told to end."""
        if self._nspawn.poll() is None:
            os.kill(self.leader, signal.SIGKILL)
            self._nspawn.wait(timeout=60)

    def switch_off(self) -> None:
        """Let systemd end everything first, as whoever presses the button does."""
        self.run("systemctl", "--no-block", "poweroff")
        self._nspawn.wait(timeout=BOOT_TIMEOUT_S)

    @property
    def leader(self) -> int:
        """The process that is number 1 in there."""
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        return int(children[0])

    def run(
        self, *argv: str, check: bool = True, timeout_s: float = 120.0, variables: Mapping[str, str] | None = None
    ) -> str:
        """Return what a command printed in there, with what it said of errors."""
        done = self._enter(argv, timeout_s, variables)
        if check and done.returncode:
            message = f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout[-6000:]}{done.stderr[-6000:]}"
            raise RuntimeError(message)
        return done.stdout + done.stderr

    def _enter(
        self, argv: Sequence[str], timeout_s: float, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = ["nsenter", "--target", str(self.leader), "--all", "--wdns=/root", "--", "env", "-i"]
        command += [f"{name}={value}" for name, value in {**self._environment(), **(variables or {})}.items()]
        return subprocess.run(
            [*command, *argv], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    def bring_checkout(self) -> None:
        """Copy this checkout in, as an admin who unpacked it would have it."""
        target = self.root / CHECKOUT.lstrip("/")
        files = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout.decode()
        for name in filter(None, files.split("\0")):
            if (ROOT / name).exists():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target / name)

    def _bring_settings(self) -> None:
        """Let apt and pip find their packages where this machine finds them."""
        for path in (*SETTINGS_OF_PIP, *SETTINGS_OF_APT):
            target = self.root / str(path).lstrip("/")
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True)
            elif path.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
        certificates = Path("/etc/ssl/certs/ca-certificates.crt")
        shutil.copy2(certificates, self.root / "etc/ssl/certs/ca-certificates.crt")

    def _environment(self) -> Mapping[str, str]:
        kept = {} if self._is_offline else settings_of_shell()
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {**kept, "PATH": path, "HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb"}


def settings_of_shell() -> Mapping[str, str]:
    """Return the variables by which pip and apt of this machine find their packages."""
    return {
        name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.lower().endswith("_proxy")
    }


def local_packages() -> Sequence[Path]:
    """Return the directories of this machine that pip is told to look in."""
    done = subprocess.run(["pip", "config", "list"], capture_output=True, text=True, check=False)
    found = re.findall(r"(?:file://)?(/[^\s'\"]+)", done.stdout)
    directories = {path for each in found if (path := Path(each)).is_dir()}
    # An index in files tells of packages that lie beside it.
    return sorted({path.parent if path.name == "simple" else path for path in directories})
