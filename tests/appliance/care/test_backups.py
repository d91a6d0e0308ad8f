"""When a nightly backup is missed."""

from datetime import UTC, datetime, timedelta

from appliance.care import backups
from appliance.care.backups import check_backups, judge_backups
from appliance.checks.check import Status
from appliance.keeping.nightly import nightly

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)


def test_a_backup_of_last_night_passes():
    check = judge_backups(["bastide-20261126T021500Z.backup"], 7, LONG_AGO, NOW)
    assert check.status is Status.PASSED
    assert check.measured == "1 in /var/backups/bastide, the newest of 2026-11-26 02:15 UTC"


def test_two_days_without_one_are_told_with_what_to_type():
    check = judge_backups(["bastide-20261124T021500Z.backup"], 7, LONG_AGO, NOW)
    assert check.status is Status.WARNING
    assert "sudo bastide logs backup" in check.hint


def test_a_new_box_waits_for_its_first_night():
    assert judge_backups([], 7, NOW - timedelta(hours=3), NOW).status is Status.PASSED
    assert judge_backups([], 7, LONG_AGO, NOW).status is Status.WARNING


def test_the_nights_are_counted_from_when_the_timer_was_switched_on(tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "DIRECTORY", tmp_path)
    monkeypatch.setattr(backups, "TIMER", tmp_path / "bastide-backup.timer")
    now = datetime.now(UTC)
    assert check_backups(now).measured == "none yet"
    backups.TIMER.symlink_to("/etc/systemd/system/bastide-backup.timer")
    assert check_backups(now).measured == "the first one comes tonight"
    assert check_backups(now + timedelta(days=3)).status is Status.WARNING


def test_a_directory_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "nightly", lambda _: (tmp_path / "nowhere").iterdir())
    check = check_backups(NOW)
    assert (check.status, check.measured.startswith("cannot be read: ")) == (Status.WARNING, True)


def test_none_wanted_is_told_too():
    assert judge_backups([], 0, LONG_AGO, NOW).status is Status.WARNING


def test_an_admins_own_files_are_not_nightly_ones(tmp_path):
    for name in ("bastide-20261125T021500Z.backup", "bastide-20261126T021500Z.backup", "mine.backup", ".bastide-x"):
        (tmp_path / name).touch()
    names = [path.name for path in nightly(tmp_path)]
    assert names == ["bastide-20261126T021500Z.backup", "bastide-20261125T021500Z.backup"]
    assert nightly(tmp_path / "nowhere") == []
