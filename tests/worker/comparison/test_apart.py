"""Whatever becomes of the disposable process, the worker gets an outcome, and nothing is left behind."""

import msgspec
import pytest

from tests.redis_server import running_redis
from tests.worker.comparison.versions import NEW, OLD, REQUEST, classes, classifier, put
from tests.worker.inspection.publishing import LIMITS
from tests.worker.running_worker import RunningWorker
from worker.comparison import apart
from worker.comparison.apart import ComparingPlace
from worker.contract.comparison import ComparisonOutcome
from worker.contract.manifest import Engine, Manifest
from worker.contract.words import Words
from worker.inspection.deliveries import DELIVERIES_MAX, Deliveries
from worker.inspection.disposable import Ending
from worker.tasks import compared


@pytest.fixture
def place(tmp_path) -> ComparingPlace:
    data = classes()
    put(tmp_path / "models", OLD, classifier(data, "depth"), data, Engine.SKLEARN)
    put(tmp_path / "models", NEW, classifier(data, "length", "depth"), data)
    return ComparingPlace(models_dir=tmp_path / "models", spool_dir=tmp_path / "spool", limits=LIMITS)


def test_versions_of_both_engines_are_compared_apart(place, tmp_path):
    outcome = place.compare(REQUEST)
    assert outcome.compared is not None, (outcome.reason, outcome.detail)
    assert (outcome.comparison_id, outcome.compared.rows) == (REQUEST.comparison_id, 200)
    assert list((tmp_path / "spool" / "working").iterdir()) == []


def test_where_only_the_older_version_has_the_true_answers_its_rows_are_asked(place):
    reference = place.models_dir / NEW / "reference"
    reference.write_text("\n".join(line.rpartition(",")[0] for line in reference.read_text().splitlines()))
    manifest = place.models_dir / OLD / "manifest.json"
    known = msgspec.json.decode(manifest.read_bytes(), type=Manifest)
    manifest.write_bytes(msgspec.json.encode(msgspec.structs.replace(known, target="kind")))
    found = place.compare(REQUEST).compared
    assert (found.rows_of, found.target, found.quality_rows) == (REQUEST.old, "kind", 200)


def test_little_memory_is_a_sentence(place):
    small = msgspec.structs.replace(place, limits=msgspec.structs.replace(LIMITS, memory_bytes=60_000_000))
    assert str(small.compare(REQUEST).reason) == "The comparison needed more memory than the 60 MB that it may take."


def test_what_takes_too_long_is_stopped(place):
    hasty = msgspec.structs.replace(place, limits=msgspec.structs.replace(LIMITS, timeout_s=0.0))
    assert "was not done after 0 s" in str(hasty.compare(REQUEST).reason)


def test_a_version_that_is_not_in_the_store_is_named(place):
    absent = msgspec.structs.replace(REQUEST, old_digest="c" * 64)
    assert str(place.compare(absent).reason) == "The model store does not hold version 2."
    outside = msgspec.structs.replace(REQUEST, new_digest="../models/" + NEW)
    assert str(place.compare(outside).reason) == "The model store does not hold version 3."


def test_a_damaged_version_is_named(place):
    (place.models_dir / NEW / "model.onnx").write_bytes(b"nothing")
    assert str(place.compare(REQUEST).reason) == "Version 3 cannot be opened."


def test_reference_data_that_cannot_be_read_is_said(place):
    (place.models_dir / NEW / "reference").write_bytes(b"\x1f\x8b")
    outcome = place.compare(REQUEST)
    assert str(outcome.reason) == "The reference data of version 3 cannot be read."
    assert "compressed by gzip" in outcome.detail


def test_an_id_that_leads_elsewhere_is_refused(place):
    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        place.compare(msgspec.structs.replace(REQUEST, comparison_id="../../etc"))


@pytest.mark.parametrize("said", [b"", b"{}", b"\xff", b'{"comparison_id": "x"}', b" " * 1_000_001])
def test_what_the_process_says_is_taken_only_whole_and_small(said):
    ending = Ending(status=0, exceeded=None, outcome=said, log="")
    outcome = apart._taken(ending, REQUEST, LIMITS)
    assert str(outcome.reason) == "The comparison ended without an answer (exit status 0)."


def test_a_process_cannot_speak_for_another():
    said = msgspec.json.encode(ComparisonOutcome(comparison_id="f" * 32, reason=Words("So.")))
    ending = Ending(status=0, exceeded=None, outcome=said, log="")
    assert apart._taken(ending, REQUEST, LIMITS).comparison_id == REQUEST.comparison_id


def test_a_death_is_a_sentence():
    ending = Ending(status=-11, exceeded=None, outcome=None, log="")
    outcome = apart._taken(ending, REQUEST, LIMITS)
    assert str(outcome.reason) == "The process that compared the versions died (SIGSEGV)."


def test_what_the_comparison_raises_is_a_reason(tmp_path):
    def fails(_):
        raise MemoryError

    outcome = compared(REQUEST, Deliveries(tmp_path, REQUEST.comparison_id), fails)
    assert (str(outcome.reason), outcome.detail) == ("The comparison could not be done.", "MemoryError")


def test_after_the_third_death_nothing_is_begun(tmp_path):
    deliveries = Deliveries(tmp_path, REQUEST.comparison_id)
    for _ in range(DELIVERIES_MAX):
        deliveries.begin()
    assert "begun 3 times" in str(compared(REQUEST, deliveries, lambda _: pytest.fail("It was begun.")).reason)


@pytest.mark.box
def test_a_comparison_is_answered_by_name(place, tmp_path):
    with running_redis(tmp_path):
        worker = RunningWorker(tmp_path)
        try:
            worker.send("worker.compare_versions", msgspec.to_builtins(REQUEST))
            message = worker.next_outcome("control.record_comparison")
        finally:
            worker.stop()
    outcome = msgspec.convert(message, ComparisonOutcome)
    assert outcome.compared is not None
    assert outcome.compared.different > 0
