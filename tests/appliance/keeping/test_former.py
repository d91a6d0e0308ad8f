"""What was set aside comes back, whatever came in its place and wherever it was broken off."""

import json

import pytest

from appliance.keeping.former import Former, remove_older


@pytest.fixture
def root(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models/one").write_text("one")
    (tmp_path / "base").write_text("former")
    return tmp_path


@pytest.fixture
def former(root):
    return Former.of("now", {root: (root / "models", root / "base", root / "wal")})


def replace(root):
    (root / "base").write_text("other")
    (root / "wal").write_text("other")
    (root / "models").mkdir()


def names(root):
    return sorted(path.name for path in root.iterdir())


def test_it_comes_back(root, former):
    former.set_aside()
    replace(root)
    former.put_back()
    assert (root / "models/one").read_text() == "one"
    assert (root / "base").read_text() == "former"
    assert names(root) == ["base", "models"]


def test_it_stays_aside_otherwise(root, former):
    former.set_aside()
    assert (root / ".former-now/base").read_text() == "former"
    assert not (root / "base").exists()


def test_it_comes_back_by_what_was_written_of_it(root, former):
    told = json.loads(json.dumps(former.to_json()))
    former.set_aside()
    replace(root)
    Former.from_json(told).put_back()
    assert (root / "base").read_text() == "former"
    assert names(root) == ["base", "models"]


def test_what_was_not_moved_yet_stays(root, former):
    (root / ".former-now").mkdir()
    (root / "base").rename(root / ".former-now/base")  # and then it died
    former.put_back()
    assert (root / "models/one").read_text() == "one"
    assert names(root) == ["base", "models"]


def test_what_came_back_already_stays(root, former):
    former.set_aside()
    former.put_back()
    former.put_back()
    assert (root / "base").read_text() == "former"
    assert names(root) == ["base", "models"]


def test_earlier_ones_are_removed(root):
    for stamp in ("old", "new"):
        (root / f".former-{stamp}").mkdir()
    remove_older(root, "new")
    assert [path.name for path in root.glob(".former-*")] == [".former-new"]
