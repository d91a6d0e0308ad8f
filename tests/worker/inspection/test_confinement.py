"""The kernel refuses the disposable process every way out, as root as well as an ordinary user."""

import msgspec
import pytest

from tests.worker.inspection.publishing import LIMITS, request
from worker.contract.inspection import Publication
from worker.inspection.apart import Workplace, inspect_apart
from worker.inspection.confinement import can_confine

ALLOWED = ("thread", "file here")
LINKS_ELSEWHERE = "OSError"
"""What the kernel answers to a link from a directory that may only be read into one that may be written."""

SMALL = msgspec.structs.replace(LIMITS, memory_bytes=300_000_000, timeout_s=20)


def outcome_of(tmp_path, deed: str, **changes: object):
    inbox = tmp_path / "inbox" / "one"
    inbox.mkdir(parents=True)
    (inbox / "artifact").write_text("unchanged")
    workplace = Workplace(spool_dir=tmp_path, limits=msgspec.structs.replace(SMALL, **changes))
    outcome = inspect_apart(request(Publication(output_name=deed)), workplace, "tests.worker.inspection.misbehaving")
    assert (inbox / "artifact").read_text() == "unchanged"
    assert list((tmp_path / "working").iterdir()) == []
    return outcome


@pytest.mark.skipif(not can_confine(), reason="this kernel has no Landlock")
def test_every_way_out_is_refused(tmp_path):
    facts = outcome_of(tmp_path, "try_to_escape").facts
    came = {way: facts.pop(way) for way in ALLOWED}
    assert came == {"thread": "None", "file here": "1"}
    assert {way: came for way, came in facts.items() if came not in {"PermissionError", "ValueError"}} == {
        "link to the inbox": LINKS_ELSEWHERE
    }
    assert len(facts) > 25


def test_many_small_files_are_too_much(tmp_path):
    outcome = outcome_of(tmp_path, "fill_the_disk", disk_bytes=20_000_000)
    assert outcome.reason == "The inspection wrote more files than it may and was stopped."


@pytest.mark.parametrize("deed", ["dig", "leave_odd_files"])
def test_however_deep_or_odd_what_it_leaves_is_removed(tmp_path, deed):
    outcome_of(tmp_path, deed)
    assert list((tmp_path / "outbox" / "one").iterdir()) == []


def test_holes_count_as_if_they_were_full(tmp_path):
    outcome = outcome_of(tmp_path, "leave_holes", disk_bytes=20_000_000)
    assert outcome.reason == "The inspection wrote more files than it may and was stopped."


def test_shared_memory_is_memory(tmp_path):
    outcome = outcome_of(tmp_path, "share_memory")
    assert outcome.reason == "The inspection needed more memory than the 300 MB that it may take."
