"""What the tests of retraining share: the messages that were sent, and the key of a program."""

from typing import Any

import pytest

from webapp.accounts.models import ApiKey


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What Redis was given, by the names of the tasks."""
    messages: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "webapp.celery.app.send_task", lambda name, kwargs, queue: messages.append((name, kwargs["message"]))
    )
    return messages


@pytest.fixture
def key(alice) -> dict[str, str]:
    _, secret = ApiKey.objects.create_key(alice)
    return {"Authorization": f"Bearer {secret}"}
