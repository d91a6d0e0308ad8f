"""`manage.py create_first_admin`: the account by which a new box is entered, its password in a file."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from webapp.accounts.models import Role, User
from webapp.accounts.passwords import FIRST_ADMIN, first_password_file, new_password


class Command(BaseCommand):
    """Creates the first admin."""

    help = "Create the user 'admin' with a password in <data-dir>/admin-password, unless an administrator exists."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make the account once; a second call does nothing."""
        if User.objects.filter(role=Role.ADMIN).exists():
            return
        password = new_password()
        write_secret(first_password_file(), password)
        User.objects.create_superuser(FIRST_ADMIN, password=password)
        self.stdout.write(f"Created the administrator '{FIRST_ADMIN}'.")


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)
        file.write(f"{text}\n")
