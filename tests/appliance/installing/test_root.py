"""Who may change an installed box, and that others may read what is made."""

import os
import pwd

import pytest

from appliance.errors import ApplianceError
from appliance.installing import root
from appliance.installing.root import let_others_read, require_root, require_root_or_care


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


CARE, STRANGER = 4_711, 4_712


@pytest.fixture
def become(monkeypatch):
    """Be somebody; the account that looks after the box is that of the machine's own name service."""
    mail = pwd.getpwnam("mail")
    monkeypatch.setattr(root, "CARE", mail.pw_name)
    return lambda user: monkeypatch.setattr(os, "geteuid", lambda: {"root": 0, "care": mail.pw_uid}.get(user, STRANGER))


@pytest.mark.parametrize(("user", "is_let"), [("root", True), ("care", True), ("stranger", False)])
def test_who_looks_after_the_box_is_let_in_where_that_is_said(become, user, is_let):
    become(user)
    assert lets(require_root_or_care) is is_let
    assert lets(require_root) is (user == "root")


def test_where_there_is_no_such_account_it_is_root_alone(become, monkeypatch):
    monkeypatch.setattr(root, "CARE", "nobody-of-that-name")
    become("stranger")
    assert not lets(require_root_or_care)


def lets(required):
    try:
        required()
    except ApplianceError:
        return False
    return True
