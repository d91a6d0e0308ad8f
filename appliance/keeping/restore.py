"""Puts a backup in place of what the box is, and the box back as it was when that fails."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Final

import psutil

from appliance import command
from appliance.installing import firewall, front, front_trial, probing, running, settings, units, wanting
from appliance.installing.clearing import remove
from appliance.installing.contents import EXAMPLES
from appliance.installing.places import CREDENTIALS, CURRENT, DATA, ETC, SETTINGS, TLS, TMPFILES
from appliance.installing.placing import place
from appliance.keeping import archive, database, journal_files, migrations, placed, under_way
from appliance.keeping.archive import JOURNAL_KEY, Manifest
from appliance.keeping.former import Former, remove_older
from appliance.keeping.noting import account
from appliance.keeping.room import require_room
from appliance.ownership import as_owner, give, give_file, ids, made
from appliance.tls.directory import File, TlsDirectory

READY_TIMEOUT_S: Final = 120.0
TIMEOUT_S: Final = 60.0
PRIVATE: Final = 0o600
READ_BY_CARE: Final = 0o640
"""By its group, as `systemd/tmpfiles.conf` has it: it is backed up."""

SIZES: Final = ("BASTIDE_WEB_PROCESSES", "BASTIDE_INFERENCE_PROCESSES", "BASTIDE_BATCH_PROCESSES")
"""Settings that fit the machine, and not what the box holds."""

OF_DATA: Final = (
    *(DATA.database.with_name(f"{DATA.database.name}{suffix}") for suffix in ("", "-wal", "-shm")),
    *(DATA.admin_password, DATA.models, DATA.spool, DATA.redis, EXAMPLES),
)
OF_ETC: Final = (SETTINGS, CREDENTIALS, TLS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What was typed: the backup, and the names that the box is to have if not those of the backup."""

    path: Path
    names: tuple[str, ...] = ()


def described(manifest: Manifest, names: tuple[str, ...]) -> Iterator[str]:
    """Yield what comes and what goes, a line each, for whoever decides."""
    yield f"The backup: {', '.join(manifest.names)}, made {manifest.created_at} by release {manifest.release}"
    yield f"  {database.sentence(manifest.counts)}"
    if not manifest.with_results:
        yield "  without the files of batch jobs: their results cannot be fetched afterwards"
    if not manifest.with_journal:
        yield "  without the journal: predictions of before cannot be found, and drift is looked for anew"
    yield f"This box:   {', '.join(settings.names())}, release {CURRENT.readlink().name}"
    yield f"  {database.sentence(database.counts(DATA.database) if DATA.database.exists() else {})}"
    yield f"All of it is replaced. The box will be {', '.join(names or manifest.names)}."


def restore(order: Order, manifest: Manifest, say: Callable[[str], None]) -> None:
    """Put a backup that was verified in place. Raise when that fails; then the box is as it was."""
    hint = f"upgrade this box to release {manifest.release} or a newer one first, then restore"
    migrations.require_known(
        manifest.migrations, CURRENT.resolve(), f"The backup is newer: release {manifest.release}", hint
    )
    require_room(DATA.root, sum(member.size_bytes for member in manifest.members.values()))
    with staged() as (named, staging):
        say("  Unpacking")
        archive.unpacked(order.path, staging)
        _migrate(named, staging, say)
        with _stopped(say) as former:
            sizes = {name: value for name, value in settings.read().items() if name in SIZES}
            former.set_aside()
            command.run(["systemd-tmpfiles", "--create", str(TMPFILES)], timeout_s=TIMEOUT_S)
            _place_data(staging, manifest)
            _place_settings(staging, order.names, sizes)
            running.manage("note_restoration", manifest.created_at, account())
            say("  Starting the services")
            names = settings.names()
            firewall.place_firewall(say)
            units.enable(wanting.units_wanted())
            units.systemctl("start", units.TARGET)
            probing.wait_until_ready(names[0], READY_TIMEOUT_S)
            under_way.end()
    for root in (DATA.root, ETC):
        remove_older(root, former.stamp)
    for record in placed.records():
        if record.is_migrated:  # its database is of a box that is no more
            remove(record.directory)
    say(f"  What the box was is in {DATA.root}/.former-{former.stamp} and {ETC}/.former-{former.stamp}")


@contextmanager
def staged() -> Iterator[tuple[Path, Path]]:
    """Give a directory on the data's disk that is gone afterwards: its name, and root's way to it (see `made`).

    Others may go through it, to the database that is handed to the site's account, and look at nothing.
    """
    staging = DATA.root / f".restore-{token_hex(8)}"
    try:
        with made(staging, mode=0o711) as way:
            try:
                yield staging, way
            finally:
                for each in way.iterdir():
                    shutil.rmtree(each, ignore_errors=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _stopped(say: Callable[[str], None]) -> Iterator[Former]:
    """Stop the box and give what it is, to be set aside; have it back and run unless everything inside succeeds."""
    former: Former | None = None
    is_done = False
    try:
        say("  Stopping the services")
        units.systemctl("stop", units.TARGET, *sorted(units.enabled()))
        # Not before: with who has it open, what SQLite keeps beside its database goes.
        former = Former.of(f"{datetime.now(UTC):%Y%m%dT%H%M%S}", {DATA.root: OF_DATA, ETC: OF_ETC})
        under_way.begin(former)
        yield former
        is_done = True
    finally:  # also for Ctrl-C and its kin: nobody is to be left with half a box
        if not is_done:
            say("  It failed; putting back what the box was")
            if former is None:
                units.systemctl("start", units.TARGET)
            else:
                undo(former, say)


def undo(former: Former, say: Callable[[str], None]) -> None:
    """Let the box be what it was before a restoration, however far that came."""
    units.systemctl("stop", units.TARGET, *sorted(units.enabled()))
    former.put_back()
    front.certify(settings.names())
    settings.place_queue_settings(psutil.virtual_memory().total)  # with the logins of before
    front.place_front(settings.names(), settings.upload_bytes_max())
    firewall.place_firewall(say)
    units.enable(wanting.units_wanted())
    units.systemctl("start", units.TARGET)
    under_way.end()


def _migrate(named: Path, staging: Path, say: Callable[[str], None]) -> None:
    """Bring the backup's database to the present release before anything is touched."""
    (staging / "database" / "spool" / "uploads").mkdir(parents=True)  # without it the site's own checks fail
    give(staging / "database", ids("bastide", "bastide"), directory_mode=0o700, file_mode=READ_BY_CARE)
    directory = named / "database"
    if migrations.are_pending(CURRENT, directory / "db.sqlite3"):
        say("  Bringing the backup's database to this release")
        migrations.apply(CURRENT, directory)


def _place_data(staging: Path, manifest: Manifest) -> None:
    (staging / "database" / "db.sqlite3").rename(DATA.database)
    shared = ids("bastide", "bastide-worker")
    for digest in manifest.models:
        give(staging / "models" / digest, shared, directory_mode=0o2750, file_mode=0o640)
        (staging / "models" / digest).rename(DATA.models / digest)
    for job in sorted((staging / "results").glob("*")):
        give(job, shared, directory_mode=0o2770, file_mode=0o660)
        job.rename(DATA.spool / "batch" / job.name)
    for endpoint in sorted((staging / "journal").glob("*")):
        give(endpoint, shared, directory_mode=0o2770, file_mode=0o660)
        endpoint.rename(DATA.spool / "journal" / endpoint.name)
    if (staging / JOURNAL_KEY).exists():
        _place_key(staging / JOURNAL_KEY)
    for mark in sorted((staging / "examples").glob("*")):
        content = mark.read_bytes()
        with as_owner(EXAMPLES):
            place(EXAMPLES / mark.name, content)
    password = staging / "data" / DATA.admin_password.name
    if password.exists():
        give_file(password, ids("bastide", "bastide"), READ_BY_CARE)
        password.rename(DATA.admin_password)


def _place_key(kept: Path) -> None:
    """Put back what features are hashed with: the data plane's alone."""
    give_file(kept, ids("bastide-worker", "bastide-worker"), PRIVATE)
    kept.rename(DATA.spool / "journal" / journal_files.KEY)


def _place_settings(staging: Path, names: tuple[str, ...], sizes: dict[str, str]) -> None:
    text = (staging / "settings" / SETTINGS.name).read_text()
    named = {settings.NAMES: ",".join(names), "BASTIDE_PUBLIC_URL": f"https://{names[0]}"} if names else {}
    place(SETTINGS, changed(text, {**sizes, **named}))
    for secret in sorted((staging / "credentials").glob("*")):
        place(CREDENTIALS / secret.name, secret.read_bytes(), mode=PRIVATE)
    settings.place_secrets()
    settings.place_queue_settings(psutil.virtual_memory().total)  # with the logins of the backup
    directory = TlsDirectory(root=TLS)
    files = {file: (staging / "tls" / file) for file in File}
    with directory.locked():
        directory.change({file: path.read_bytes() for file, path in files.items() if path.exists()})
    front.certify(settings.names())
    front_trial.place_tried(settings.names(), settings.upload_bytes_max())


def changed(text: str, values: dict[str, str]) -> str:
    """Return settings with other values; one that is not there yet comes last."""
    lines = text.splitlines()
    for name, value in values.items():
        said = [number for number, line in enumerate(lines) if line.partition("=")[0].strip() == name]
        for number in said:
            lines[number] = f"{name}={value}"
        if not said:
            lines.append(f"{name}={value}")
    return "\n".join(lines) + "\n"
