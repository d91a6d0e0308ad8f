"""Runs a whole box in this terminal: checks, set-up, processes, examples; whatever ends it ends all of it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psutil

from appliance import ending, environment, examples, lock, packages, readiness, steps
from appliance.box import Box, Options
from appliance.checks.preflight import preflight
from appliance.ending import Ended
from appliance.errors import ApplianceError
from appliance.paths import DataDirectory

FORMER_BOX_TIMEOUT_S: Final = 12.0
"""So long a socket may answer of which nobody knows whose it is."""

FORMER_BOX_ENDS_WITHIN_S: Final = 60.0
"""Processes of a box that was killed finish what they have in hand, on a machine that may be busy."""

POLL_S: Final = 0.1
PRIVATE_UMASK: Final = 0o077
"""Whatever a box writes is for its own account only."""


def up(options: Options, say: Callable[[str], None], before_ready: Callable[[], None] = lambda: None) -> None:
    """Run the box until it is told to end. Raise when it cannot start or breaks.

    `before_ready` is called once it runs, before it is said to be ready.
    """
    environment.check()
    say(f"Starting a box in {options.data.root}; Ctrl-C ends it")
    os.umask(PRIVATE_UMASK)
    options.data.make()
    with ending_on_signals(say), lock.held(options.data, options.address.url):
        wait_for_former_box(options.data)
        packages.ensure([("redis-server", "redis-server")], say)
        preflight(options.data, options.address, say, force=options.force)
        steps.set_up(options.data, say)
        with Box(options) as box, telling_of_the_end(say):
            say("  Starting the processes")
            box.start()
            if options.with_examples:
                publish_examples(options, say)
            before_ready()
            say(f"Bastide is ready at {options.address.url} ({how_to_log_in(options.data)})")
            box.watch(say)


def how_to_log_in(data: DataDirectory) -> str:
    """Return who may log in; where the password stands only while it is the first one, since its file goes with it."""
    return f"user admin, password in {data.admin_password}" if data.admin_password.exists() else "user admin"


def publish_examples(options: Options, say: Callable[[str], None]) -> None:
    """Publish the examples that this data directory has never had."""
    names = examples.missing(options.data)
    for number, name in enumerate(names, start=1):
        say(f"  Training and publishing the example {name} ({number} of {len(names)})")
        examples.publish(options.data, options.address.url, name)


@contextmanager
def ending_on_signals(say: Callable[[str], None]) -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and the closing of the terminal into a quiet end."""
    try:
        with ending.raised():
            yield
    except Ended:
        say("The box has ended.")


@contextmanager
def telling_of_the_end(say: Callable[[str], None]) -> Iterator[None]:
    """Say that the end is under way as soon as somebody asked for it."""
    try:
        yield
    except Ended:
        say("Ending the box (a few seconds) …")
        raise


def wait_for_former_box(data: DataDirectory) -> None:
    """Wait until the processes of a box that was killed have ended. Raise when another program has its sockets."""
    began_s = time.monotonic()
    deadline_s, last_s = began_s + FORMER_BOX_TIMEOUT_S, began_s + FORMER_BOX_ENDS_WITHIN_S
    for name, path in (("Redis", data.redis_socket), ("supervisor", data.supervisor_socket)):
        while readiness.socket_answers(path):
            if time.monotonic() > (last_s if is_former_supervisor(data) else deadline_s):
                message = f"The {name} socket {path} is in use by another program."
                raise ApplianceError(message, "end the program that listens there, or choose another --data-dir")
            time.sleep(POLL_S)
    while is_former_supervisor(data):
        if time.monotonic() > last_s:
            message = f"A box that was killed does not end: {data.supervisor_pid.read_text().strip()} still runs."
            raise ApplianceError(message, f"kill -9 {data.supervisor_pid.read_text().strip()}")
        time.sleep(POLL_S)


def is_former_supervisor(data: DataDirectory) -> bool:
    """Return whether the supervisord of a former box still runs; it would take the new one's socket away as it ends."""
    try:
        return str(data.supervisor_configuration) in psutil.Process(int(data.supervisor_pid.read_text())).cmdline()
    except (OSError, ValueError, psutil.Error):
        return False
