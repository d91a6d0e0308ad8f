"""Makes this machine the box, step by step; what is done already is left as it is, so that a next try goes on there."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

import psutil

from appliance.bundling import bundled
from appliance.care import canary
from appliance.care.settings_file import NECESSARY, check_settings
from appliance.checks.check import Check, Status
from appliance.checks.preflight import forced_before, write
from appliance.errors import ApplianceError
from appliance.examples import EXAMPLES
from appliance.installing import (
    admission,
    contents,
    firewall,
    fitness,
    front,
    front_trial,
    machine,
    naming,
    neighbours,
    probing,
    release,
    running,
    settings,
    units,
    wanting,
)
from appliance.installing.places import COMMAND, CREDENTIALS, CURRENT, DATA, OPT, RELEASES, SETTINGS, TLS, TRUST, UNITS
from appliance.installing.placing import place_link
from appliance.installing.root import let_others_read, require_root
from appliance.keeping.alone import held
from appliance.keeping.mending import require_whole
from appliance.keeping.noting import account
from appliance.tls.directory import TlsDirectory
from appliance.tls.status import status
from appliance.tls.trust import grouped

READY_TIMEOUT_S: Final = 90.0
PACKAGES: Final = "Debian packages"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What the command line asks for.

    `names`: those by which people reach the box, the first one in its address. `force`: why somebody wants it although
    a check fails.
    """

    names: tuple[str, ...]
    version: str
    with_examples: bool = True
    force: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to do; it tells whether it changed anything. `touches`: what it may change, for people."""

    title: str
    run: Callable[[], bool]
    touches: tuple[str, ...] = ()


def install(wish: Wish, say: Callable[[str], None]) -> None:
    """Install the box. Raise when the machine is not fit, before anything is touched, or at the step that fails."""
    started_s = time.monotonic()
    require_root()
    let_others_read()
    require_good_settings(names=wish.names)
    found, passed_over = checked(wish, say)
    for line in naming.told(wish.names):
        say(line)
    changed: list[str] = []
    OPT.mkdir(exist_ok=True)
    with held():
        require_whole(say)
        for step in steps(wish, say, changed):
            step_s = time.monotonic()
            if step.run():
                changed.append(step.title)
                say(f"  {step.title} ({time.monotonic() - step_s:.1f} s)")
    reason, by = (wish.force, account()) if passed_over else forced_before(DATA, found)
    write(DATA, found, reason=reason, by=by)
    if passed_over:
        running.manage("note_forced", wish.force, account(), *(check.id for check in passed_over))
    tell(wish, say, changed, time.monotonic() - started_s)


def tell(wish: Wish, say: Callable[[str], None], changed: Sequence[str], took_s: float) -> None:
    """Say what a person needs to go on with."""
    say(f"Installed in {took_s:.0f} s." if changed else "Nothing had to be changed.")
    authority = status(TlsDirectory(root=TLS), datetime.now(UTC)).authority_sha256
    if authority:
        say("The box vouches for itself. SHA-256 of its authority, to compare in the browser:")
        for line in grouped(authority):
            say(f"  {line}")
        say(f"How browsers come to trust it: {settings.address_of(wish.names[0]).replace('https', 'http', 1)}/trust/")
    for sentence in naming.remarks(wish.names):
        say(sentence)
    password = f"user admin, password in {DATA.admin_password}" if DATA.admin_password.exists() else "user admin"
    say(f"Bastide is ready at {settings.address_of(wish.names[0])} ({password})")


def require_good_settings(names: Sequence[str] = ()) -> None:
    """Raise if a setting of the installed box cannot be meant: what is made of it could not be either.

    `names`: those that the box is to have from now on; what the settings say of others is written anew.
    """
    if not SETTINGS.exists():
        return
    anew = {f"setting_{name.lower()}" for name in NECESSARY} if names and naming.are_other(names) else set()
    for check in check_settings():
        if check.status is Status.FAILED and check.id not in anew:
            message = f"The settings in {SETTINGS} cannot be put to use: {check.measured}."
            raise ApplianceError(message, check.hint)


def checked(wish: Wish, say: Callable[[str], None]) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return what the checks found and what of it is passed over; say what is not right. Raise for an unfit machine."""
    name = release.name(wish.version)
    found = fitness.checks(wish.names[0], name)
    in_the_way = admission.obstacles(found, is_here=neighbours.running() == name)
    for line in admission.lines(found, in_the_way):
        say(line)
    admission.require_none(in_the_way, wish.force)
    if wish.force and not in_the_way:
        say("  --force was not needed, and is not recorded")
    return found, in_the_way


def steps(wish: Wish, say: Callable[[str], None], changed: Sequence[str]) -> Iterator[Step]:
    """Yield the steps in their order."""
    yield from machine_steps(say)
    yield from release_steps(release.name(wish.version))
    yield from box_steps(wish, say)
    yield Step(title="Database", run=contents.migrate, touches=(str(DATA.database),))
    yield Step(title="First account", run=contents.make_first_admin, touches=(str(DATA.admin_password),))
    yield Step(title="Start", run=lambda: _started(wish.names[0], changed))
    if wish.with_examples:
        for name in EXAMPLES:
            yield Step(
                title=f"Example {name}", run=partial(contents.publish_example, name), touches=(str(DATA.models),)
            )
    yield Step(title="A prediction and a job, as a client asks", run=lambda: bool(changed) and _asked(wish.names[0]))


def machine_steps(say: Callable[[str], None]) -> Iterator[Step]:
    """Yield what is taken from Debian."""
    yield Step(title=PACKAGES, run=lambda: machine.install_packages(say))
    yield Step(title="Accounts", run=machine.make_accounts, touches=machine.accounts())
    yield Step(title="Directories", run=machine.make_directories, touches=machine.directories())


def release_steps(name: str) -> Iterator[Step]:
    """Yield how the code comes onto the machine."""
    touches = (str(RELEASES / name), str(CURRENT), str(COMMAND))
    yield Step(title=f"Release {name}", run=lambda: _made(name), touches=touches[:1])
    yield Step(title="Switch", run=lambda: release.switch(name), touches=touches[1:2])
    yield Step(title="Command", run=lambda: place_link(COMMAND, CURRENT / "bastide"), touches=touches[2:])
    if bundled.BUNDLE.exists():
        yield Step(title="Key of bundles", run=bundled.trust_key, touches=(str(bundled.TRUSTED),))


def box_steps(wish: Wish, say: Callable[[str], None]) -> Iterator[Step]:
    """Yield the settings, secrets, certificate and units."""
    sizing = wanting.sizing(wish.names)
    memory_bytes = psutil.virtual_memory().total
    wanted = units.names(sizing.inference, sizing.batch)
    yield Step(
        title="Settings",
        run=lambda: settings.place_settings(sizing) or naming.place_names(wish.names),
        touches=(str(SETTINGS),),
    )
    yield Step(title="Secrets", run=settings.place_secrets, touches=(f"{CREDENTIALS}/",))
    yield Step(
        title="Queue", run=lambda: settings.place_queue_settings(memory_bytes), touches=(str(settings.QUEUE_SETTINGS),)
    )
    yield Step(title="Certificate", run=lambda: front.certify(wish.names), touches=(f"{TLS}/", f"{TRUST}/"))
    yield Step(
        title="Front",
        run=lambda: front_trial.place_tried(wish.names, settings.upload_bytes_max()),
        touches=(str(front.CONFIGURATION),),
    )
    yield Step(
        title="Bound on connections",
        run=lambda: firewall.place_firewall(say),
        touches=(str(firewall.CONFIGURATION), f"table {' '.join(firewall.TABLE)} of the kernel's packet filter"),
    )
    yield Step(
        title="Units",
        run=lambda: units.place_units() | units.enable(wanting.units_wanted()),
        touches=(
            *(str(UNITS / path.name) for path in units.files()),
            *(f"unit {name}" for name in (*wanted, firewall.SERVICE)),
        ),
    )


def _made(name: str) -> bool:
    if release.is_whole(name):
        return False
    release.make(name)
    return True


def _started(host: str, changed: Sequence[str]) -> bool:
    """Start what does not run, and anew what runs by files that have changed. The sockets stay open meanwhile.

    What `bastide config set` wrote is no step of an installation, and holds from here on all the same.
    """
    is_new = not units.is_active(units.TARGET)
    units.systemctl("start", units.TARGET)
    is_stale = not is_new and settings.written_at_s() > units.started_at_s()
    if is_stale or (changed and not is_new):
        units.restart_services()
    probing.wait_until_ready(host, READY_TIMEOUT_S)
    return is_new or is_stale


def _asked(host: str) -> bool:
    """Ask what clients ask. Return False where no model is deployed that could answer."""
    with canary.made() as asker:
        if asker is None:
            return False
        status, body = canary.predict(host, asker)
        if not canary.predictions_in(body):
            message = f"The box does not answer the example row of {asker.endpoint}: {status or '-'}, {body[:300]}"
            raise ApplianceError(message, "journalctl -u 'bastide*' -n 50 tells why; then run the same command again")
        canary.run_job(host, asker)
    return True
