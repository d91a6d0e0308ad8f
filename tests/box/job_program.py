"""A program that hands files to a running box and gets them back answered, and files for it."""

import io
import time
from typing import Any, Final, Self

import httpx
import polars as pl

from tests.box.callers import biopsy_rows
from tests.running_box import RunningBox

ENDED: Final = frozenset({"succeeded", "failed", "canceled"})
PATIENCE_S: Final = 240.0
"""Of a test for a job, which has what everything else on the machine leaves."""

PAUSE_S: Final = 0.1
PAUSE_S_MAX: Final = 2.0
"""Many who ask ten times a second take the processors from their own jobs."""


class JobProgram:
    """Asks as one user does. While processes of the box are killed, it asks again until one answers."""

    def __init__(self, box: RunningBox, user: str = "admin") -> None:
        headers = {"Authorization": f"Bearer {box.key(user)}"}
        self.client = httpx.Client(base_url=box.url, headers=headers, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def send(self, content: bytes, name: str, endpoint: str = "biopsy", **options: str) -> httpx.Response:
        """Send a file and return the answer."""
        address = f"/api/v1/endpoints/{endpoint}/jobs"
        return self.client.post(address, params={"name": name, **options}, content=content)

    def begun(self, content: bytes, name: str, endpoint: str = "biopsy", **options: str) -> str:
        """Send a file, which must be taken, and return the job's id."""
        answer = self.send(content, name, endpoint, **options)
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["id"]
        return job_id

    def told(self, job_id: str) -> dict[str, Any]:
        """Return what is told of a job."""
        answer: dict[str, Any] = self._patiently(f"/api/v1/jobs/{job_id}").json()
        return answer

    def ended(self, job_id: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """Return what is told of a job once it has ended."""
        deadline_s = time.monotonic() + timeout_s
        pause_s = PAUSE_S
        while (told := self.told(job_id))["status"] not in ENDED:
            assert time.monotonic() < deadline_s, f"The job does not end: {told}"
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, PAUSE_S_MAX)
        return told

    def result(self, job_id: str) -> bytes:
        """Return the result of a job, which must succeed."""
        told = self.ended(job_id)
        assert told["status"] == "succeeded", told["reason"]
        return self._patiently(f"/api/v1/jobs/{job_id}/result").content

    def _patiently(self, address: str) -> httpx.Response:
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.client.get(address)
                if answer.status_code == 200 or time.monotonic() > deadline_s:
                    return answer.raise_for_status()
            except httpx.TransportError:
                if time.monotonic() > deadline_s:
                    raise
            time.sleep(0.1)


def biopsies(rows: int, first: int = 0) -> pl.DataFrame:
    """Return so many rows, each with a number of its own."""
    known = pl.DataFrame(biopsy_rows())
    numbers = pl.int_range(first, first + rows, eager=True)
    return known[(numbers % known.height).to_list()].with_columns(number=numbers)


def csv_of(frame: pl.DataFrame) -> bytes:
    """Return the rows as CSV."""
    return frame.write_csv().encode()


def answers_in(content: bytes) -> pl.DataFrame:
    """Return the rows of a result that is CSV."""
    return pl.read_csv(io.BytesIO(content))
