"""Makes or updates `.venv` from hashed pins with the standard library only; `bastide` calls it when the stamp is wrong.

Where a bundle was unpacked, packages, their hashes and pip itself come from there, and nothing is asked of a network.

Safe to run twice at once: the second waits for the first. A venv without a stamp was left half made and is made anew.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PINS = ("run", "dev")
BUNDLE = ROOT / "bundle"
WHEELS = BUNDLE / "wheels"
BUNDLED_PINS = BUNDLE / f"pins-{sys.version_info.major}.{sys.version_info.minor}.txt"
LINES_SHOWN = 25
TRUST_HINT = (
    "put the authority of your company into /usr/local/share/ca-certificates/company.crt, then: sudo "
    "update-ca-certificates; sudo pip config --global set global.cert /etc/ssl/certs/ca-certificates.crt"
)


def requirements(pins: str) -> Path:
    """Return the file of pins."""
    return ROOT / "requirements" / f"{pins}.txt"


def stamp(pins: str) -> str:
    """Return what the venv must have been made of."""
    return f"{hashlib.sha256(requirements(pins).read_bytes()).hexdigest()} {PYTHON.resolve()}"


def stamp_file(pins: str) -> Path:
    """Return where the stamp is kept."""
    return VENV / f"stamp-{pins}"


def is_made(pins: str) -> bool:
    """Return whether the venv holds these pins."""
    try:
        return PYTHON.exists() and stamp_file(pins).read_text().strip() == stamp(pins)
    except FileNotFoundError:
        return False


def is_whole() -> bool:
    """Return whether an earlier run was finished, so that pip may build on it."""
    made_by = [file.read_text().strip().split(" ", 1)[-1] for file in VENV.glob("stamp-*")]
    return PYTHON.exists() and str(PYTHON.resolve()) in made_by


@contextmanager
def only_one() -> Iterator[None]:
    """Hold a lock on the directory of pins, which is always there and never replaced."""
    descriptor = os.open(ROOT / "requirements", os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is installing Python packages; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def say(sentence: str, end: str = "\n") -> None:
    """Tell whoever waits; stdout belongs to the command that follows."""
    sys.stderr.write(sentence + end)
    sys.stderr.flush()


def fail(message: str, hint: str) -> None:
    """End with an error in the form that every command uses."""
    sys.exit(f"error: {message}\ntry: {hint}")


def may_install() -> bool:
    """Return whether root, or sudo without a question, lets us install Debian packages."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        return True
    return bool(shutil.which("sudo")) and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0


def install_venv_module(programs: str, looks: str = "") -> None:
    """Install Debian's python3-venv, or end with the command to type; it names what the next step needs as well."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    command = f"sudo apt-get install python3-venv {programs}"
    message = "This Python cannot make virtual environments: Debian's package python3-venv is not installed."
    if looks:
        fail(f"{message} Who only looks gets nothing installed.", "sudo apt-get install python3-venv")
    if not may_install():
        fail(message, command)
    say("Installing Debian's python3-venv")
    prefix = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "python3-venv"]):
        done = subprocess.run([*prefix, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        say(done.stdout.decode(errors="replace"))
        fail("Debian's package python3-venv could not be installed.", command)


def create(programs: str, looks: str = "") -> None:
    """Make an empty venv in place of whatever is there."""
    options = []
    if BUNDLE.exists():
        options = ["--without-pip"]  # which is in the bundle; so Debian's python3-venv is not needed
    else:
        try:
            import ensurepip  # noqa: F401, PLC0415  # asked for here: Debian leaves it out of python3
        except ImportError:
            install_venv_module(programs, looks)
    say(f"Making .venv with {sys.executable}")
    if VENV.exists():
        shutil.rmtree(VENV)
    done = subprocess.run(
        [sys.executable, "-m", "venv", *options, str(VENV)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        say(done.stdout + done.stderr)
        fail(f"The virtual environment {VENV} could not be made.", "sudo apt-get install python3-venv")


def is_bundled(pins: str) -> bool:
    """Return whether the packages are in the bundle; those of development never are."""
    return BUNDLE.exists() and pins == "run"


def bundled_pip() -> list[str]:
    """Return how Python runs the pip of the bundle, straight from its wheel."""
    wheel = next(WHEELS.glob("pip-*.whl"), None)
    if wheel is None or not BUNDLED_PINS.exists():
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        fail(f"The bundle has no packages for Python {python}.", "make one for the Debian of this machine")
    return [f"{wheel}/pip"]


def install(pins: str) -> None:
    """Install the pins with pip, counting packages as they come.

    The pins are complete (`pip check` in scripts/lint says so), so pip need not resolve anything. Where it does, it
    takes an extra such as `coverage[toml]` for another package than the pinned one, tries its newest release, which has
    no hash here, and gives up.
    """
    pip, listed, environment = ["-m", "pip", "install"], requirements(pins), dict(os.environ)
    if is_bundled(pins):
        pip = [
            *bundled_pip(),
            "install",
            "--isolated",
            "--no-index",
            "--find-links",
            str(WHEELS),
            "--only-binary=:all:",
        ]
        listed, environment["PIP_CONFIG_FILE"] = BUNDLED_PINS, os.devnull
    total = sum(line[:1].isalnum() for line in listed.read_text().splitlines())
    argv = [str(PYTHON), *pip, "--disable-pip-version-check", "--no-input", "--progress-bar=off",
            "--no-deps", "--require-hashes", "-r", str(listed)]  # fmt: skip  # one line a thought
    started, count, lines = time.monotonic(), 0, []
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert process.stdout is not None, "pip's output is a pipe"
    for line in process.stdout:
        lines.append(line)
        count += line.startswith(("Collecting ", "Requirement already satisfied"))
        if sys.stderr.isatty():
            say(f"\rInstalling Python packages: {count} of at most {total}", end="")
    if process.wait():
        say("\n" + "".join(lines[-LINES_SHOWN:]))
        if is_bundled(pins):
            fail("The Python packages could not be installed.", "open the bundle again, in a directory with room")
        fail(*why("".join(lines)))
    line_start = "\r" if sys.stderr.isatty() else ""
    installed = sum(line.count(" ") - 1 for line in lines if line.startswith("Successfully installed "))
    say(f"{line_start}Installed {installed} Python packages in {time.monotonic() - started:.0f} s")


def why(output: str) -> tuple[str, str]:
    """Return what to say of a pip that failed: the message and what to do."""
    if "CERTIFICATE_VERIFY_FAILED" in output:
        return "The package index shows a certificate that this machine does not trust.", TRUST_HINT
    if "ProxyError" in output or "Cannot connect to proxy" in output:
        return "The proxy that is set does not lead to the package index.", "mend http_proxy and https_proxy"
    return (
        "The Python packages could not be installed.",
        "check that this machine reaches its package index, start again",
    )


def make(pins: str, programs: str, looks: str = "") -> None:
    """Bring the venv to these pins and stamp it."""
    if not is_whole():
        create(programs, looks)
    for each in PINS:
        stamp_file(each).unlink(missing_ok=True)
    say(f"Installing Python packages from requirements/{pins}.txt (once; a minute or two)")
    install(pins)
    # The development pins are the running pins and more, so they serve both.
    for each in PINS if pins == "dev" else (pins,):
        stamp_file(each).write_text(stamp(each) + "\n")


def main() -> None:
    """Make the venv for the pins named on the command line unless it is made.

    The second word names Debian packages, and a third says that somebody only looks: then none is installed.
    """
    pins, programs, *looks = sys.argv[1:]
    os.chdir(ROOT)  # what is started here finds nothing in the directory of whoever types the command
    try:
        with only_one():
            if not is_made(pins):
                make(pins, programs, *looks)
    except OSError as error:
        fail(
            f"The virtual environment {VENV} could not be made: {error}.",
            f"check who owns {ROOT} and whether its disk is full",
        )
    except KeyboardInterrupt:
        say("\nInterrupted. Type the same command again.")
        sys.exit(130)


if __name__ == "__main__":
    main()
