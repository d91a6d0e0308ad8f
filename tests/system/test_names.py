"""An installed box is given other names by one command, and refuses those that cannot be."""

import pytest

from tests.system.installation import ADDRESS, NAME
from tests.system.looking import SETTINGS, edited, findings, is_well_within, wrong
from tests.system.machine import Machine

pytestmark = pytest.mark.system


def answer(machine: Machine, name: str) -> str:
    """Return the status that the front answers by a name, for whoever trusts the box's own authority."""
    asked = ("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--insecure")
    return machine.run(*asked, "--resolve", f"{name}:443:{ADDRESS}", f"https://{name}/livez")


def test_a_box_is_given_another_name_by_one_command(installed):
    names = ("--name", NAME, "--name", ADDRESS, "--name", "new.example")
    authority = (installed.root / "etc/bastide/tls/current/authority.crt").read_bytes()
    assert installed.run("bastide", "install", *names, check=False).endswith("Nothing was changed.\n")
    assert (answer(installed, "new.example"), answer(installed, NAME)) == ("421", "200")
    assert (installed.root / "etc/bastide/tls/current/authority.crt").read_bytes() == authority
    told = installed.run("bastide", "install", "--yes", *names, timeout_s=300)
    assert f"The box goes by {NAME}, {ADDRESS}, new.example from now on" in told
    assert answer(installed, "new.example") == "200"
    assert wrong(installed) == {}
    told = installed.run("bastide", "install", *names[:4], timeout_s=300)
    assert f"{NAME}, {ADDRESS} from now on, and no longer by new.example" in told
    assert (answer(installed, "new.example"), answer(installed, NAME)) == ("421", "200")
    assert wrong(installed) == {}


def test_a_name_that_is_set_and_not_yet_put_to_use(installed):
    path = installed.root / SETTINGS
    with edited(path, path.read_text().replace(f"NAMES={NAME}", f"NAMES={NAME},new.example")):
        found = wrong(installed)
    assert found["front_names"]["hint"] == "sudo bastide install puts the settings to use"
    assert found["certificate_names"]["measured"] == "not for new.example"


def test_a_name_that_cannot_be_touches_nothing(installed):
    before = (installed.root / SETTINGS).read_bytes()
    told = installed.run("bastide", "install", "--name", f"https://{NAME}", check=False)
    assert f"try: leave out https://: --name {NAME}" in told
    assert (installed.root / SETTINGS).read_bytes() == before


def test_a_machine_called_box_is_not_named_so_by_itself(installed):
    with edited(installed.root / SETTINGS, ""):
        told = installed.run("bastide", "install", "--plan", check=False)
    assert "Say by which name people reach it: --name NAME. No other machine knows this one as box." in told
    assert f"--name models.corp.example --name {installed.address}" in told


def test_a_name_that_debian_leads_to_the_machine_itself_is_not_known(installed):
    path = installed.root / "etc/hosts"  # which a bare machine has none of
    path.write_text(f"127.0.0.1 localhost\n127.0.1.1 {NAME} box\n")
    found = findings(installed)["name"]
    path.unlink()
    assert found["status"] == "skipped"
    assert found["hint"].startswith(f"look from another computer whether {NAME} leads to {installed.address};")


def test_an_installation_that_was_not_finished(installed):
    installed.run("systemctl", "stop", "bastide.target")
    installed.run("sh", "-c", "mv /etc/systemd/system/bastide* /root/; systemctl daemon-reload")
    assert wrong(installed).keys() == {"installation"}
    installed.run("bastide", "install", timeout_s=300)
    assert is_well_within(installed, 30)
