"""Whatever is uploaded, the answer is a sentence; no file of it stays, and no process of it lives on."""

from pathlib import Path

import msgspec
import psutil
import pytest

from tests.worker.inspection import hostile, uploads
from tests.worker.inspection.hostile_cases import ALL, Case
from tests.worker.inspection.publishing import LIMITS
from tests.worker.inspection.uploads import flowers
from worker.contract.inspection import InspectionOutcome, InspectionRequest, Publication
from worker.inspection.apart import Workplace

SHORT = msgspec.structs.replace(
    LIMITS, memory_bytes=700_000_000, timeout_s=30, cpu_s=25, file_size_bytes=400_000_000, disk_bytes=500_000_000
)


def inspect(spool: Path, case: Case, *, pickles_allowed: bool) -> InspectionOutcome:
    inbox = uploads.write(spool / "inbox" / "one", case.artifact(), case.rows())
    if case.rows() == b"2.1 GB":
        with (inbox / "reference").open("r+b") as file:
            file.truncate(2_100_000_000)
    asked = InspectionRequest(
        inspection_id="one",
        version_id=7,
        publication=Publication(target="target"),
        pickles_allowed=pickles_allowed,
    )
    limits = msgspec.structs.replace(SHORT, timeout_s=case.timeout_s)
    return Workplace(spool_dir=spool, limits=limits).inspect(asked)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_each_is_refused_with_its_sentence_and_leaves_nothing(tmp_path, name):
    Path(hostile.MARK).unlink(missing_ok=True)
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    outcome = inspect(tmp_path, ALL[name], pickles_allowed=name.startswith("pickle:"))
    assert outcome.reason.startswith(ALL[name].reason), (outcome.reason, outcome.facts)
    assert outcome.hint
    assert outcome.manifest is None
    assert files_in(tmp_path) == ["inbox/one/artifact", "inbox/one/reference"]
    assert not Path(hostile.MARK).exists()
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= before


def files_in(spool: Path) -> list[str]:
    return sorted(str(path.relative_to(spool)) for path in spool.rglob("*") if not path.is_dir())


def test_there_are_many():
    assert len(ALL) > 75


def test_one_row_is_enough(tmp_path):
    case = Case("", rows=lambda: flowers().head(1).to_csv(index=False).encode())
    outcome = inspect(tmp_path, case, pickles_allowed=False)
    assert outcome.manifest is not None, outcome.reason
