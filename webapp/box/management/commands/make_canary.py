"""`manage.py make_canary`: what one prediction is asked with, as JSON; `{}` where nothing is deployed."""

from typing import Any

import msgspec
from django.core.management.base import BaseCommand
from django.utils import timezone

from webapp.box import canary


class Command(BaseCommand):
    """Makes a key for one prediction."""

    help = "Make a key for one prediction, and print it with an endpoint and a row, as JSON."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make the key."""
        self.stdout.write(msgspec.json.encode(canary.make(timezone.now())).decode())
