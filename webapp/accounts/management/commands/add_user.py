"""`manage.py add_user NAME --role ROLE`: a new account with a first password, printed once."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.accounts import terminal
from webapp.accounts.models import Role, User
from webapp.accounts.passwords import new_password

NAME_HINT: Final = "choose a name of 1 to 150 letters, digits and @ . + - _, without spaces"


class Command(BaseCommand):
    """Adds a user."""

    help = "Add a user and print the first password, which they can change on the site."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a name and a role."""
        parser.add_argument("name")
        parser.add_argument("--role", choices=Role.values, default=Role.USER)
        terminal.add_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the account."""
        name = options["name"]
        if User.objects.filter(username=name).exists():
            message = f"User '{name}' cannot be added: the name is taken.\nchoose another name"
            raise CommandError(message)
        password = new_password()
        user = User(username=name, role=options["role"])
        user.set_password(password)
        try:
            user.full_clean()
        except ValidationError as error:
            message = f"User '{name}' cannot be added: {' '.join(error.messages)}\n{NAME_HINT}"
            raise CommandError(message) from error
        with terminal.typed_by(options["machine_account"]):
            user.save()
        self.stdout.write(password)
