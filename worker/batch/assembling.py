"""Puts the parts of all chunks together into the result, and tells what a page says of it."""

from pathlib import Path

from worker.batch.differences import differences
from worker.batch.opening import open_writer
from worker.batch.places import JobPlace, appearing
from worker.batch.plans import Plan
from worker.batch.summary import summarise
from worker.batch.wrong_rows import write_wrong_rows
from worker.contract.batch import AssembleOutcome, AssembleRequest


def assemble(
    request: AssembleRequest, place: JobPlace, former: JobPlace | None, rows: Sequence[Chunk]
) -> AssembleOutcome:
    """Write the result and the file of wrong rows, both by rename."""
    plan = Plan.load(place.plan)
    with appearing(place.result) as draft:
        open_writer(plan, place).assemble([place.part(chunk.number) for chunk in rows], draft)
    wrong = [part for chunk in rows if (part := place.wrong_part(chunk.number)).exists()]
    if wrong:
        with appearing(place.wrong_rows) as draft:
            write_wrong_rows(plan, wrong, draft)
    answers = [place.answers(chunk.number) for chunk in rows]
    return AssembleOutcome(
        step=request.step,
        result_bytes=place.result.stat().st_size,
        result_format=plan.output,
        wrong_rows_bytes=place.wrong_rows.stat().st_size if wrong else 0,
        summary=summarise(place, rows),
        differences=differences(plan, answers, former) if former is not None else None,
    )
