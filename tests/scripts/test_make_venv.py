"""When a venv is taken as it is, built on, or made anew."""

import runpy

import pytest

from appliance.paths import ROOT


@pytest.fixture
def script(tmp_path):
    """The script in a checkout of its own."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "requirements").mkdir()
    for pins in ("run", "dev"):
        (tmp_path / "requirements" / f"{pins}.txt").write_text(f"{pins}==1\n")
    path = tmp_path / "scripts" / "make_venv.py"
    path.write_text((ROOT / "scripts" / "make_venv.py").read_text())
    return runpy.run_path(str(path))


@pytest.fixture
def python(script):
    script["PYTHON"].parent.mkdir(parents=True)
    script["PYTHON"].write_text("")
    return script["PYTHON"]


def test_no_venv_is_neither_made_nor_whole(script):
    assert not script["is_made"]("run")
    assert not script["is_whole"]()


def test_a_venv_without_a_stamp_was_left_half_made(script, python):
    assert not script["is_whole"]()


def test_a_stamped_venv_is_taken_as_it_is(script, python):
    script["stamp_file"]("run").write_text(script["stamp"]("run") + "\n")
    assert script["is_made"]("run")
    assert not script["is_made"]("dev")


def test_changed_pins_build_on_a_whole_venv(script, python):
    script["stamp_file"]("run").write_text(script["stamp"]("run") + "\n")
    script["requirements"]("run").write_text("run==2\n")
    assert not script["is_made"]("run")
    assert script["is_whole"]()


def test_another_python_makes_it_anew(script, python):
    script["stamp_file"]("run").write_text(f"{'0' * 64} /usr/bin/python3.10\n")
    assert not script["is_whole"]()


def test_who_may_not_install_is_told_what_to_type(script, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"try: sudo apt-get install python3-venv redis-server$"):
        script["install_venv_module"]("redis-server")


def test_who_only_looks_gets_nothing_installed_although_it_could_be(script, tmp_path, monkeypatch):
    asked = tmp_path / "asked"
    for program in ("apt-get", "sudo", "env"):
        (tmp_path / program).write_text(f"#!/bin/sh\n/usr/bin/touch {asked}\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"nothing installed\.\ntry: sudo apt-get install python3-venv$"):
        script["install_venv_module"]("redis-server", "yes")
    assert not asked.exists()


def test_a_bundle_brings_its_own_packages_but_not_those_of_development(script, tmp_path):
    assert not script["is_bundled"]("run")
    script["WHEELS"].mkdir(parents=True)
    assert script["is_bundled"]("run")
    assert not script["is_bundled"]("dev")


def test_pip_runs_from_its_wheel(script):
    script["WHEELS"].mkdir(parents=True)
    (script["WHEELS"] / "pip-1-py3-none-any.whl").touch()
    script["BUNDLED_PINS"].touch()
    assert script["bundled_pip"]() == [f"{script['WHEELS']}/pip-1-py3-none-any.whl/pip"]


def test_a_bundle_for_another_python_is_told(script):
    script["WHEELS"].mkdir(parents=True)
    (script["WHEELS"] / "pip-1-py3-none-any.whl").touch()
    with pytest.raises(SystemExit, match=r"The bundle has no packages for Python 3\.\d+"):
        script["bundled_pip"]()
