"""Puts the parts of all chunks together into the result, and tells what a page says of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec

from worker.batch.differences import differences
from worker.batch.early_joining import finish
from worker.batch.opening import open_writer, open_wrong_writer
from worker.batch.places import JobPlace, appearing
from worker.batch.plans import Plan
from worker.batch.summary import summarise
from worker.contract.batch import AssembleOutcome, AssembleRequest


def assemble(
    request: AssembleRequest, spool_dir: Path, place: JobPlace, confirm: Callable[[], None]
) -> AssembleOutcome:
    """Write the result and the file of wrong rows, both by rename. Done before, it is only told again.

    `confirm` raises where nobody waits for this attempt any more: then nothing appears, for another may have a result.
    """
    outcome = _told_before(place)
    if outcome is None:
        try:
            outcome = _assembled(request, spool_dir, place, confirm)
        except FileNotFoundError:
            # Another worker that was asked too has told of it and cleared the parts.
            if (outcome := _told_before(place)) is None:
                raise
    return msgspec.structs.replace(outcome, step=request.step)


def _told_before(place: JobPlace) -> AssembleOutcome | None:
    try:
        return msgspec.json.decode(place.outcome.read_bytes(), type=AssembleOutcome)
    except FileNotFoundError:
        return None


def _assembled(
    request: AssembleRequest, spool_dir: Path, place: JobPlace, confirm: Callable[[], None]
) -> AssembleOutcome:
    plan = Plan.load(place.plan)
    numbers = [chunk.number for chunk in plan.chunks]
    with ThreadPoolExecutor(max_workers=1) as beside:
        told = beside.submit(summarise, place, plan)  # while the kernel copies
        _make_result(plan, place, confirm)
    summary = told.result()  # before anything else: it finds out whether another has cleared what this is made of
    wrong = [part for number in numbers if (part := place.wrong_part(number)).exists()]
    if wrong:
        with appearing(place.wrong_rows) as draft:
            open_wrong_writer(plan, place).assemble(wrong, draft)
            confirm()
    else:
        place.wrong_rows.unlink(missing_ok=True)  # an earlier attempt may have had some
    former = JobPlace(spool_dir, request.former) if request.former is not None else None
    answers = [place.answers(number) for number in numbers]
    outcome = AssembleOutcome(
        step=request.step,
        result_bytes=place.result.stat().st_size,
        result_format=plan.output,
        wrong_rows_bytes=place.wrong_rows.stat().st_size if wrong else 0,
        summary=summary,
        differences=differences(plan, answers, former) if former is not None else None,
    )
    with appearing(place.outcome) as draft:
        draft.write_bytes(msgspec.json.encode(outcome))
    return outcome


def _make_result(plan: Plan, place: JobPlace, confirm: Callable[[], None]) -> None:
    """Finish what was joined early; where that cannot be, or a worker that stands still has it, begin anew."""
    writer, parts = open_writer(plan, place), [place.part(chunk.number) for chunk in plan.chunks]
    head = writer.head()
    if head is not None:
        with suppress(BlockingIOError):
            finish(place, head, parts, confirm)
            return
    with appearing(place.result) as draft:
        writer.assemble(parts, draft)
        confirm()
