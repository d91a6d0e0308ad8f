"""The steps of a job as a worker does them: a lease while it is at it, a count of begins, and always an answer."""

import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from worker.batch.begins import Begins
from worker.batch.errors import FileRefused
from worker.batch.lease import Canceled, Lease
from worker.batch.places import JobPlace
from worker.contract.batch import (
    BEGINS_MAX,
    AssembleOutcome,
    AssembleRequest,
    ChunkOutcome,
    PlanOutcome,
    PlanRequest,
    ScoreRequest,
    Step,
)
from worker.contract.journal import DIRECTORY, JobRows
from worker.contract.words import Words
from worker.models.cache import ModelCache
from worker.models.errors import ModelError

if TYPE_CHECKING:
    from worker.journal.job_rows import JobJournal

logger = logging.getLogger(__name__)

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

NO_SPACE: Final = Words("The disk of the box is full.")
SPACE_HINT: Final = Words("Try again when an administrator has freed space; nothing of your file is lost.")
NO_MEMORY: Final = Words("The rows need more memory than a worker may take.")
MEMORY_HINT: Final = Words("Send a file with shorter rows, or run the box on a machine with more memory.")
DIED: Final = Words("This was begun {begun} times, and each time the worker that did it died.", {"begun": BEGINS_MAX})
DIED_HINT: Final = Words("An administrator finds more in the log of the batch workers.")

Outcome = TypeVar("Outcome", PlanOutcome, ChunkOutcome, AssembleOutcome)
Done = Callable[[Lease], Outcome]
Failed = Callable[[Words, Words], Outcome]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a worker works: the spool, Redis, its models."""

    spool_dir: Path
    redis_socket: Path
    models: ModelCache

    def plan(self, request: PlanRequest, tell: Callable[[PlanOutcome], None]) -> PlanOutcome | None:
        """Understand a file and cut it; `tell` of its first chunks before the last."""
        place = JobPlace(self.spool_dir, request.step)

        def failed(reason: Words, hint: Words) -> PlanOutcome:
            return PlanOutcome(step=request.step, reason=reason, hint=hint)

        def work(_: Lease) -> PlanOutcome:
            from worker.batch.planning import Planning  # noqa: PLC0415  # an idle worker stays light

            place.clear_former_attempts()
            model = self.models.get(request.digest)
            return Planning(request, place, model.manifest.signature, model.number_max).plan(tell)

        return self._done(request.step, place, "plan", work, failed)

    def score(self, request: ScoreRequest) -> ChunkOutcome | None:
        """Answer the rows of a chunk."""
        place = JobPlace(self.spool_dir, request.step)
        number = request.chunk.number

        def failed(reason: Words, _: Words) -> ChunkOutcome:
            return ChunkOutcome(step=request.step, number=number, reason=reason, gave_up=reason is DIED)

        def work(lease: Lease) -> ChunkOutcome:
            from worker.batch.plans import Plan  # noqa: PLC0415  # an idle worker stays light
            from worker.batch.scoring import Scoring  # noqa: PLC0415  # as above

            plan = Plan.load(place.plan)
            journal = self._journal(request.journal, plan.version, plan.digest)
            scoring = Scoring(place, plan, self.models.get(plan.digest), journal)
            return scoring.score(request.step, request.chunk, lease.progress, skip=request.skip)

        name = f"score-{number}-skip" if request.skip else f"score-{number}"
        return self._done(request.step, place, name, work, failed)

    def _journal(self, rows: JobRows | None, version: int, digest: str) -> "JobJournal | None":
        from worker.journal.job_rows import JobJournal  # noqa: PLC0415  # an idle worker stays light

        return JobJournal(self.spool_dir / DIRECTORY, rows, version, digest) if rows is not None else None

    def join(self, step: Step) -> None:
        """Join the parts of the result that are there, when a chunk has been told of: nobody waits for it."""
        from worker.batch.early_joining import join_early  # noqa: PLC0415  # an idle worker stays light

        join_early(JobPlace(self.spool_dir, step))

    def assemble(self, request: AssembleRequest) -> AssembleOutcome | None:
        """Make the result."""
        place = JobPlace(self.spool_dir, request.step)

        def failed(reason: Words, hint: Words) -> AssembleOutcome:
            return AssembleOutcome(step=request.step, reason=reason, hint=hint)

        def work(lease: Lease) -> AssembleOutcome:
            from worker.batch.assembling import assemble  # noqa: PLC0415  # an idle worker stays light

            return assemble(request, self.spool_dir, place, lease.confirm)

        return self._done(request.step, place, "assemble", work, failed)

    def clear(self, request: AssembleRequest) -> None:
        """Remove what only the making of the result needed, when that has been told: nobody waits for it."""
        JobPlace(self.spool_dir, request.step).clear_parts()

    def _done(
        self, step: Step, place: JobPlace, name: str, work: Done[Outcome], failed: Failed[Outcome]
    ) -> Outcome | None:
        """Return what came of a step; None when the job was canceled meanwhile."""
        with Begins(place.begun(name)) as begins, Lease(self.redis_socket, step) as lease:
            try:
                # Before the begin is counted: a worker that is killed while it loads libraries was not killed by rows.
                import worker.batch.libraries  # noqa: F401, PLC0415  # an idle worker stays light

                place.make()
                if begins.begin() >= BEGINS_MAX:
                    logger.error("A step of job %s (request %s) is given up", step.job_id, step.request_id or "-")
                    return failed(DIED, DIED_HINT)
                outcome = work(lease)
            except Canceled:
                place.clear_joined()
                outcome = None
            except FileRefused as refused:
                outcome = failed(refused.words, refused.hint)
            except ModelError as error:
                outcome = failed(error.words, error.advice)
            except MemoryError:
                outcome = failed(NO_MEMORY, MEMORY_HINT)
            except Exception as error:  # the task wrapper: the job must not wait for ever
                logger.exception("A step of job %s (request %s) failed", step.job_id, step.request_id or "-")
                outcome = failed(NO_SPACE, SPACE_HINT) if _is_no_room(error) else failed(_broke(error), DIED_HINT)
            begins.forget()
        return outcome


def _is_no_room(error: Exception) -> bool:
    """Return whether a disk is full; what polars raises tells that only in its words."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return True
    return any(f"(os error {number})" in str(error) for number in NO_ROOM)


def _broke(error: Exception) -> Words:
    said = f"{type(error).__name__}: {error}"[:300]
    return Words("This could not be done: {error}", {"error": said})
