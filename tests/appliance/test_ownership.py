"""What root writes in directories of others is theirs, and leads nowhere that they could not go."""

import os

import pytest

from appliance.ownership import as_owner, hand_over, owner
from appliance.tls import keeping
from appliance.tls.directory import File, TlsDirectory
from appliance.tls.trust import OFFERED, write_pages
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
