"""Puts the parts of all chunks together into the result, and tells what a page says of it."""

from pathlib import Path

from worker.batch.differences import differences
from worker.batch.opening import open_writer
from worker.batch.places import JobPlace, appearing
from worker.batch.plans import Plan
from worker.batch.summary import summarise
from worker.batch.wrong_rows import write_wrong_rows
from worker.contract.batch import AssembleOutcome, AssembleRequest


def assemble(request: AssembleRequest, spool_dir: Path, place: JobPlace) -> AssembleOutcome:
    """Write the result and the file of wrong rows, both by rename."""
    plan = Plan.load(place.plan)
    numbers = [chunk.number for chunk in plan.chunks]
    with appearing(place.result) as draft:
        open_writer(plan, place).assemble([place.part(number) for number in numbers], draft)
    wrong = [part for number in numbers if (part := place.wrong_part(number)).exists()]
    if wrong:
        with appearing(place.wrong_rows) as draft:
            write_wrong_rows(plan, wrong, draft)
    former = JobPlace(spool_dir, request.former) if request.former is not None else None
    answers = [place.answers(number) for number in numbers]
    return AssembleOutcome(
        step=request.step,
        result_bytes=place.result.stat().st_size,
        result_format=plan.output,
        wrong_rows_bytes=place.wrong_rows.stat().st_size if wrong else 0,
        summary=summarise(place, plan.chunks),
        differences=differences(plan, answers, former) if former is not None else None,
    )
