"""Opens a pickle in a process that is thrown away: what it leaves is examined like an upload."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import joblib
import msgspec

from worker.contract.inspection import CONVERTED, InspectionOutcome
from worker.contract.words import Words
from worker.inspection.apart import Job
from worker.inspection.disposable import OUTCOME
from worker.inspection.material import ANSWERS, material_of
from worker.inspection.refusal import Refused, rejection
from worker.tables.wording import quoted

SKOPS: Final = Words("Save the model with skops.io.dump and upload that file: it says what it cannot hold.")
AGAIN: Final = Words("Save the model again and upload the whole file.")


def main(job_file: str) -> None:
    """Convert the pickle that the job names and leave what that gives in the working directory."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    try:
        material = material_of(Path(job.inbox), Path.cwd())
        model, told = _open(material.found.path)
        # What fails to open costs no second: the libraries of models take long to load.
        from worker.inspection.conversion import convert  # noqa: PLC0415  # see above

        convert(model, told, material, job.request.publication)
    except Refused as refused:
        outcome = rejection(job.request, refused.words, refused.advice, refused.facts)
    else:
        outcome = InspectionOutcome(
            inspection_id=job.request.inspection_id, version_id=job.request.version_id, files=(CONVERTED, ANSWERS)
        )
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def _open(path: Path) -> tuple[object, list[Warning | str]]:
    """Return what the pickle makes, and the warnings that it came with."""
    with _explained(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return joblib.load(path), [each.message for each in caught]


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        words = Words(
            "The pickle needs the module {module}, which this box does not have.", {"module": quoted(error.name)}
        )
        raise Refused(words, SKOPS) from error
    except AttributeError as error:
        words = Words("The pickle needs a function or class of its own program: {error}.", {"error": str(error)[:300]})
        raise Refused(words, SKOPS) from error
    except MemoryError:
        raise
    except Exception as error:  # a pickle may raise whatever it likes
        said = f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")
        raise Refused(Words("The pickle cannot be opened: {error}", {"error": said}), AGAIN) from error
