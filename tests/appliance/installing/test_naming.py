"""By which names a box is to be reached: told before anything is done by them."""

import os

import pytest

from appliance.cli import main
from appliance.errors import ApplianceError
from appliance.installing import naming, settings

ODD = ("https://models.corp.example", "Models_1.corp.example", "models corp", "")


@pytest.fixture
def settings_file(tmp_path, monkeypatch):
    """The settings of a box, which has none yet."""
    path = tmp_path / "bastide.env"
    monkeypatch.setattr(settings.read, "__defaults__", (path,))
    return path


@pytest.mark.parametrize("options", [(), ("--plan",)])
@pytest.mark.parametrize("name", ODD)
def test_a_name_that_cannot_be_is_told_before_anything_else(name, options, capsys, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)  # who is not root is told so only then
    assert main(["install", "--name", "good.example", "--name", name, *options]) == 1
    shown = capsys.readouterr()
    assert f"error: The name '{name.lower()}' is not a host name." in shown.err
    assert not shown.out


def test_names_are_kept_in_the_order_in_which_they_were_typed(settings_file):
    typed = ["10.0.0.5", "Models.Corp.Example.", "models.corp.example", "[2001:DB8::5]"]
    assert naming.chosen(typed) == ("10.0.0.5", "models.corp.example", "2001:db8::5")


def test_a_box_keeps_its_names_where_none_are_typed(settings_file):
    settings_file.write_text("BASTIDE_NAMES=box.example, 10.0.0.5\n")
    assert naming.chosen([]) == ("box.example", "10.0.0.5")


def test_a_name_that_cannot_be_is_no_name(settings_file):
    with pytest.raises(ApplianceError, match="'no name' is not a host name"):
        naming.chosen(["no name"])
