"""When a nightly backup is missed."""

from datetime import UTC, datetime, timedelta

from appliance.care.backups import judge_backups
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


def test_none_wanted_is_told_too():
    assert judge_backups([], 0, LONG_AGO, NOW).status is Status.WARNING


def test_an_admins_own_files_are_not_nightly_ones(tmp_path):
    for name in ("bastide-20261125T021500Z.backup", "bastide-20261126T021500Z.backup", "mine.backup", ".bastide-x"):
        (tmp_path / name).touch()
    names = [path.name for path in nightly(tmp_path)]
    assert names == ["bastide-20261126T021500Z.backup", "bastide-20261125T021500Z.backup"]
    assert nightly(tmp_path / "nowhere") == []
