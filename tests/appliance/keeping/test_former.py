"""What was set aside comes back, whatever came in its place."""

import pytest

from appliance.keeping.former import Former, remove_older


@pytest.fixture
def root(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models/one").write_text("one")
    (tmp_path / "base").write_text("former")
    return tmp_path


def test_it_comes_back(root):
    former = Former(stamp="now")
    former.set_aside(root, [root / "models", root / "base", root / "wal"])
    (root / "base").write_text("other")
    (root / "wal").write_text("other")
    (root / "models").mkdir()
    former.put_back()
    assert (root / "models/one").read_text() == "one"
    assert (root / "base").read_text() == "former"
    assert sorted(path.name for path in root.iterdir()) == ["base", "models"]


def test_it_stays_aside_otherwise(root):
    Former(stamp="now").set_aside(root, [root / "base"])
    assert (root / ".former-now/base").read_text() == "former"
    assert not (root / "base").exists()


def test_earlier_ones_are_removed(root):
    for stamp in ("old", "new"):
        (root / f".former-{stamp}").mkdir()
    remove_older(root, "new")
    assert [path.name for path in root.glob(".former-*")] == [".former-new"]
