"""The kernel refuses the disposable process every way out, as root as well as an ordinary user."""

import msgspec
import pytest

from tests.worker.inspection.publishing import LIMITS, request
from worker.contract.inspection import Publication
from worker.inspection.apart import Workplace, inspect_apart
from worker.inspection.confinement import can_confine

ALWAYS = ("network", "unix socket", "file elsewhere", "file in the inbox", "secret of the project", "rights",
          "environment of another")  # fmt: skip
ALONE = ("child", "program", "signal to the parent", "limits")
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
@pytest.mark.parametrize("alone", [False, True])
def test_every_way_out_is_refused(tmp_path, alone):
    facts = outcome_of(tmp_path, "try_to_escape", alone=alone).facts
    refused = {way for way, came in facts.items() if came in {"PermissionError", "ValueError"}}
    assert refused == {*ALWAYS, *(ALONE if alone else ())}
    assert (facts["thread"], facts["file here"]) == ("None", "1")


def test_many_small_files_are_too_much(tmp_path):
    outcome = outcome_of(tmp_path, "fill_the_disk", disk_bytes=20_000_000)
    assert outcome.reason == "The inspection wrote more files than it may and was stopped."


def test_shared_memory_is_memory(tmp_path):
    outcome = outcome_of(tmp_path, "share_memory")
    assert outcome.reason == "The inspection needed more memory than the 300 MB that it may take."
