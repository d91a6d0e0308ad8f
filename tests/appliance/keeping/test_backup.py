"""A backup holds what the database knows, is whole or not there, and is for root only."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from appliance.errors import ApplianceError
from appliance.keeping import archive, backup, others_files, room
from appliance.keeping.backup import More
from tests.appliance.keeping.conftest import DIGEST
from tests.small_disk import small_disk


def back_up(box, path, **options):
    return backup.back_up(box, path, lambda _: None, **options)


def test_a_file_that_is_there_is_not_overwritten(box, tmp_path):
    (tmp_path / "old").write_text("old")
    with pytest.raises(ApplianceError, match="is there already"):
        back_up(box, tmp_path / "old")
    assert (tmp_path / "old").read_text() == "old"


def test_a_directory_that_is_not_there_is_told(box, tmp_path):
    with pytest.raises(ApplianceError, match="There is no directory"):
        back_up(box, tmp_path / "none" / "box.backup")


def test_a_disk_without_room_is_told_before_anything_is_written(box, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "RESERVE_BYTES", 1 << 60)
    with pytest.raises(ApplianceError, match="MiB free"):
        back_up(box, tmp_path / "box.backup")
    assert not list(tmp_path.glob("*box.backup*"))


def test_no_database_is_made_on_the_disk_of_the_backups(box, tmp_path):
    """A share may know no locks; and what is told of the database comes while the copy is there."""
    (tmp_path / "share").mkdir()
    seen: set[tuple[bool, bool]] = set()

    def look(_):
        is_copied = any(box.scratch.glob("*/db.sqlite3"))
        seen.update((is_copied, path.name.startswith(".box.backup.")) for path in (tmp_path / "share").rglob("*"))

    backup.back_up(box, tmp_path / "share" / "box.backup", look)
    assert seen == {(True, True), (False, True)}
    assert list(box.scratch.iterdir()) == []


def test_a_disk_that_has_no_room_for_the_copy_is_told_by_its_own_name(box, tmp_path):
    with small_disk(box.scratch, 1 << 20), pytest.raises(ApplianceError, match=rf"{box.scratch} has \d+ MiB free"):
        back_up(box, tmp_path / "box.backup")
    assert not list(tmp_path.glob("*box.backup*"))


def test_directories_on_one_disk_share_what_is_free_there(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "RESERVE_BYTES", 0)
    most = shutil.disk_usage(tmp_path).free * 2 // 3
    room.require_rooms((tmp_path, most))
    with pytest.raises(ApplianceError, match="MiB free"):
        room.require_rooms((tmp_path, most), (tmp_path / "beside", most))


def test_a_link_in_the_store_is_refused_and_no_file_is_left(box, tmp_path):
    (box.data / "models" / DIGEST / "link").symlink_to("/etc/passwd")
    with pytest.raises(ApplianceError):
        back_up(box, tmp_path / "box.backup")
    assert not list(tmp_path.glob("*box.backup*"))


def test_only_root_may_read_it(box, tmp_path):
    back_up(box, tmp_path / "box.backup")
    assert (tmp_path / "box.backup").stat().st_mode & 0o777 == 0o600


def test_it_holds_the_models_that_the_database_knows(box, tmp_path):
    for stranger in ("b" * 64, ".draft-1"):
        (box.data / "models" / stranger).mkdir()
    manifest = back_up(box, tmp_path / "box.backup")
    assert manifest.models == (DIGEST,)
    assert [name for name in manifest.members if name.startswith("models/")] == [f"models/{DIGEST}/artifact"]


def test_the_secrets_that_systemd_hands_over_are_there_by_their_own_names(box, tmp_path):
    typed = back_up(box, tmp_path / "typed")
    (tmp_path / "handed").mkdir()
    for name in ("credentials_secret-key", "credentials_.draft", "another"):
        (tmp_path / "handed" / name).write_text("hush")
    handed = back_up(replace(box, credentials=tmp_path / "handed", prefix="credentials_"), tmp_path / "handed.backup")
    assert handed.members.keys() == typed.members.keys()
    assert "credentials/secret-key" in handed.members


@pytest.mark.parametrize("place", ["credentials", "data/examples"])
def test_without_what_may_not_be_read_there_is_no_backup(box, tmp_path, place):
    (tmp_path / place).rename(tmp_path / "elsewhere")
    with pytest.raises(ApplianceError, match="cannot be written"):
        back_up(box, tmp_path / "box.backup")
    assert not (tmp_path / "box.backup").exists()


def test_a_model_that_is_removed_meanwhile_breaks_nothing(box, tmp_path, monkeypatch):
    add = backup._add_model

    def removed_first(store, digest, writer):
        """As if the site did so a moment ago: off the disk, and out of the database."""
        shutil.rmtree(store / digest)
        with closing(sqlite3.connect(box.data / "db.sqlite3")) as connection:
            connection.execute("UPDATE registry_modelversion SET status = 'deleted'")
            connection.commit()
        return add(store, digest, writer)

    monkeypatch.setattr(backup, "_add_model", removed_first)
    assert back_up(box, tmp_path / "box.backup").models == ()


def test_results_come_only_when_asked_for_and_of_ended_jobs_only(box, tmp_path):
    plain = back_up(box, tmp_path / "plain")
    full = back_up(box, tmp_path / "full", more=More(results=True))
    assert set(full.members) - set(plain.members) == {"results/ended/result"}
    assert full.with_results


@pytest.fixture
def foreign(tmp_path):
    """A directory of root's, with a file."""
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign/secret").write_text("hush")
    return tmp_path / "foreign"


def results_in(box, tmp_path):
    """Return the results in a backup, and what was said of those that are not."""
    said: list[str] = []
    found = backup.back_up(box, tmp_path / "full", said.append, More(results=True)).members
    return {each for each in found if each.startswith("results/")}, [each for each in said if "Left out" in each]


def test_a_link_in_place_of_a_jobs_directory_takes_nothing_of_others_along(box, tmp_path, foreign):
    job = box.data / "spool/batch/ended"
    job.rename(tmp_path / "moved")
    job.symlink_to(foreign)
    found, said = results_in(box, tmp_path)
    assert found == set()
    assert said == ["  Left out of the results: 1 (links, drafts and the like)"]


def test_links_and_odd_names_among_results_are_left_out_and_counted(box, tmp_path, foreign):
    job = box.data / "spool/batch/ended"
    (job / "chunks").mkdir()
    (job / "chunks/0001.csv").write_text("rows")
    (job / "a result").write_text("rows")
    (job / ".hidden").write_text("rows")
    (job / "link").symlink_to(foreign / "secret")
    (job / "directory").symlink_to(foreign)
    os.mkfifo(job / "pipe")
    found, said = results_in(box, tmp_path)
    assert found == {"results/ended/result", "results/ended/chunks/0001.csv"}
    assert said == ["  Left out of the results: 4 (links, drafts and the like)"]


def test_a_job_whose_files_are_gone_already_has_none(box, tmp_path):
    shutil.rmtree(box.data / "spool/batch/ended")
    assert results_in(box, tmp_path) == (set(), [])


def journal_of(box, **files):
    day = box.data / "spool/journal/penguins/2026-11-26"
    day.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (day / f"{name}.rows").write_text(content)
    return day


def test_the_journal_comes_only_when_asked_for_with_outcomes_and_its_key(box, tmp_path):
    journal_of(box, one="rows", two="more rows")
    truths = box.data / "spool/journal/penguins/truth"
    truths.mkdir()
    (truths / "three.rows").write_text("outcomes")
    (box.data / "spool/journal/.key").write_bytes(b"k" * 32)
    plain = back_up(box, tmp_path / "plain")
    full = back_up(box, tmp_path / "full", more=More(journal=True))
    day = "journal/penguins/2026-11-26"
    added = {f"{day}/one.rows", f"{day}/two.rows", "journal/penguins/truth/three.rows", "key/journal"}
    assert set(full.members) - set(plain.members) == added
    assert archive.verified(tmp_path / "full").with_journal
    assert not archive.verified(tmp_path / "plain").with_journal


def test_what_the_data_plane_left_in_the_journal_breaks_no_backup(box, tmp_path, foreign):
    day = journal_of(box, one="rows", **{"an odd name": "rows"})
    (foreign / "day").mkdir()
    (foreign / "day/secret.rows").write_text("hush")
    (day / "link.rows").symlink_to(foreign / "day/secret.rows")
    (day / ".swap.json").symlink_to(foreign / "secret")
    os.mkfifo(day / "pipe.rows")
    (day.parent.parent / "pumpkins").symlink_to(foreign)
    said: list[str] = []
    full = backup.back_up(box, tmp_path / "full", said.append, More(journal=True))
    assert [name for name in full.members if name.startswith("journal/")] == [f"journal/penguins/{day.name}/one.rows"]
    assert "  Left out of the journal: 3 (links, drafts and the like)" in said


@pytest.mark.parametrize("note", ["[]", "{}", '{"new": 1, "old": 2}', "half"])
def test_a_note_that_says_nothing_hides_no_rows(box, tmp_path, note):
    day = journal_of(box, one="rows")
    (day / ".swap.json").write_text(note)
    full = back_up(box, tmp_path / "full", more=More(journal=True))
    assert f"journal/penguins/{day.name}/one.rows" in full.members


def test_rows_that_were_packed_and_whose_old_files_are_still_there_come_once(box, tmp_path):
    day = journal_of(box, one="rows", packed="rows and more", late="late")
    (day / ".swap.json").write_text('{"new": "packed.rows", "old": ["one.rows"]}')
    (day / ".draft-1").write_text("half")
    full = back_up(box, tmp_path / "full", more=More(journal=True))
    names = {name.rpartition("/")[2] for name in full.members if name.startswith("journal/")}
    assert names == {"packed.rows", "late.rows"}


def test_a_file_that_goes_away_between_its_name_and_its_opening_is_looked_for_under_its_new_one(
    box, tmp_path, monkeypatch
):
    day = journal_of(box, one="rows")
    opened = others_files.opened

    def packed_first(path):
        """As if the data plane had done so a moment ago."""
        if path.name == "one.rows":
            path.rename(day / "packed-one.rows")
        return opened(path)

    monkeypatch.setattr(others_files, "opened", packed_first)
    full = back_up(box, tmp_path / "full", more=More(journal=True))
    assert [name for name in full.members if name.startswith("journal/")] == [
        f"journal/penguins/{day.name}/packed-one.rows"
    ]


def test_it_counts_and_names(box, tmp_path):
    back_up(box, tmp_path / "box.backup")
    manifest = archive.verified(tmp_path / "box.backup")
    assert (manifest.names, manifest.release) == (("box.example",), "1-abc")
    assert manifest.counts["models"] == 1
    assert manifest.migrations == ("registry.0001_initial",)
