"""Who may change an installed box, and that others may read what is made."""

import os

import pytest

from appliance.installing.root import let_others_read


@pytest.fixture
def _strict():
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_strict")
def test_whatever_umask_roots_shell_has_others_may_read_what_is_installed(tmp_path):
    let_others_read()
    (tmp_path / "release" / "webapp").mkdir(parents=True)
    assert (tmp_path / "release").stat().st_mode & 0o777 == 0o755
