"""What the tests of alerts build: looks and what they found, told in a line."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.playground import NOON
from webapp.alerts.models import Alert
from webapp.alerts.noticing import notice, settings_of
from webapp.endpoints.models import Endpoint
from webapp.monitoring import running
from worker.contract.monitoring_run import MonitorOutcome, WindowReport


@pytest.fixture(autouse=True)
def _sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is at the other end of the queue."""
    monkeypatch.setattr("webapp.celery.app.send_task", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def _settings(settings, tmp_path):
    settings.ALERTS_FILE = tmp_path / "alerts.json"
    settings.ALERT_HOUR = 0
    settings.PUBLIC_URL = "http://box.example"
    settings.MAIL_FROM = ""
    settings.TIME_ZONE = "UTC"


@pytest.fixture
def looked(penguins: Endpoint) -> Callable[..., None]:
    """What a look at the penguins' champion found is recorded."""

    def look(*windows: WindowReport, at: datetime = NOON, **more: Any) -> None:
        champion = penguins.champion
        assert champion is not None, "The penguins have one"
        run = running.ask(penguins, champion.version, at)
        running.record(MonitorOutcome(run_id=run.run_id, windows=windows, **more), at)

    return look


@pytest.fixture
def noticed(penguins: Endpoint) -> Callable[..., list[str]]:
    """The penguins are judged; what is open then is returned."""

    def judge(now: datetime = NOON) -> list[str]:
        endpoint = Endpoint.objects.get(pk=penguins.pk)
        champion = endpoint.champion
        assert champion is not None, "as above"
        notice(champion, settings_of(endpoint), now)
        return sorted(Alert.objects.open().values_list("rule", flat=True))

    return judge


HOUR = timedelta(hours=1)
