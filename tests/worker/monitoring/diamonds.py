"""The story of the diamonds, for the tests: a model of their price, and requests from the real data, day by day."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import polars as pl

from examples.diamonds import load_diamonds
from tests.worker.models import trained
from tests.worker.models.stores import write_version
from worker.comparison.rows import taken
from worker.contract.inspection import PROFILE, REFERENCE
from worker.contract.journal import KEEP_ALL, JournalRule
from worker.contract.manifest import Engine, Manifest
from worker.contract.monitoring_run import MonitorOutcome, MonitorRequest
from worker.contract.truth import BY_REQUEST, Truth
from worker.inspection.profile import profile
from worker.inspection.reference import read_reference
from worker.inspection.tables import to_table
from worker.journal import truth
from worker.journal.columns import Answered, Asker, Origin
from worker.journal.writing import JournalWriter
from worker.models.serving import ServedModel
from worker.monitoring.apart import Job
from worker.monitoring.process import Budget, looked

DIGEST = "d" * 64
DAY_MS = 86_400_000
FIRST_MS = 1_793_491_200_000
"""2026-11-01, 00:00 UTC."""

ROWS_A_DAY = 600
Change = Callable[[pd.DataFrame], pd.DataFrame]


@functools.cache
def unseen() -> pd.DataFrame:
    """Return the diamonds that the model was not trained on, in an order without meaning."""
    everything = load_diamonds()
    seen = everything.iloc[::30].index
    return everything.drop(index=seen).sample(frac=1.0, random_state=7).reset_index(drop=True)


def grams(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose weight somebody began to write in milligrams: a carat is 200 of them."""
    return rows.assign(carat=rows["carat"] * 200)


@dataclass
class Story:
    """A version of the store with its reference, and a journal that is written day by day."""

    root: Path
    rule: JournalRule = KEEP_ALL
    days: int = 0

    def __post_init__(self) -> None:
        made = trained.diamonds()
        write_version(self.version, made, Engine.SKLEARN)
        reference = unseen()[:8_000]
        reference.to_csv(self.version / REFERENCE, index=False)
        manifest = msgspec.json.decode((self.version / "manifest.json").read_bytes(), type=Manifest)
        manifest = msgspec.structs.replace(manifest, target="price")
        (self.version / "manifest.json").write_bytes(msgspec.json.encode(manifest))
        self.model = ServedModel.load(self.version)
        cells = read_reference(self.version / REFERENCE)
        values = taken(cells, made.signature).values
        answers = self.model.predict(to_table(values, made.signature))
        frozen = profile(values, made.signature, answers, cells["price"].cast(pl.Float64).to_list())
        (self.version / PROFILE).write_bytes(msgspec.json.encode(frozen))

    @property
    def version(self) -> Path:
        return self.root / "models" / DIGEST

    @property
    def journal(self) -> Path:
        return self.root / "journal" / "diamonds"

    def day(
        self,
        change: Change = lambda rows: rows,
        price: Callable[[Any], Any] | None = None,
        lacking: tuple[str, ...] = (),
    ) -> None:
        """Let a day of real diamonds be asked, and tell their prices a while later where `price` says what they are.

        Features that are `lacking` stand in the journal as missing; this model could not be asked without them.
        """
        start = 8_000 + self.days * ROWS_A_DAY
        real = unseen()[start : start + ROWS_A_DAY]
        at_ms = FIRST_MS + self.days * DAY_MS
        asked = change(real)
        signature = self.model.manifest.signature
        table = to_table(pl.DataFrame({name: asked[name].to_list() for name in signature.names}), signature)
        answers = self.model.predict(table)
        asked = asked.assign(**dict.fromkeys(lacking))
        table = to_table(pl.DataFrame({name: asked[name].to_list() for name in signature.names}), signature)
        writer = JournalWriter(self.root / "journal", "story", lambda: at_ms / 1000)
        origin = Origin("diamonds", 1, DIGEST, self.rule)
        for row in range(ROWS_A_DAY):
            asker = [Asker(f"d{self.days}-{row}", 1, "api:1", 2.0 + row / 100)]
            moment = at_ms + row * 120_000
            writer.note(
                origin, signature, Answered(asker, table.slice(row, row + 1), answers.slice(row, row + 1), moment, 0.1)
            )
        writer.flush()
        if price is not None:
            outcomes = price(real["price"].to_numpy().astype(np.float64)).tolist()
            truths = [Truth(BY_REQUEST, f"d{self.days}-{row}", outcome) for row, outcome in enumerate(outcomes)]
            truth.append(self.journal, truths, at_ms + 3 * DAY_MS)
        self.days += 1

    def look(self, budget: Budget | None = None, **request: Any) -> MonitorOutcome:
        """Return what all windows show."""
        wanted = {"seconds_min": 72_000.0, "now_ms": FIRST_MS + (self.days + 3) * DAY_MS, **request}
        asked = MonitorRequest(run_id="0" * 32, endpoint="diamonds", digest=DIGEST, **wanted)
        return looked(Job(request=asked, version=str(self.version), journal=str(self.journal)), budget)
