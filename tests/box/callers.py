"""Many callers at once against a running box, each with its own row, and what each of them got."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx
from sklearn.datasets import load_breast_cancer

DEADLINE_S = 10.0
"""The gateway's deadline: nobody may wait longer (the tests allow a second for a busy machine)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Got:
    """One answer: which row was asked, what came back and after how long. Status 0: the connection broke."""

    row: int
    status: int
    body: dict[str, Any]
    retry_after: str | None
    waited_s: float
    at_s: float


def biopsy_rows() -> list[dict[str, float]]:
    """Return the 569 rows of the biopsies as the native dialect takes them."""
    rows: list[dict[str, float]] = load_breast_cancer(as_frame=True).data.to_dict("records")
    return rows


async def ask_for(url: str, key: str, seconds: float, connections: int = 64) -> list[Got]:
    """Ask for biopsies on this many connections for this long, and return every answer."""
    rows = biopsy_rows()
    results: list[Got] = []
    end_s = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=connections)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=DEADLINE_S * 2, limits=limits) as client:

        async def caller(number: int) -> None:
            while time.monotonic() < end_s:
                row = (number * 37 + len(results)) % len(rows)
                results.append(await ask(client, row, rows[row]))
                if results[-1].status in {0, 503}:
                    await asyncio.sleep(0.1)

        await asyncio.gather(*(caller(number) for number in range(connections)))
    return results


async def ask(client: httpx.AsyncClient, number: int, row: dict[str, float]) -> Got:
    """Ask for one row."""
    started_s = time.monotonic()
    try:
        response = await client.post("/api/v1/endpoints/biopsy/predict", json={"rows": [row]})
    except httpx.TransportError:
        return Got(
            row=number, status=0, body={}, retry_after=None, waited_s=time.monotonic() - started_s, at_s=started_s
        )
    return Got(
        row=number,
        status=response.status_code,
        body=response.json(),
        retry_after=response.headers.get("Retry-After"),
        waited_s=time.monotonic() - started_s,
        at_s=time.monotonic(),
    )


def label(got: Got) -> str:
    """Return the predicted class."""
    return str(got.body["predictions"][0]["prediction"])


def malignancy(got: Got) -> float:
    """Return the probability of malignancy: a fine fingerprint of the row that was answered."""
    return float(got.body["predictions"][0]["probabilities"]["malignant"])
