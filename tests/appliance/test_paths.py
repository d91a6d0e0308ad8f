"""The layout of a data directory and what its name may be."""

import stat

import pytest

from appliance.errors import ApplianceError
from appliance.paths import DataDirectory, data_directory


def test_making_it_twice_is_no_error(data_root):
    data = DataDirectory(root=data_root)
    data.make()
    data.make()
    assert (data_root / "spool" / "inbox").is_dir()


def test_others_may_not_look_into_it(data_root):
    DataDirectory(root=data_root).make()
    assert stat.S_IMODE(data_root.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["100%", "a;b", "it's", 'say "so"', "back\\slash"])
def test_names_that_configuration_files_cannot_carry_are_refused(tmp_path_factory, name):
    root = tmp_path_factory.mktemp("named") / name  # a test's own directory bears its name, which is long for a socket
    with pytest.raises(ApplianceError, match="configuration files cannot carry"):
        DataDirectory(root=root).make()


def test_a_file_in_its_place_is_an_error(data_root):
    data_root.write_text("")
    with pytest.raises(ApplianceError, match="cannot be made"):
        DataDirectory(root=data_root).make()


def test_a_relative_option_counts_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert data_directory("./box").root == tmp_path / "box"
