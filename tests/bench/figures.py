"""The figures of the online bench, the aims they are held against, and the table that people read."""

import statistics
from dataclasses import dataclass
from typing import Final

CONNECTIONS: Final = (1, 16, 64)
AIMS: Final = {"logistic": {16: 3.0, 64: 5.0}, "biopsy": {1: 10.0, 16: 40.0, 64: 40.0}}
"""At least this many times FastAPI's requests/s."""
AIM_P50_AT_1: Final = 1.0
AIM_PSS_MB: Final = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One measurement."""

    model: str
    server: str
    connections: int
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    wrong: int
    errors: int


def report(cells: list[Cell], pss_mb: float, difference: float) -> None:
    """Print the table, and how each aim is met."""
    print(f"{'model':10}{'connections':>12}{'server':>10}{'requests/s':>12}", end="")
    print(f"{'p50 ms':>9}{'p99 ms':>9}{'wrong':>7}{'errors':>8}")
    for model in AIMS:
        for connections in CONNECTIONS:
            for server in ("bastide", "fastapi"):
                print(_row([c for c in cells if (c.model, c.server, c.connections) == (model, server, connections)]))
    for model, aims in AIMS.items():
        for connections, aim in aims.items():
            ratio = _ratio(cells, model, connections, "requests_per_s")
            judge(f"{model} at {connections}: {ratio:.1f} times FastAPI's requests/s (aim {aim:g})", met=ratio >= aim)
    ratio = _ratio(cells, "logistic", 1, "p50_ms")
    judge(f"logistic at 1: {ratio:.2f} of FastAPI's p50 (aim {AIM_P50_AT_1:g})", met=ratio <= AIM_P50_AT_1)
    aim_text = f"(aim under {AIM_PSS_MB})"
    judge(f"idle box, three models loaded: {pss_mb:.0f} MB PSS {aim_text}", met=pss_mb < AIM_PSS_MB)
    wrong = sum(cell.wrong for cell in cells)
    judge(f"{wrong} wrong labels; probabilities within {difference:.1e} of model.predict_proba", met=wrong == 0)


def _row(same: list[Cell]) -> str:
    first = same[0]
    rate, p50, p99 = (
        statistics.median(getattr(cell, field) for cell in same) for field in ("requests_per_s", "p50_ms", "p99_ms")
    )
    wrong, errors = sum(cell.wrong for cell in same), sum(cell.errors for cell in same)
    start = f"{first.model:10}{first.connections:>12}{first.server:>10}"
    return f"{start}{rate:>12,.0f}{p50:>9.2f}{p99:>9.2f}{wrong:>7}{errors:>8}"


def _ratio(cells: list[Cell], model: str, connections: int, field: str) -> float:
    """Return the median over the rounds of the box's figure divided by FastAPI's of the same round."""
    mine, theirs = (
        [float(getattr(c, field)) for c in cells if (c.model, c.server, c.connections) == (model, server, connections)]
        for server in ("bastide", "fastapi")
    )
    return statistics.median(a / b for a, b in zip(mine, theirs, strict=True))


def judge(sentence: str, *, met: bool) -> bool:
    """Print how one aim is met, and return whether it is."""
    print("met    " if met else "MISSED ", sentence)
    return met
