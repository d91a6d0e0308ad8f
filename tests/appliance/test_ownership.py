"""What root writes in directories of others is theirs, and leads nowhere that they could not go."""

import os
from pathlib import Path

import pytest

from appliance.checks.preflight import write
from appliance.errors import ApplianceError
from appliance.keeping import database, gate, restore
from appliance.ownership import as_owner, give, give_file, hand_over, made, owner
from appliance.paths import DataDirectory
from appliance.tls import keeping
from appliance.tls.directory import File, TlsDirectory
from appliance.tls.trust import OFFERED, write_pages
from tests.appliance.keeping.conftest import make_database
from tests.appliance.tls.company import NAMES, NOW

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")

SOMEBODY, OTHER = 12_345, 12_346


@pytest.fixture
def theirs(tmp_path):
    """A directory of somebody's, which they reach."""
    directory = tmp_path / "theirs"
    directory.mkdir()
    os.chown(directory, SOMEBODY, SOMEBODY)
    for path in (tmp_path, *tmp_path.parents):
        path.chmod(path.stat().st_mode | 0o011)
    return directory


def test_what_root_writes_there_is_theirs(theirs):
    with as_owner(theirs):
        (theirs / "file").touch()
    assert owner(theirs / "file") == (SOMEBODY, SOMEBODY)


def test_root_is_root_again_afterwards_however_it_ended(theirs):
    before = os.getgroups()
    with pytest.raises(KeyError), as_owner(theirs):
        raise KeyError
    assert (os.geteuid(), os.getegid(), os.getgroups()) == (0, 0, before)


def test_a_link_of_theirs_leads_root_nowhere(theirs, tmp_path):
    (tmp_path / "roots").mkdir(mode=0o755)
    (theirs / "link").symlink_to(tmp_path / "roots")
    with pytest.raises(PermissionError), as_owner(theirs):
        (theirs / "link" / "file").touch()


def test_a_place_that_was_exchanged_for_a_link_is_whose_the_link_is(theirs, tmp_path):
    (tmp_path / "roots").mkdir(mode=0o755)
    (theirs / "place").symlink_to(tmp_path / "roots")
    os.chown(theirs / "place", SOMEBODY, SOMEBODY, follow_symlinks=False)
    with pytest.raises(PermissionError), as_owner(theirs / "place"):
        (theirs / "place" / "file").touch()


def test_keys_that_root_makes_are_theirs_whose_directory_it_is(theirs):
    directory = TlsDirectory(root=theirs)
    with directory.locked():
        directory.change({File.BOX_KEY: b"key"})
        directory.change({File.BOX: b"certificate"})
    found = {path.relative_to(theirs): owner(path) for path in theirs.rglob("*")}
    assert len(found) > len(File)
    assert set(found.values()) == {(SOMEBODY, SOMEBODY)}
    assert directory.path(File.BOX_KEY).stat().st_mode & 0o777 == 0o600


def test_states_that_lead_elsewhere_cost_root_nothing(theirs, tmp_path):
    (tmp_path / "roots").mkdir(mode=0o755)
    (tmp_path / "roots/kept").mkdir()
    (theirs / "states").symlink_to(tmp_path / "roots")
    directory = TlsDirectory(root=theirs)
    with directory.locked(), pytest.raises(Exception, match="cannot be written"):
        directory.change({File.BOX_KEY: b"key"})
    assert (tmp_path / "roots/kept").exists()


def test_pages_that_root_writes_are_theirs_and_everybody_reads_them(theirs, tmp_path):
    directory = TlsDirectory(root=tmp_path / "tls")
    keeping.ensure(directory, NAMES, NOW)
    write_pages(directory, theirs, NOW)
    found = [path.lstat() for path in theirs.iterdir()]
    assert len(found) == len(OFFERED)
    assert {(each.st_uid, each.st_mode & 0o777) for each in found} == {(SOMEBODY, 0o644)}


def test_what_is_handed_over_goes_whole_and_what_is_of_others_stays_theirs(tmp_path):
    (tmp_path / "place/states/1").mkdir(parents=True)
    (tmp_path / "place/states/1/key").touch(mode=0o600)
    (tmp_path / "outside").touch()
    (tmp_path / "place/link").symlink_to(tmp_path / "outside")
    (tmp_path / "place/others").touch()
    os.chown(tmp_path / "place/others", OTHER, OTHER)
    hand_over(tmp_path / "place", 0, SOMEBODY, SOMEBODY)
    assert owner(tmp_path / "place/others") == (OTHER, OTHER)
    for name in ("", "link", "states", "states/1", "states/1/key"):
        assert owner(tmp_path / "place" / name) == (SOMEBODY, SOMEBODY)
    assert owner(tmp_path / "outside") == (0, 0)
    assert (tmp_path / "place/states/1/key").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def secret(tmp_path):
    """A file of root's that nobody else may read."""
    path = tmp_path / "secret"
    path.write_text("hush")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("name", ["checks.new", "checks.json"])
def test_a_link_where_the_checks_are_recorded_costs_root_nothing(theirs, secret, name):
    (theirs / name).symlink_to(secret)
    write(DataDirectory(root=theirs), [])
    assert secret.read_text() == "hush"
    assert owner(DataDirectory(root=theirs).checks) == (SOMEBODY, SOMEBODY)


def test_what_is_given_goes_from_the_inside_out_and_follows_no_link(tmp_path, secret, monkeypatch):
    place = tmp_path / "place"
    (place / "states/1").mkdir(parents=True)
    (place / "states/1/key").touch()
    given, fchown = [], os.fchown

    def recorded(descriptor, *whose):
        given.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fchown(descriptor, *whose)

    monkeypatch.setattr(os, "fchown", recorded)
    give(place, (SOMEBODY, OTHER), directory_mode=0o2750, file_mode=0o640)
    assert given == [place / name for name in ("states/1/key", "states/1", "states", "")]
    assert {(owner(each), each.stat().st_mode & 0o7777) for each in place.rglob("*")} == {
        ((SOMEBODY, OTHER), 0o2750),
        ((SOMEBODY, OTHER), 0o640),
    }
    (place / "link").symlink_to(secret)
    with pytest.raises(OSError, match="symbolic links"):
        give(place, (SOMEBODY, OTHER), directory_mode=0o700, file_mode=0o644)
    with pytest.raises(OSError, match="symbolic links"):
        give_file(place / "link", (SOMEBODY, OTHER), 0o644)
    assert (owner(secret), secret.stat().st_mode & 0o777) == ((0, 0), 0o600)


def test_the_way_to_what_root_made_stays_whatever_is_put_in_its_place(theirs, tmp_path):
    (tmp_path / "roots").mkdir()
    with made(theirs / "scratch") as inside:
        with as_owner(theirs):
            (theirs / "scratch").rename(theirs / "moved")
            (theirs / "scratch").symlink_to(tmp_path / "roots")
        (inside / "file").touch()
    assert owner(theirs / "moved/file") == (0, 0)
    assert list((tmp_path / "roots").iterdir()) == []


@pytest.mark.parametrize(
    ("found", "said"), [("link", "Not a directory"), ("owned", "put in its place"), ("full", "put in its place")]
)
def test_what_was_put_there_instead_at_once_is_not_taken(theirs, tmp_path, monkeypatch, found, said):
    (tmp_path / "full/secret").mkdir(parents=True)
    (tmp_path / "link").symlink_to("full")
    (tmp_path / "owned").mkdir()
    os.chown(tmp_path / "owned", SOMEBODY, SOMEBODY)
    monkeypatch.setattr(os, "mkdir", lambda path, _: (tmp_path / found).rename(path))
    with pytest.raises(OSError, match=said), made(theirs / "scratch"):
        pass


def test_a_release_is_tried_in_a_directory_that_is_theirs_whole(theirs, monkeypatch):
    monkeypatch.setattr(gate, "DATA", DataDirectory(root=theirs))
    with gate.given_scratch((SOMEBODY, SOMEBODY)) as scratch:
        found = (scratch, *scratch.rglob("*"))
        assert {(owner(each), each.stat().st_mode & 0o777) for each in found} == {((SOMEBODY, SOMEBODY), 0o700)}
        assert (scratch / "spool/uploads").is_dir()
    assert list(theirs.iterdir()) == []


def test_of_a_backup_that_is_unpacked_others_see_the_way_alone(theirs, monkeypatch):
    monkeypatch.setattr(restore, "DATA", DataDirectory(root=theirs))
    with restore.staged() as (named, inside):
        (inside / "credentials").mkdir()
        (inside / "credentials/secret-key").touch()
        assert (owner(named), named.stat().st_mode & 0o777) == ((0, 0), 0o711)
        named.rename(theirs / "moved")
    assert [list(each.iterdir()) for each in theirs.iterdir()] == [[]]


@pytest.mark.parametrize("use", [database.counts, lambda path: database.copy(path, path.parents[1] / "copy")])
def test_a_database_of_roots_is_not_read_for_a_link_to_it(theirs, tmp_path, use):
    make_database(tmp_path / "roots.sqlite3")
    (tmp_path / "roots.sqlite3").chmod(0o600)
    (theirs / "db.sqlite3").symlink_to(tmp_path / "roots.sqlite3")
    with pytest.raises((ApplianceError, PermissionError)):
        use(theirs / "db.sqlite3")


def test_a_database_is_not_put_back_over_one_of_roots(theirs, tmp_path):
    make_database(tmp_path / "kept")
    (tmp_path / "roots.sqlite3").touch(mode=0o600)
    (theirs / "db.sqlite3").symlink_to(tmp_path / "roots.sqlite3")
    with pytest.raises(ApplianceError, match="unable to open"):
        database.put_back(tmp_path / "kept", theirs / "db.sqlite3")
    assert (tmp_path / "roots.sqlite3").read_bytes() == b""


def test_what_sqlite_makes_beside_a_database_is_theirs(theirs, tmp_path):
    with as_owner(theirs):
        make_database(theirs / "db.sqlite3")
    database.copy(theirs / "db.sqlite3", tmp_path / "copy")
    database.put_back(tmp_path / "copy", theirs / "db.sqlite3")
    assert {owner(each) for each in theirs.iterdir()} == {(SOMEBODY, SOMEBODY)}
    assert owner(tmp_path / "copy") == (0, 0)
