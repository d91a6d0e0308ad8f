"""By which names a box is to be reached: told before anything is done by them, and changed by one command."""

import argparse
import io
import os
import socket
from datetime import UTC, datetime

import pytest

from appliance import box_commands
from appliance.box_commands import Terminal, agrees
from appliance.care import settings_file as told_settings
from appliance.cli import main
from appliance.environment import outward_address
from appliance.errors import ApplianceError
from appliance.installing import fitness, install, naming, settings
from appliance.tls import keeping
from appliance.tls.directory import File, Mode, TlsDirectory, mode_files
from appliance.tls.names import Names, names_of

NOW = datetime.now(UTC)
SETTINGS = """\
# mine
BASTIDE_PUBLIC_URL=https://box.example
BASTIDE_NAMES=box.example,10.0.0.5
BASTIDE_JOB_DAYS=3
"""
ODD = ("https://models.corp.example", "Models_1.corp.example", "models corp", "")


@pytest.fixture
def settings_file(tmp_path, monkeypatch):
    """The settings of a box, which has none yet."""
    path = tmp_path / "bastide.env"
    monkeypatch.setattr(settings.read, "__defaults__", (path,))
    for module in (naming, install, told_settings):
        monkeypatch.setattr(module, "SETTINGS", path)
    return path


@pytest.fixture
def box(settings_file, tmp_path, monkeypatch):
    """The TLS directory of a box with two names and an authority of its own."""
    settings_file.write_text(SETTINGS)
    directory = TlsDirectory(root=tmp_path / "tls")
    for module in (naming, box_commands):
        monkeypatch.setattr(module, "TLS", directory.root)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    keeping.ensure(directory, names_of(["box.example", "10.0.0.5"]), NOW)
    return directory


def signed_by(directory, mode):
    """Let the certificate that there is count as signed by others."""
    with directory.locked():
        directory.change(mode_files(mode))


def wished(*names, yes=False):
    """Return what a person typed who wants these names."""
    return argparse.Namespace(action="renew", names=list(names), own=False, force=False, yes=yes)


def terminal(said, answer=None):
    """Return the terminal of a person who answers so; without an answer, nobody sits there."""

    def ask(question):
        if answer is None:
            raise EOFError
        return answer

    return Terminal(say=said.append, tell=said.append, ask=ask)


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


@pytest.mark.parametrize(
    "found", ["box", "localhost", "localhost.localdomain", "box.localdomain", "1.0.0.127.in-addr.arpa"]
)
def test_a_machine_without_a_full_name_is_asked_for_one(found):
    with pytest.raises(ApplianceError, match="Say by which name people reach it: --name NAME") as refused:
        naming.full_name(found)
    assert refused.value.hint.startswith("sudo ./bastide install --name models.corp.example")


def test_the_address_of_the_machine_is_an_example():
    with pytest.raises(ApplianceError) as refused:
        naming.full_name("box")
    assert refused.value.hint.endswith(f" --name {outward_address() or 'models.corp.example'}")


def test_a_machine_with_a_full_name_goes_by_it(settings_file, monkeypatch):
    monkeypatch.setattr(socket, "getfqdn", lambda: "Models.corp.example")
    assert naming.chosen([]) == ("models.corp.example",)
    monkeypatch.setattr(socket, "getfqdn", lambda: "box")
    with pytest.raises(ApplianceError, match="No other machine knows this one as box"):
        naming.chosen([])


def test_a_plan_for_nobody_is_refused_too(settings_file, monkeypatch, capsys):
    monkeypatch.setattr(socket, "getfqdn", lambda: "box")
    assert main(["install", "--plan"]) == 1
    assert "Say by which name people reach it" in capsys.readouterr().err


def test_a_name_that_cannot_be_is_no_name(settings_file):
    with pytest.raises(ApplianceError, match="'no name' is not a host name"):
        naming.chosen(["no name"])


def test_other_names_take_the_place_of_the_former_and_leave_the_rest(box, settings_file):
    assert naming.place_names(("new.example", "10.0.0.5"))
    assert settings_file.read_text() == SETTINGS.replace("box.example", "new.example")
    assert not naming.place_names(("new.example", "10.0.0.5"))


@pytest.mark.parametrize(
    ("former", "names", "url"),
    [
        ("https://box.example:8443/", ("new.example",), "https://new.example:8443"),
        ("https://10.0.0.5", ("box.example", "10.0.0.5", "new.example"), "https://10.0.0.5"),
        ("https://10.0.0.5", ("box.example",), "https://box.example"),
        ("https://https://box.example", ("box.example",), "https://box.example"),
        ("https://box.example", ("2001:db8::5",), "https://[2001:db8::5]"),
    ],
)
def test_the_address_follows_the_first_name_and_keeps_what_was_chosen(box, settings_file, former, names, url):
    settings_file.write_text(SETTINGS.replace("https://box.example", former))
    naming.place_names(names)
    assert settings.read()["BASTIDE_PUBLIC_URL"] == url


def test_whoever_installs_with_other_names_is_told_what_becomes_of_them(box):
    (told,) = naming.told(("new.example", "10.0.0.5"))
    assert told == "  The box goes by new.example, 10.0.0.5 from now on, and no longer by box.example"
    assert list(naming.told(("box.example", "10.0.0.5"))) == []


def test_names_that_take_the_place_of_broken_ones_are_no_reason_to_refuse(settings_file):
    settings_file.write_text("BASTIDE_PUBLIC_URL=https://https://box.example\nBASTIDE_NAMES=https://box.example\n")
    install.require_good_settings(("box.example",))
    with pytest.raises(ApplianceError, match="cannot be put to use"):
        install.require_good_settings()
    settings_file.write_text(f"{settings_file.read_text()}BASTIDE_JOB_DAYS=seven\n")
    with pytest.raises(ApplianceError, match="BASTIDE_JOB_DAYS is 'seven'"):
        install.require_good_settings(("box.example",))


def test_only_names_beyond_its_bounds_need_another_authority(box):
    assert not naming.beyond_authority(names_of(["below.box.example", "10.0.0.5"]))
    assert naming.beyond_authority(names_of(["box.example", "new.example"])) == names_of(["new.example"])
    signed_by(box, Mode.FILES)
    assert not naming.beyond_authority(names_of(["new.example"]))
    assert naming.beyond_authority(names_of(["new.example"]), is_own=True) == names_of(["new.example"])


def test_before_there_is_an_authority_nobody_is_asked(box):
    with box.locked():
        box.change({File.AUTHORITY: None, File.AUTHORITY_KEY: None})
    assert not naming.beyond_authority(names_of(["new.example"]))


@pytest.mark.parametrize(
    ("answer", "yes", "agreed"),
    [(None, False, False), ("yes", False, False), ("another authority", False, True), (None, True, True)],
)
def test_another_authority_is_made_only_for_whoever_wants_it(answer, yes, agreed):
    said: list[str] = []
    assert agrees(names_of(["new.example"]), wished(yes=yes), terminal(said, answer)) is agreed
    assert "may not vouch for new.example" in said[0]
    assert (said[-1] == "Nothing was changed.") is not agreed


def test_nobody_is_asked_where_the_authority_may_stay():
    said: list[str] = []
    assert agrees(Names(), wished(), terminal(said))
    assert said == []


def test_an_installation_with_other_names_asks_before_anything_is_touched(box, settings_file, capsys, monkeypatch):
    monkeypatch.setattr(fitness, "OS_RELEASE", settings_file.parent / "none")  # so that this machine never becomes one
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert main(["install", "--name", "box.example", "--name", "new.example"]) == 1
    assert capsys.readouterr().out.endswith("Nothing was changed.\n")
    assert settings_file.read_text() == SETTINGS


def test_a_certificate_that_others_signed_comes_before_the_name(box, capsys):
    signed_by(box, Mode.COMPANY)
    naming.require_certificate(("box.example",))
    with pytest.raises(ApplianceError, match=r"signed elsewhere, and is not for new\.example") as refused:
        naming.require_certificate(("box.example", "new.example"))
    assert "sudo bastide tls request --name box.example --name new.example" in refused.value.hint


def test_an_acme_server_must_find_the_box_by_a_name_before_it_is_the_first(box):
    signed_by(box, Mode.ACME)
    naming.require_certificate(("box.example", "new.example"))
    assert "not for new.example" in naming.remarks(("box.example", "new.example"))[0]
    with pytest.raises(ApplianceError, match=r"not signed for new\.example yet") as refused:
        naming.require_certificate(("new.example",))
    both = "--name box.example --name 10.0.0.5 --name new.example"
    steps = f"sudo bastide install {both}; then: sudo bastide tls renew {both}"
    assert refused.value.hint == f"{steps}; then type the same again"


def test_a_certificate_alone_gives_no_other_name(box):
    before = box.read(File.BOX)
    with pytest.raises(ApplianceError, match=r"The names of the box are box.example, 10.0.0.5.") as refused:
        box_commands.run_tls(wished("box.example", "new.example"), terminal([]))
    assert refused.value.hint.startswith("sudo bastide install --name box.example --name new.example gives it")
    assert box.read(File.BOX) == before


def test_a_renewal_that_needs_another_authority_asks_too(box, settings_file):
    settings_file.write_text(SETTINGS.replace("10.0.0.5", "new.example"))
    before = box.read(File.AUTHORITY)
    said: list[str] = []
    assert box_commands.run_tls(wished("box.example", "new.example"), terminal(said)) == 1
    assert said[-1] == "Nothing was changed."
    assert box.read(File.AUTHORITY) == before


def test_names_of_the_certificate_alone_are_told(box, settings_file):
    assert not naming.unanswered()
    settings_file.write_text(SETTINGS.replace(",10.0.0.5", ""))
    assert naming.unanswered() == names_of(["10.0.0.5"])
