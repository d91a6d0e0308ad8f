"""Keeps the box's processes together: adopts what loses its parent, and ends everything that is left."""

import ctypes
import os
from typing import Final

import psutil

PR_SET_CHILD_SUBREAPER: Final = 36
GRACE_S: Final = 5.0


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own, so that none can get away."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), "prctl")


def reap(supervisor_pid: int) -> None:
    """Collect adopted processes that have ended. The supervisor's own end is left for whoever started it."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid == supervisor_pid:
            return
        os.waitpid(ended.si_pid, 0)


def end_strays(supervisor_pid: int) -> None:
    """Kill adopted processes that still run: their parent died, and nobody else will end them."""
    for process in psutil.Process().children():
        if process.pid != supervisor_pid:
            _kill(process)


def end_all() -> None:
    """End every descendant: politely, then by force. Returns when none is left."""
    me = psutil.Process()
    for process in me.children(recursive=True):
        _terminate(process)
    psutil.wait_procs(me.children(recursive=True), timeout=GRACE_S)
    # Killing a parent hands its children to us, so look again until there is nobody to kill.
    while left := me.children(recursive=True):
        for process in left:
            _kill(process)
        psutil.wait_procs(left, timeout=GRACE_S)


def _terminate(process: psutil.Process) -> None:
    try:
        process.terminate()
    except psutil.NoSuchProcess:
        return


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
