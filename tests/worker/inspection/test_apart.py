"""Whatever the disposable process does, the worker gets an outcome, and nothing is left behind."""

import signal

import msgspec
import pytest

from tests.examples.bundles import NAMES
from tests.worker.inspection.publishing import LIMITS, inbox_of, request
from worker.contract.inspection import InspectionOutcome, Publication
from worker.contract.manifest import Engine
from worker.inspection import disposable
from worker.inspection.apart import Workplace, inspect_apart

SMALL = msgspec.structs.replace(LIMITS, memory_bytes=300_000_000, timeout_s=20)


def outcome_of(tmp_path, deed: str, limits=SMALL) -> InspectionOutcome:
    workplace = Workplace(spool_dir=tmp_path, limits=limits)
    asked = request(Publication(output_name=deed))
    outcome = inspect_apart(asked, workplace, "tests.worker.inspection.misbehaving")
    assert (outcome.inspection_id, outcome.version_id) == (asked.inspection_id, asked.version_id)
    assert list((tmp_path / "working").iterdir()) == []
    return outcome


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("eat_memory", "The inspection needed more memory than the 300 MB that it may take."),
        ("die", "The process that opened the model died (SIGSEGV)."),
        ("be_killed", "The inspection was killed, most likely because the machine ran out of memory."),
        ("say_nonsense", "The inspection ended without an answer (exit status 0)."),
        ("say_nothing", "The inspection ended without an answer (exit status 0)."),
        ("talk", "The inspection ended without an answer (exit status 0)."),
        ("nest", "The inspection ended without an answer (exit status 0)."),
        ("die_of_a_nameless_signal", f"The process that opened the model died (signal {signal.SIGRTMIN + 3})."),
    ],
)
def test_each_way_to_die_is_a_sentence(tmp_path, deed, reason):
    outcome = outcome_of(tmp_path, deed)
    assert outcome.reason == reason
    assert outcome.hint


def test_what_hangs_is_stopped(tmp_path):
    limits = msgspec.structs.replace(SMALL, timeout_s=1.0)
    assert outcome_of(tmp_path, "hang", limits).reason == "The inspection was not done after 1 s and was stopped."


def test_what_burns_processor_time_is_stopped(tmp_path):
    limits = msgspec.structs.replace(SMALL, cpu_s=1)
    reason = "The inspection needed more than 1 s of processor time and was stopped."
    assert outcome_of(tmp_path, "spin", limits).reason == reason


def test_a_file_beyond_the_limit_ends_the_inspection(tmp_path):
    limits = msgspec.structs.replace(SMALL, file_size_bytes=10_000_000)
    outcome = outcome_of(tmp_path, "write_much", limits)
    assert outcome.reason == "The inspection ended without an answer (exit status 1)."
    assert "File too large" in outcome.facts["log"]


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(disposable, "FULL_BELOW_BYTES", 1 << 60)
    outcome = outcome_of(tmp_path, "say_nothing")
    assert outcome.reason == "The disk of the box was full during the inspection."
    assert "freed space" in outcome.hint


def test_a_process_cannot_speak_for_another_nor_hand_out_other_files(tmp_path):
    outcome = outcome_of(tmp_path, "lie")
    assert outcome.files == ()
    assert list((tmp_path / "outbox" / "one").iterdir()) == []


def test_a_process_sees_nothing_of_the_workers_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("BASTIDE_SECRET", "secret")
    facts = outcome_of(tmp_path, "tell_surroundings").facts
    assert "BASTIDE_SECRET" not in facts["environment"]
    assert facts["files"] == ["log"]
    assert "NoNewPrivs:\t1" in facts["status"]


@pytest.mark.parametrize("name", NAMES)
def test_each_example_passes_through_the_disposable_process(bundle, tmp_path, name):
    _, publication = inbox_of(bundle(name), tmp_path / "inbox" / "one")
    outcome = Workplace(spool_dir=tmp_path, limits=LIMITS).inspect(request(publication))
    assert outcome.manifest is not None, outcome.reason
    onnx = outcome.manifest.engine is Engine.ONNX
    assert outcome.files == (("model.onnx", "profile.json") if onnx else ("profile.json",))
    assert sorted(path.name for path in (tmp_path / "outbox" / "one").iterdir()) == sorted(outcome.files)
    report = outcome.manifest.report
    assert report is not None
    assert [each.rows for each in report.measurements.latency] == [1, 10, 100, 1000]
    assert report.measurements.deterministic
    assert report.importance
    assert (report.conversion is not None) is onnx


def test_a_second_inspection_begins_afresh(bundle, tmp_path):
    (tmp_path / "outbox" / "one").mkdir(parents=True)
    (tmp_path / "outbox" / "one" / "leftover").write_text("")
    (tmp_path / "working" / "one").mkdir(parents=True)
    (tmp_path / "working" / "one" / "outcome.json").write_text("{}")
    assert outcome_of(tmp_path, "say_nothing").reason
    assert list((tmp_path / "outbox" / "one").iterdir()) == []
