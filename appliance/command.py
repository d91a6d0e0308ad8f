"""Runs programs by argument list with a time limit, and turns their failures into errors that say what to do."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from appliance.errors import CommandFailed
from appliance.paths import ROOT

LINES_SHOWN: Final = 25
ENDS_WITHIN_S: Final = 10.0

KNOWN_FAILURES: Final = (
    ("No space left on device", "The disk is full.", "free some space, then run the same command again"),
    ("database is locked", "The database is locked by another program.", "close whatever has it open, then try again"),
    ("Could not get lock /var/lib", "Another program is installing packages.", "wait until it has finished"),
    ("Unable to locate package", "Debian's package lists are missing or old.", "sudo apt-get update"),
)


def run(
    argv: Sequence[str], *, timeout_s: float, environment: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> str:
    """Return what the program printed on stdout. Raise `CommandFailed` with its last words when it fails.

    It runs in `cwd`, or in `/` where that is gone: an uninstallation removes the code that runs it.
    """
    if shutil.which(argv[0]) is None:
        message = f"The program {argv[0]} is not installed."
        raise CommandFailed(message, f"install {argv[0]}, then try again")
    with subprocess.Popen(
        tied_to_us(argv), env=environment, cwd=cwd if cwd.is_dir() else "/",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, errors="replace",
    ) as process:  # fmt: skip  # one line each for where it runs and what comes back
        try:
            stdout, stderr = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            process.kill()
            message = f"{words(argv)} had not ended after {timeout_s:g} s."
            raise CommandFailed(message, "try again when the machine is quiet") from error
        except KeyboardInterrupt:  # Ctrl-C and its kin: apt and systemctl put away what they have in hand
            _end(process)
            raise
    if process.returncode:
        raise failure(argv, subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr))
    return stdout


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(ENDS_WITHIN_S)
    process.kill()


def tied(argv: Sequence[str]) -> list[str]:
    """Return the command so that it ends when whoever started it dies, however that comes about."""
    return ["/usr/bin/setpriv", "--pdeathsig", "TERM", "--", *argv]


def tied_to_us(argv: Sequence[str]) -> list[str]:
    """Return the command so that it ends when this process dies; systemd ends what its services leave by itself."""
    is_service = os.environ.get("SYSTEMD_EXEC_PID") == str(os.getpid())
    return list(argv) if is_service else tied(argv)


def words(argv: Sequence[str]) -> str:
    """Return the command as a person would type it."""
    return " ".join(Path(part).name if part.startswith(os.sep) else part for part in argv)


def failure(argv: Sequence[str], done: subprocess.CompletedProcess[str]) -> CommandFailed:
    """Return the error for a program that failed: its own sentence, one we know, or its last lines."""
    output = done.stdout + done.stderr
    _, is_ours, sentence = done.stderr.rpartition("CommandError: ")
    if is_ours:
        # A command of the control plane: what came of it stands on stdout, if anything did; then why, then the hint.
        message, _, hint = f"{done.stdout.strip()}\n{sentence.strip()}".strip().partition("\n")
        return CommandFailed(message, hint)
    for pattern, message, hint in KNOWN_FAILURES:
        if pattern in output:
            return CommandFailed(message, hint)
    lines = "\n".join(output.strip().splitlines()[-LINES_SHOWN:])
    return CommandFailed(
        f"{words(argv)} ended with status {done.returncode}:\n{lines}",
        "mend what it says, then run the same command again",
    )
