"""`manage.py look ENDPOINT`: has the data plane look at what an endpoint answered, and waits until it has."""

import time
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from webapp.endpoints.models import Endpoint
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.monitoring.running import RunNotSentError, ask

TIMEOUT_S: Final = 600.0
POLL_S: Final = 0.5


class Command(BaseCommand):
    """Looks at an endpoint now."""

    help = "Look at what an endpoint answered, and wait for what is found."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the endpoint's name."""
        parser.add_argument("endpoint", help="the endpoint's name")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, and say how the last window is."""
        endpoint = Endpoint.objects.filter(name=options["endpoint"]).first()
        champion = endpoint.champion if endpoint is not None else None
        if endpoint is None or champion is None:
            msg = f"There is no endpoint {options['endpoint']} with a version deployed."
            raise CommandError(msg)
        try:
            ask(endpoint, champion.version, timezone.now())
        except RunNotSentError as error:
            msg = "The queue does not answer.\nstart the box, then look again"
            raise CommandError(msg) from error
        deadline_s = time.monotonic() + TIMEOUT_S
        while MonitoringRun.objects.of(endpoint, champion.version).filter(ended_at__isnull=True).exists():
            if time.monotonic() > deadline_s:
                msg = "Nobody has looked.\nsee whether the jobs worker runs"
                raise CommandError(msg)
            time.sleep(POLL_S)
        windows = MonitoredWindow.objects.of(endpoint, champion.version)
        last = windows.closed().first() or windows.first()
        self.stdout.write(f"{windows.count()} windows; the last one: {last.state if last else 'none'}")
