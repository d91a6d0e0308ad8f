"""One caller who asks for predictions all the while, and remembers each answer."""

import threading
from collections import Counter
from types import TracebackType
from typing import Final, Self

import httpx

from tests.box.callers import biopsy_rows

PAUSE_S: Final = 0.1


class Bystander:
    """Asks from `with` until its end. `statuses` counts the answers by their status; 0: the connection broke."""

    def __init__(self, url: str, key: str) -> None:
        self.statuses: Counter[int] = Counter()
        self._ends = threading.Event()
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()
        self._client.close()

    def _ask(self) -> None:
        row = biopsy_rows()[0]
        while True:
            self.statuses[self._status(row)] += 1
            if self._ends.wait(PAUSE_S):
                return

    def _status(self, row: dict[str, float]) -> int:
        try:
            return self._client.post("/api/v1/endpoints/biopsy/predict", json={"rows": [row]}).status_code
        except httpx.TransportError:
            return 0
