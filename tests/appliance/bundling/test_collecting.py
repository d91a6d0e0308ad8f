"""What goes into a bundle: the pins that a Debian needs, and archives found by this machine's own."""

import hashlib
from pathlib import Path

import pytest

from appliance.bundling import bundled, making, targets
from appliance.bundling.debs import sources
from appliance.bundling.opening import Machine
from appliance.bundling.signing import make_key
from appliance.bundling.targets import TARGETS, targets_of
from appliance.bundling.wheels import PIP, needed_by, pins, pins_of
from appliance.cli import main
from appliance.errors import ApplianceError
from appliance.paths import REQUIREMENTS

OLDER, NEWER = TARGETS["12"], TARGETS["13"]
KNOWN = """\
http://mirror.example/debian/ bookworm main Debian
http://mirror.example/debian/ bookworm contrib Debian
http://mirror.example/debian/ bookworm-updates main Debian
http://mirror.example/debian-security/ bookworm-security main
http://mirror.example/debian/ bookworm-backports main Debian
http://other.example/apt/ bookworm main Other
http://other.example/apt/ nodistro main Debian
"""


def needed(target):
    return {pin.package for pin in pins(REQUIREMENTS.read_text()) if pin.is_needed(target)}


def test_every_pin_is_read_with_its_hashes():
    found = pins(REQUIREMENTS.read_text())
    assert sum(len(pin.hashes) for pin in found) == REQUIREMENTS.read_text().count("--hash=")
    assert all(pin.hashes and all(each.startswith("sha256:") for each in pin.hashes) for pin in found)


def test_each_debian_has_one_version_of_each_package():
    for target in (OLDER, NEWER):
        names = [package.partition("==")[0] for package in needed(target)]
        assert len(names) == len(set(names))
        assert {"django", "numpy", "scipy"} <= set(names)
    assert needed(OLDER) - needed(NEWER)
    assert not any(package.startswith("tzdata==") for package in needed(OLDER))


def test_pip_itself_is_pinned():
    (pin,) = pins(PIP.read_text())
    assert pin.package.startswith("pip==")
    assert pin.is_needed(NEWER)


def test_archives_of_another_debian_are_found_by_this_machines_own():
    found = {line.rpartition("] ")[2].removeprefix("deb ") for line in sources(KNOWN, NEWER)}
    assert found == {
        "http://mirror.example/debian/ trixie main",
        "http://mirror.example/debian/ trixie-updates main",
        "http://mirror.example/debian-security/ trixie-security main",
    }


def test_a_machine_that_knows_no_debian_has_no_archives():
    assert list(sources("http://other.example/apt/ jammy main Ubuntu\n", OLDER)) == []


def test_the_debian_of_this_machine_is_taken_when_none_is_named(monkeypatch):
    monkeypatch.setattr(targets, "this_machine", lambda: Machine(debian="13", processor="x86_64"))
    assert targets_of([]) == [NEWER]
    assert targets_of(["12", "13", "12"]) == [OLDER, NEWER]


@pytest.mark.parametrize("debian", ["", "11"])
def test_another_machine_must_name_one(monkeypatch, debian):
    monkeypatch.setattr(targets, "this_machine", lambda: Machine(debian=debian, processor="x86_64"))
    with pytest.raises(ApplianceError, match="for which no bundle can be made") as raised:
        targets_of([])
    assert "--debian 12" in raised.value.hint


def test_wheels_for_an_older_c_library_fit_and_newer_ones_do_not():
    platforms = {each.rpartition("_x86")[0] for each in OLDER.platforms if each.endswith("x86_64")}
    assert {"manylinux_2_17", "manylinux_2_36", "manylinux2014"} <= platforms or not platforms
    assert not any(each.startswith("manylinux_2_37") for each in OLDER.platforms)


def test_a_checkout_leaves_apt_alone():
    with bundled.apt_options() as options:
        assert options == []


def test_apt_takes_what_is_in_the_bundle_alone(monkeypatch, tmp_path):
    (tmp_path / "a b/bundle/debian/12").mkdir(parents=True)
    monkeypatch.setattr(bundled, "ROOT", tmp_path / "a b")
    monkeypatch.setattr(bundled, "BUNDLE", tmp_path / "a b/bundle")
    monkeypatch.setattr(bundled, "this_machine", lambda: Machine(debian="12", processor="x86_64"))
    with bundled.apt_options() as options:
        settings = dict(each.split("=") for each in options if each != "-o")
        listed = Path(settings["Dir::Etc::SourceList"]).read_text()
    assert listed == f"deb [trusted=yes] file:{tmp_path}/a%20b/bundle/debian/12 ./\n"
    assert settings["Dir::Etc::SourceParts"] == "/dev/null"


def test_a_bundle_for_another_debian_is_told(monkeypatch, tmp_path):
    (tmp_path / "bundle/debian/13").mkdir(parents=True)
    monkeypatch.setattr(bundled, "ROOT", tmp_path)
    monkeypatch.setattr(bundled, "BUNDLE", tmp_path / "bundle")
    monkeypatch.setattr(bundled, "this_machine", lambda: Machine(debian="12", processor="x86_64"))
    with pytest.raises(ApplianceError, match="no packages for Debian 12"), bundled.apt_options():
        pass


def test_a_box_that_trusts_no_key_asks_for_one(monkeypatch, tmp_path):
    monkeypatch.setattr(bundled, "TRUSTED", tmp_path / "bundle-key")
    with pytest.raises(ApplianceError, match="trusts no key") as raised:
        bundled.trusted_fingerprint("")
    assert raised.value.hint.startswith("--fingerprint")


def test_what_is_typed_counts_more_than_what_is_trusted(monkeypatch, tmp_path):
    monkeypatch.setattr(bundled, "TRUSTED", tmp_path / "bundle-key")
    bundled.TRUSTED.write_text("aa" * 32)
    assert bundled.trusted_fingerprint("BB" * 32).replace(":", "") == "bb" * 32
    assert bundled.trusted_fingerprint("") == "aa" * 32


@pytest.fixture
def wheels(tmp_path):
    """A wheel of each package, and of one another for another Debian."""
    for pin in needed_by(OLDER):
        name, _, version = pin.package.partition("==")
        (tmp_path / f"{name.replace('-', '_')}-{version}-py3-none-any.whl").write_text(name)
        if name == "msgspec":
            (tmp_path / f"{name}-{version}-cp313-cp313-linux_x86_64.whl").write_text("the other")
    return tmp_path


def test_wheels_are_pinned_by_what_is_in_the_bundle(wheels):
    lines = list(pins_of(wheels, OLDER))
    assert len(lines) == len(needed_by(OLDER))
    (django,) = (line for line in lines if line.startswith("django=="))
    assert django.split()[1:] == [f"--hash=sha256:{hashlib.sha256(b'django').hexdigest()}"]
    assert [line.partition("==")[0] for line in lines if line.count("--hash=") == 2] == ["msgspec"]


def test_a_bundle_is_not_made_of_a_bundle(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(making, "BUNDLE", tmp_path)
    key = tmp_path / "key.pem"
    make_key(key)
    argv = ["bundle", "-o", str(tmp_path / "it"), "--debian", "12", "--sign-with", str(key)]
    assert main(argv) == 1
    assert "was itself unpacked from a bundle" in capsys.readouterr().err
    assert not (tmp_path / "it").exists()


@pytest.mark.parametrize("output", ["/nowhere/it.bundle", "."])
def test_where_nothing_can_be_written_no_bundle_is_begun(output, capsys):
    assert main(["bundle", "-o", output, "--debian", "12"]) == 1
    assert capsys.readouterr().out == ""
