"""The bound on the connections of one address: what is written for the kernel, and what of it the kernel takes."""

import os

import pytest

from appliance.installing import firewall, front, settings

by_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may ask the kernel for its rules")


@pytest.fixture
def said(tmp_path, monkeypatch):
    """Return what puts a line into the settings of a box whose files lie elsewhere."""
    monkeypatch.setattr(firewall, "CONFIGURATION", tmp_path / "firewall.nft")

    def put(line):
        (tmp_path / "bastide.env").write_text(f"{line}\n")
        monkeypatch.setattr(settings.read, "__defaults__", (tmp_path / "bastide.env",))

    put("# nothing")
    return put


@pytest.mark.parametrize(
    ("line", "most"),
    [
        ("", 500),
        ("BASTIDE_CONNECTIONS_MAX=64", 64),
        ("BASTIDE_CONNECTIONS_MAX=off", None),
        ("BASTIDE_CONNECTIONS_MAX=OFF", None),
    ],
)
def test_the_settings_say_how_many(said, line, most):
    said(line)
    assert firewall.connections_max() == most


@pytest.mark.parametrize("value", ["0", "many", "-1", "", "1.5"])
def test_what_cannot_be_meant_neither_lifts_the_bound_nor_shuts_everybody_out(said, value):
    said(f"BASTIDE_CONNECTIONS_MAX={value}")
    assert firewall.connections_max() == 500


@by_root
def test_the_kernel_takes_the_table(said):
    told: list[str] = []
    assert firewall.place_firewall(told.append)
    assert (firewall.problem(), told, firewall.wanted()) == ("", [], (firewall.SERVICE,))
    assert not firewall.place_firewall(told.append)


def test_no_table_is_touched_but_the_own_one():
    lines = [line for line in firewall.text(9).splitlines() if not line.startswith((" ", "#", "}"))]
    assert {line.removeprefix("delete ").removesuffix(" {") for line in lines} == {f"table {' '.join(firewall.TABLE)}"}
    assert firewall.text(9).count("ct count over 9 ") == 2
    assert "flush" not in firewall.text(9)


@by_root
def test_a_kernel_that_takes_it_not_is_told_and_no_error(said, monkeypatch):
    monkeypatch.setattr(firewall, "text", lambda most: "table inet bastide { chain a { ct unheard over 1; } }\n")
    told: list[str] = []
    assert firewall.place_firewall(told.append)
    assert "This kernel bounds no connections" in told[0]
    assert firewall.wanted() == ()


def test_switched_off_nothing_is_left_of_it(said):
    firewall.CONFIGURATION.write_text("table")
    said("BASTIDE_CONNECTIONS_MAX=off")
    assert firewall.place_firewall(print)
    assert not firewall.CONFIGURATION.exists()
    assert firewall.wanted() == ()
    assert not firewall.place_firewall(print)


def test_without_nft_nothing_is_loaded(monkeypatch):
    monkeypatch.setattr(firewall, "NFT", "/nowhere/nft")
    assert not firewall.is_loaded()
    assert "not installed" in firewall.problem()


def test_nginx_is_told_the_same(said):
    said("BASTIDE_CONNECTIONS_MAX=64")
    assert "limit_conn connections 64;" in front.text(["box.example"], 1)
    said("BASTIDE_CONNECTIONS_MAX=off")
    assert "limit_conn connections" not in front.text(["box.example"], 1)
