"""A file of outcomes is read as a job's file is, and each outcome of it is kept or told of by its line."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.worker.journal.rows import NOON_MS, SIGNATURE
from tests.worker.monitoring.test_taking import DIGEST, box, known
from worker.contract.manifest import Engine, Manifest
from worker.contract.signature import Output, OutputKind
from worker.contract.truth import BY_FEATURE, BY_REQUEST
from worker.contract.truth_files import ColumnsChosen, TruthFileOutcome, TruthFileRequest
from worker.monitoring.truth_files import read

__all__ = ["box"]  # the fixture of the neighbour

FILE_ID = "a" * 32
COLUMNS = ColumnsChosen(by=BY_REQUEST, key="id", value="outcome", row="row")
BY_CUT = ColumnsChosen(by=BY_FEATURE, key="cut", value="outcome", name="cut")
ID_ONLY = ColumnsChosen(by=BY_REQUEST, key="id", value="outcome")


def sent(
    box: Path, content: bytes, columns: ColumnsChosen | None = COLUMNS, now_ms: int = NOON_MS, **more: Any
) -> TruthFileOutcome:
    place = box / "spool" / "batch" / FILE_ID
    place.mkdir(parents=True, exist_ok=True)
    (place / "input").write_bytes(content)
    if not (box / "spool" / "journal").exists():
        (box / "spool" / "journal").symlink_to(box / "journal")
    facts: dict[str, Any] = {"file_id": FILE_ID, "endpoint": "diamonds", "digest": DIGEST, "file_name": "outcomes.csv"}
    return read(TruthFileRequest(**(facts | more), columns=columns), box / "spool", box / "models", now_ms)


def test_a_file_is_understood_before_anything_is_taken(box):
    outcome = sent(box, "id;row;outcome\na;0;yes\nb;1;no\n".encode("utf-16"), columns=None)
    found = outcome.understanding
    assert found is not None
    assert (found.encoding, found.separator) == ("utf-16-le", ";")
    assert [column.name for column in found.columns] == ["id", "row", "outcome"]
    assert found.first_rows[0] == ("a", "0", "yes")
    assert known(box) == [None] * 5


def test_the_outcomes_are_joined_with_the_rows(box):
    outcome = sent(box, b"id,row,outcome\na,1,yes\nc,0,no\nlater,0,yes\n")
    assert (outcome.rows, outcome.taken, outcome.joined, outcome.unknown, outcome.matched) == (3, 3, 2, 1, 2)
    assert known(box) == [None, "yes", None, None, "no"]


def test_what_is_malformed_is_told_by_its_line(box):
    outcome = sent(box, b"id,row,outcome\na,0,perhaps\n,0,yes\na,x,yes\na,1,yes,more\n\nb,0,no\n")
    assert (outcome.taken, outcome.refused) == (1, 4)
    assert [problem.line for problem in outcome.problems] == [2, 3, 4, 5]
    assert str(outcome.problems[0].message) == "perhaps is not one of 'no', 'yes'."


def test_an_empty_cell_names_no_row(box):
    outcome = sent(box, b'cut,outcome\n,yes\n"  ",yes\ncut 1,no\n', BY_CUT)
    assert (outcome.taken, outcome.refused, [problem.line for problem in outcome.problems]) == (1, 2, [2, 3])
    assert known(box) == [None, "no", None, "no", None]


def answering(box: Path, output: Output) -> None:
    """Have the version answer something else."""
    signature = msgspec.structs.replace(SIGNATURE, output=output)
    manifest = Manifest(format="skops", engine=Engine.SKLEARN, engine_reason="", signature=signature, example={})
    (box / "models" / DIGEST / "manifest.json").write_bytes(msgspec.json.encode(manifest))


@pytest.mark.parametrize(
    ("labels", "content", "kept"),
    [
        ((0, 1), b"id,outcome\na,1.0\nc,0.0\n", ["1", "0"]),
        ((False, True), b"id,outcome\na,True\nc,FALSE\n", ["true", "false"]),
    ],
)
def test_classes_are_read_as_pandas_writes_them(box, labels, content, kept):
    answering(box, Output(kind=OutputKind.CLASS, name="sold", labels=labels))
    assert sent(box, content, ID_ONLY).refused == 0
    assert [each for each in known(box) if each] == kept


PRICE = Output(kind=OutputKind.NUMBER, name="price")


@pytest.mark.parametrize(
    ("content", "kept", "refused"),
    [
        (b"id;outcome\na;1,5\nc;1234,25\nb;1 234,5\n", [1.5, 1234.5, 1234.25], {}),
        (b"id;outcome\na;1.5\nc;1234\nb;1 234.5\n", [1.5, 1234.5, 1234.0], {}),
        (b"id;outcome\na;0.25\nb;1,234\nc;2,5\n", [0.25], {3: "1,234 has a comma", 4: "2,5 has a comma"}),
        (b"id;outcome\na;0,25\nb;2,5\nc;1.234\n", [0.25, 2.5], {4: "1.234 has a point"}),
        (b'id,outcome\na,0.25\nb,"1,234"\nc,"1,2,3"\n', [0.25], {3: "1,234 has a comma", 4: "1,2,3 is no number."}),
        (b"id;outcome\na;0.25\nb;nan\nc;1_000\n", [0.25], {3: "nan is no number.", 4: "1_000 is no number."}),
    ],
)
def test_numbers_are_read_with_the_decimal_mark_of_the_file(box, content, kept, refused):
    answering(box, PRICE)
    outcome = sent(box, content, ID_ONLY)
    assert [float(each) for each in known(box) if each] == kept
    assert outcome.refused == len(refused)
    assert {each.line: str(each.message)[: len(refused[each.line])] for each in outcome.problems} == refused


def test_a_corrected_file_takes_the_place_of_a_former_one(box):
    sent(box, b"id,row,outcome\nc,0,no\n")
    sent(box, b"id,row,outcome\nc,0,yes\n", now_ms=NOON_MS + 1)
    assert known(box)[-1] == "yes"


def test_without_a_column_of_places_the_first_row_is_meant(box):
    outcome = sent(box, b"id\toutcome\na\tyes\n", ID_ONLY)
    assert outcome.matched == 1


def test_a_column_that_is_not_there_is_told_of(box):
    outcome = sent(box, b"id,row\na,1\n")
    assert str(outcome.reason) == "The file has no column outcome."
    assert outcome.taken == 0


def test_what_is_no_table_is_told_of(box):
    outcome = sent(box, b"", columns=None)
    assert outcome.reason is not None


def test_the_file_goes_once_its_outcomes_are_taken(box):
    sent(box, b"id,row,outcome\na,0,yes\n")
    assert not (box / "spool" / "batch" / FILE_ID).exists()


def test_a_request_that_no_site_sends_is_refused(box):
    with pytest.raises(ValueError, match="endpoint"):
        sent(box, b"", endpoint="../x")
    with pytest.raises(ValueError, match="features"):
        sent(box, b"who,outcome\napi:7,yes\n", ColumnsChosen(by=BY_FEATURE, key="who", value="outcome", name="@caller"))
    with pytest.raises(ValueError, match="32"):
        sent(box, b"", file_id="../../x")
