"""The story of a wrong unit: `python -m examples.drift SPOOL_DIR MODELS_DIR` writes three weeks into a box's journal.

For two weeks real diamonds are asked for as they are. Then somebody writes their weight in milligrams, a carat being
200 of them, and one in eleven writes it as text, which is refused. Their true prices come three days later; those of
the last days are not known yet.
"""

import sys
import time
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import polars as pl
from sklearn.model_selection import train_test_split

from examples.diamonds import load_diamonds
from worker.contract.errors import ProblemCode
from worker.contract.journal import DIRECTORY, KEEP_ALL
from worker.contract.truth import BY_REQUEST, Truth
from worker.inspection.tables import to_table
from worker.journal import truth
from worker.journal.columns import Answered, Asker, Origin
from worker.journal.writing import JournalWriter
from worker.models.serving import ServedModel, read_manifest
from worker.tables.errors import Tally

ENDPOINT: Final = "diamonds"
DAYS: Final = 21
WRONG_FROM: Final = 14
ROWS_A_DAY: Final = 600
DELAY_DAYS: Final = 3
MILLIGRAMS: Final = 200.0
REFUSED_A_DAY: Final = 60
AS_TEXT: Final = Tally(1, {("carat", ProblemCode.WRONG_TYPE.value): 1})
DAY_MS: Final = 86_400_000
BETWEEN_MS: Final = 120_000
"""Between two requests: a day's 600 fill twenty hours."""


def main(spool_dir: Path, models_dir: Path) -> None:
    """Write the story."""
    version = version_in(models_dir)
    model = ServedModel.load(version)
    first_ms = (int(time.time() * 1000) // DAY_MS - DAYS) * DAY_MS
    real = unseen()
    journal = JournalWriter(spool_dir / DIRECTORY, "story")
    for day in range(DAYS):
        rows = real[day * ROWS_A_DAY : (day + 1) * ROWS_A_DAY]
        begins_ms = first_ms + day * DAY_MS
        ask(journal, model, version.name, rows if day < WRONG_FROM else in_milligrams(rows), begins_ms)
        if day >= WRONG_FROM:
            refuse(journal, version.name, begins_ms)
        journal.flush()
        if day < DAYS - DELAY_DAYS:
            tell(spool_dir / DIRECTORY / ENDPOINT, rows, begins_ms)
    print(f"{DAYS} days of {ROWS_A_DAY} requests; from day {WRONG_FROM + 1} on the weight is in milligrams.")


def version_in(models_dir: Path) -> Path:
    """Return the published example in a model store."""
    for path in sorted(models_dir.iterdir()):
        if (path / "manifest.json").exists() and read_manifest(path).signature.output.name == "price":
            return path
    sys.exit("error: the example diamonds is not published\ntry: start a box with its examples")


def unseen() -> pd.DataFrame:
    """Return diamonds that the example was not trained on, in an order without meaning."""
    _, held_out = train_test_split(load_diamonds(), test_size=1 / 3, random_state=0)
    shuffled: pd.DataFrame = held_out.sample(frac=1.0, random_state=1).reset_index(drop=True)
    return shuffled


def in_milligrams(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose weight was written in another unit."""
    return rows.assign(carat=rows["carat"] * MILLIGRAMS)


def ask(journal: JournalWriter, model: ServedModel, digest: str, rows: pd.DataFrame, begins_ms: int) -> None:
    """Note a day of requests as the box would have noted them: one row each, a few minutes apart."""
    signature = model.manifest.signature
    table = to_table(pl.DataFrame({name: rows[name].to_list() for name in signature.names}), signature)
    answers = model.predict(table)
    origin = Origin(ENDPOINT, 1, digest, KEEP_ALL)
    random = np.random.default_rng(begins_ms)
    times = zip(random.gamma(3.0, 0.6, len(rows)).tolist(), random.beta(2.0, 5.0, len(rows)).tolist(), strict=True)
    for row, (latency_ms, waited) in enumerate(times):
        asker = Asker(name_of(begins_ms, row), 1, "api:1", latency_ms, latency_ms * waited)
        one = table.slice(row, row + 1), answers.slice(row, row + 1)
        journal.note(origin, signature, Answered([asker], *one, begins_ms + row * BETWEEN_MS, 0.2))


def refuse(journal: JournalWriter, digest: str, begins_ms: int) -> None:
    """Count requests of a day that the box would have refused."""
    origin = Origin(ENDPOINT, 1, digest, KEEP_ALL)
    for request in range(REFUSED_A_DAY):
        journal.refusals.note(origin, AS_TEXT, begins_ms + request * BETWEEN_MS * ROWS_A_DAY // REFUSED_A_DAY)
        journal.refusals.flush()  # it forgets the hours that are over


def tell(endpoint: Path, rows: pd.DataFrame, begins_ms: int) -> None:
    """Tell the true prices of a day, some days later."""
    prices = rows["price"].to_numpy().astype(np.float64).tolist()
    truths = [Truth(BY_REQUEST, name_of(begins_ms, row), price) for row, price in enumerate(prices)]
    truth.append(endpoint, truths, begins_ms + DELAY_DAYS * DAY_MS)


def name_of(begins_ms: int, row: int) -> str:
    """Return the id of a request."""
    return f"story-{begins_ms // DAY_MS}-{row}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
