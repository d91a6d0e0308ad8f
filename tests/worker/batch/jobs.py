"""Jobs done as workers do them, one step after the other, without a queue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest import mock

import msgspec

from tests.worker.models import trained
from tests.worker.models.stores import write_version
from worker.batch import planning
from worker.batch.assembling import assemble
from worker.batch.formats import csv as csv_format
from worker.batch.places import JobPlace
from worker.batch.planning import Planning
from worker.batch.plans import Plan
from worker.batch.scoring import Scoring
from worker.contract.batch import (
    AssembleOutcome,
    AssembleRequest,
    Choice,
    ChunkOutcome,
    PlanOutcome,
    PlanRequest,
    Step,
)
from worker.contract.manifest import Engine, Manifest
from worker.contract.signature import Feature, Output, OutputKind, Signature
from worker.models.answers import Answers
from worker.models.serving import ServedModel
from worker.tables.table import Table


@cache
def served(name: str, engine: Engine = Engine.ONNX) -> ServedModel:
    """Return one of the trained models as it is served."""
    directory = Path(mkdtemp()) / name
    write_version(directory, trained.ALL[name](), engine)
    return ServedModel.load(directory)


@dataclass
class Said:
    """An engine that answers with what it is told to: `answers` of the table."""

    answers: object

    def predict(self, table: Table) -> Answers:
        return self.answers(table)  # type: ignore[no-any-return,operator]  # a function of the test's


def told(
    answers: object, features: Sequence[Feature], labels: tuple[str | int | bool, ...] | None = None
) -> ServedModel:
    """Return a model of these features that answers as it is told: labels with probabilities, or numbers."""
    kind = OutputKind.NUMBER if labels is None else OutputKind.CLASS
    output = Output(kind=kind, name="y", labels=labels, probabilities=labels is not None)
    signature = Signature(features=tuple(features), output=output)
    manifest = Manifest(format="skops", engine=Engine.SKLEARN, engine_reason="", signature=signature, example={})
    return ServedModel(manifest, Said(answers), size_bytes=1)


@dataclass(frozen=True)
class Job:
    """A job under way; each of its steps may be done by itself."""

    spool: Path
    model: ServedModel
    step: Step
    request: PlanRequest
    rows_of_chunk: int = 100_000

    @property
    def place(self) -> JobPlace:
        return JobPlace(self.spool, self.step)

    @property
    def kept(self) -> Plan:
        return Plan.load(self.place.plan)

    def plan(self) -> PlanOutcome:
        signature = self.model.manifest.signature
        with mock.patch.object(csv_format, "CHUNK_BYTES_MIN", 1), mock.patch.object(planning, "ROWS_MIN", 1 << 30):
            return Planning(self.request, self.place, signature, self.model.number_max).plan()

    def score(self, **more: bool) -> list[ChunkOutcome]:
        plan = self.kept
        return [
            Scoring(self.place, plan, self.model).score(self.step, chunk, lambda _: None, **more)
            for chunk in plan.chunks
        ]

    def assemble(self, former: Step | None = None) -> AssembleOutcome:
        return assemble(AssembleRequest(step=self.step, former=former), self.spool, self.place, lambda: None)

    def run(self, former: Step | None = None) -> "Result":
        planned = self.plan()
        assert planned.reason is None, f"{planned.reason} {planned.hint}"
        scored = self.score()
        return Result(self, planned, scored, self.assemble(former))


@dataclass(frozen=True)
class Result:
    """What came of a job; tests look into parts of it that other jobs lack."""

    job: Job
    planned: Any
    scored: list[ChunkOutcome]
    outcome: Any

    @property
    def data(self) -> bytes:
        return self.job.place.result.read_bytes()

    @property
    def wrong(self) -> bytes:
        return self.job.place.wrong_rows.read_bytes()

    def counts(self) -> tuple[int, int, int]:
        """Return how many rows there were, were invalid, and failed."""
        return (
            sum(each.rows for each in self.scored),
            sum(each.invalid for each in self.scored),
            sum(each.failed for each in self.scored),
        )


_numbers = iter(range(1, 1 << 32))


def job(
    spool: Path,
    content: bytes,
    model: ServedModel,
    choice: Choice = Choice(),  # noqa: B008  # it is frozen
    *,
    rows_of_chunk: int = 100_000,
    file_name: str = "input.csv",
    **more: object,
) -> Job:
    """Return a new job for a file of this content, of which wrong rows are accepted."""
    step = Step(job_id=f"{next(_numbers):032x}", attempt=1, token="token")
    given = {"wrong_rows_accepted": True, "rows_per_s": rows_of_chunk / 2, **more}
    request = PlanRequest(step=step, file_name=file_name, digest="v", version=3, choice=choice, **given)  # type: ignore[arg-type]  # by name
    made = Job(spool, model, step, request, rows_of_chunk)
    made.place.job.mkdir(parents=True)
    made.place.make()
    made.place.input.write_bytes(content)
    return made


def again(former: Job, model: ServedModel | None = None) -> Job:
    """Return the same job once more, for another model."""
    made = job(former.spool, former.place.input.read_bytes(), model or former.model)
    return replace(made, request=msgspec.structs.replace(former.request, step=made.step))
