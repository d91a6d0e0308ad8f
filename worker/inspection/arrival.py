"""Where the disposable process begins: what was handed over, and whether it may be opened, before any model library."""

from pathlib import Path
from typing import Final

import msgspec

from worker.contract.inspection import InspectionOutcome, InspectionRequest
from worker.contract.words import Words
from worker.inspection.apart import QUARANTINE, Job
from worker.inspection.confinement import can_confine
from worker.inspection.disposable import OUTCOME
from worker.inspection.material import Material, material_of
from worker.inspection.refusal import Refused, rejection

NOT_ALLOWED: Final = Words(
    "The model file is a pickle, which can run any program while it is opened. It was not opened."
)
SKOPS_OR_ASK: Final = Words(
    "Save the model with skops and upload that file: skops holds data only. An admin can also let you publish pickles."
)
NOT_CONFINED: Final = Words(
    "The model file is a pickle, and this machine's kernel cannot shut in the process that would open it."
)
SKOPS: Final = Words("Save the model with skops and upload that file.")
NOT_CONVERTED: Final = Words("The pickle has not been converted.")


def main(job_file: str) -> None:
    """Examine what the job names and leave the outcome and what was made in the working directory."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    try:
        material = material_of(Path(job.inbox), Path.cwd(), Path(job.converted) if job.converted else None)
        outcome = _of_pickle(job.request, material)
    except Refused as refused:
        outcome = rejection(job.request, refused.words, refused.advice, refused.facts)
    else:
        if outcome is None:
            # What is refused before this line costs no second: the libraries of models take long to load.
            from worker.inspection.examination import outcome_of  # noqa: PLC0415  # see above

            outcome = outcome_of(job.request, Path(job.inbox), Path.cwd(), material)
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def _of_pickle(request: InspectionRequest, material: Material) -> InspectionOutcome | None:
    """Return None when examination may begin; for a pickle that was not converted, that it must be, or the refusal."""
    if not material.found.is_pickle or material.converted is not None:
        return None
    if not request.pickles_allowed:
        return rejection(request, NOT_ALLOWED, SKOPS_OR_ASK)
    if not can_confine():
        return rejection(request, NOT_CONFINED, SKOPS)
    return rejection(request, NOT_CONVERTED, facts={QUARANTINE: True})
