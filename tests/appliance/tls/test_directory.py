"""The TLS directory changes whole or not at all, wherever it is stopped."""

import fcntl
import os
import shutil
from pathlib import Path
from threading import Thread

import pytest

from appliance.errors import ApplianceError
from appliance.tls import directory as tls_directory
from appliance.tls.directory import SECRET, File, Mode, TlsDirectory

OLD = {File.BOX_KEY: b"old key", File.BOX: b"old certificate"}
STEPS = 30
NEW = {File.BOX_KEY: b"new key", File.BOX: b"new certificate"}


class PowerFailure(BaseException):
    """The machine stops here."""


@pytest.fixture
def held(empty):
    with empty.locked():
        empty.change(OLD)
    return empty


def pair(directory: TlsDirectory) -> list[bytes]:
    """Return key and certificate as a server reads them."""
    return [directory.path(file).read_bytes() for file in (File.BOX_KEY, File.BOX)]


def stop_at(monkeypatch, step: int) -> list[str]:
    """Let the machine stop before the step with this number. Return the steps, which grow as they are done."""
    done: list[str] = []

    def counted(name, step_of_system):
        def do(*arguments, **options):
            if len(done) == step:
                raise PowerFailure
            done.append(name)
            return step_of_system(*arguments, **options)

        return do

    for place, name in (
        (os, "open"),
        (os, "fsync"),
        (Path, "symlink_to"),
        (Path, "rename"),
        (Path, "mkdir"),
        (Path, "chmod"),
    ):
        monkeypatch.setattr(place, name, counted(name, getattr(place, name)))
    monkeypatch.setattr(shutil, "rmtree", counted("rmtree", shutil.rmtree))
    return done


@pytest.mark.parametrize("step", range(STEPS))
def test_a_stop_at_any_step_leaves_the_old_pair_or_the_new_one(held, monkeypatch, step):
    with monkeypatch.context() as patched:
        done = stop_at(patched, step)
        try:
            held.change(NEW)
        except PowerFailure:
            expected = (
                [[b"old key", b"old certificate"]] if "rename" not in done else [[b"new key", b"new certificate"]]
            )
        else:
            expected = [[b"new key", b"new certificate"]]
    assert pair(held) in expected
    held.change(NEW)
    assert pair(held) == [b"new key", b"new certificate"]
    assert len(list((held.root / tls_directory.STATES).iterdir())) == 1


def test_the_steps_reach_beyond_the_end(held, monkeypatch):
    with monkeypatch.context() as patched:
        done = stop_at(patched, 1000)
        held.change(NEW)
    assert 10 < len(done) < STEPS


def test_a_stop_during_the_first_change_leaves_nothing_or_everything(empty, monkeypatch):
    for step in range(STEPS):
        with monkeypatch.context() as patched, empty.locked():
            stop_at(patched, step)
            try:
                empty.change(OLD)
            except PowerFailure:
                assert (empty.read(File.BOX_KEY) is None) is (empty.read(File.BOX) is None)
    assert pair(empty) == [b"old key", b"old certificate"]


def test_keys_are_for_the_owner_only_and_certificates_for_all(held):
    held.change(dict.fromkeys(File, b"content"))
    modes = {file: held.path(file).stat().st_mode & 0o777 for file in File}
    assert modes == {file: 0o600 if file in SECRET else 0o644 for file in File}


def test_everybody_may_look_into_it_whatever_the_umask(empty):
    before = os.umask(0o077)
    try:
        with empty.locked():
            empty.change(OLD)
    finally:
        os.umask(before)
    directories = [empty.root, empty.root / tls_directory.STATES, (empty.root / tls_directory.CURRENT).resolve()]
    assert {each.stat().st_mode & 0o777 for each in directories} == {0o755}


def test_while_one_changes_it_another_waits(held):
    came = []

    def change():
        with held.locked():
            came.append("next")

    with held.locked():
        waiting = Thread(target=change)
        waiting.start()
        assert came == []
    waiting.join()
    assert came == ["next"]


def test_nobody_waits_for_ever(held, monkeypatch):
    monkeypatch.setattr(tls_directory, "PATIENCE_S", 0)
    with held.locked(), pytest.raises(ApplianceError, match="Another command holds") as raised, held.locked():
        pass
    assert "wait until" in raised.value.hint


def test_who_may_only_look_holds_up_nobody(held, monkeypatch):
    monkeypatch.setattr(tls_directory, "PATIENCE_S", 0)
    looking = os.open(held.root, os.O_RDONLY)
    try:
        fcntl.flock(looking, fcntl.LOCK_EX)
        with held.locked():
            assert (held.root / tls_directory.LOCK).stat().st_mode & 0o777 == 0o600
    finally:
        os.close(looking)


def test_a_link_in_place_of_the_lock_is_not_followed(held):
    (held.root / tls_directory.LOCK).unlink()
    (held.root / tls_directory.LOCK).symlink_to("elsewhere")
    with pytest.raises(ApplianceError, match="cannot be made"), held.locked():
        pass
    assert not (held.root / "elsewhere").exists()


def test_what_is_not_named_stays_and_none_removes(held):
    held.change({File.REQUEST: b"request"})
    held.change({File.BOX: None})
    assert (held.read(File.BOX_KEY), held.read(File.BOX), held.read(File.REQUEST)) == (b"old key", None, b"request")


def test_a_mode_that_nobody_knows_is_refused(held):
    held.change({File.MODE: b'{"mode": "friend"}'})
    with pytest.raises(ApplianceError, match="does not say who vouches"):
        _ = held.mode


def test_before_the_first_change_the_own_authority_will_vouch(empty):
    assert empty.mode is Mode.OWN


def test_a_directory_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    directory = TlsDirectory(root=tmp_path / "file" / "tls")
    with pytest.raises(ApplianceError, match="cannot be made: Not a directory"), directory.locked():
        pass


def test_a_directory_that_cannot_be_written_is_told(held):
    (held.root / tls_directory.STATES / "9").write_text("")
    with pytest.raises(ApplianceError, match="cannot be written: Not a directory"):
        held.change(NEW)


def test_a_file_that_was_put_there_by_hand_is_not_overwritten(held):
    held.path(File.BOX).unlink()
    held.path(File.BOX).write_text("mine")
    with pytest.raises(ApplianceError, match="put there by hand"):
        held.change(NEW)
    assert (held.path(File.BOX).read_text(), held.read(File.BOX_KEY)) == ("mine", b"old key")


def test_a_file_that_cannot_be_read_is_told(held):
    (held.root / tls_directory.CURRENT / File.REQUEST).mkdir()
    with pytest.raises(ApplianceError, match="cannot be read: Is a directory"):
        held.read(File.REQUEST)


def test_missing_rights_are_told_with_sudo():
    assert tls_directory.refused(Path("tls"), PermissionError(13, "Permission denied"), "read").hint.endswith("sudo")
