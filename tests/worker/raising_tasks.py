"""The data plane's app with tasks that no product should have: `celery -A tests.worker.raising_tasks`."""

import time
from pathlib import Path
from typing import Any

from worker.app import app
from worker.settings import SETTINGS
from worker.tasks import contained

__all__ = ["app"]


@app.task(name="tests.eat_memory")  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def eat_memory(message: dict[str, Any]) -> None:
    """Raise what ends a Celery worker that is not careful."""
    raise MemoryError(message)


@app.task(name="tests.linger")  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def linger(message: dict[str, Any]) -> None:
    """Note the start, and the first time stay for so long that only a kill ends it."""
    starts = Path(SETTINGS.spool_dir, message["token"])
    with starts.open("a") as file:
        file.write(".")
    if starts.stat().st_size == 1:
        time.sleep(600)
