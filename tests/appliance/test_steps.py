"""Set-up steps: secrets and stamps."""

import stat

from appliance import stamps
from appliance.paths import DataDirectory
from appliance.steps import make_secret_key, migrations


def test_a_secret_key_is_new_each_time_and_for_its_owner_only(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    make_secret_key(first)
    make_secret_key(second)
    assert first.read_text() != second.read_text()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_a_half_written_secret_key_is_written_anew(tmp_path):
    (tmp_path / "secret-key.new").write_text("half")
    make_secret_key(tmp_path / "secret-key")
    assert len((tmp_path / "secret-key").read_text()) == 64


def test_a_stamp_holds_for_its_fingerprint_only(data_root):
    data = DataDirectory(root=data_root)
    data.make()
    stamps.write(data, "migrate", "one")
    assert stamps.is_current(data, "migrate", "one")
    assert not stamps.is_current(data, "migrate", "two")
    stamps.clear(data)
    assert not stamps.is_current(data, "migrate", "one")


def test_another_database_file_needs_its_own_migration(data_root):
    data = DataDirectory(root=data_root)
    data.make()
    before = migrations(data)
    data.database.write_bytes(b"")
    assert migrations(data) != before


def test_a_changed_file_changes_the_fingerprint(tmp_path):
    file = tmp_path / "one.po"
    file.write_text("a")
    before = stamps.of_contents([file]), stamps.of_sizes([file])
    file.write_text("bc")
    assert before[0] != stamps.of_contents([file])
    assert before[1] != stamps.of_sizes([file])
