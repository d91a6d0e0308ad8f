"""Commands about accounts."""

import io
import stat

import polib
import pytest
from django.core.management import CommandError, call_command

from webapp.accounts.management.commands.compile_translations import compile_file
from webapp.accounts.models import ApiKey, Role, User


def output_of(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_a_key_is_printed_and_nothing_else(bob):
    found = ApiKey.objects.find(output_of("create_key", "--user", "bob", "--label", "lab").removesuffix("\n"))
    assert found is not None
    assert (found.user, found.label) == (bob, "lab")


def test_a_key_for_nobody_is_refused(db):
    with pytest.raises(CommandError, match=r"^There is no user 'nobody'\.\n\./bastide user add nobody --role user$"):
        output_of("create_key", "--user", "nobody")


def test_a_user_gets_a_password_that_works(db):
    password = output_of("add_user", "dora", "--role", "publisher").removesuffix("\n")
    user = User.objects.get(username="dora")
    assert user.check_password(password)
    assert user.role == Role.PUBLISHER


def test_a_user_is_added_once(bob):
    with pytest.raises(CommandError, match=r"^User 'bob' cannot be added: the name is taken\.\nchoose another name$"):
        output_of("add_user", "bob")


def test_a_name_that_is_none_is_refused(db):
    with pytest.raises(CommandError, match=r"^User 'not a name' cannot be added: .+\nchoose a name of"):
        output_of("add_user", "not a name")


def test_the_first_admin_has_a_password_in_a_file_for_the_owner_only(db, settings):
    output_of("create_first_admin")
    file = settings.DATA_DIR / "admin-password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert User.objects.get(username="admin").check_password(file.read_text().strip())


def test_there_is_only_one_first_admin(alice, settings):
    output_of("create_first_admin")
    assert User.objects.count() == 1
    assert not (settings.DATA_DIR / "admin-password").exists()


def test_translations_compile_when_they_changed(tmp_path):
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    po.append(polib.POEntry(msgid="Yes", msgstr="Oui"))
    po.save(str(tmp_path / "django.po"))
    compile_file(tmp_path / "django.po")
    first = (tmp_path / "django.mo").stat().st_mtime_ns
    compile_file(tmp_path / "django.po")
    assert (tmp_path / "django.mo").stat().st_mtime_ns == first
    assert b"Oui" in (tmp_path / "django.mo").read_bytes()
