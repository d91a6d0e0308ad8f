"""All checks together, their record, and what is refused."""

import json
from dataclasses import replace

import pytest

from appliance.checks.check import Check, Status
from appliance.checks.preflight import check_now, forced_before, preflight, refusal, write
from appliance.checks.words import Words
from appliance.environment import Address
from appliance.errors import ApplianceError
from appliance.paths import DataDirectory
from tests.running_box import free_port

FAILED = Check(
    id="memory",
    title=Words("Memory"),
    measured=Words("{size:.1f} GiB", size=0.5),
    needed=Words("1 GiB"),
    status=Status.FAILED,
    hint=Words("give it more memory"),
)


def test_every_resource_is_checked_once(tmp_path):
    results = check_now(DataDirectory(root=tmp_path / "data"), Address(host="127.0.0.1", port=free_port()))
    ids = [check.id for check in results]
    assert ids == ["python", "cores", "cpu_flags", "memory", "load", "disk_free", "inodes", "disk_speed",
                   "file_system", "open_files", "clock", "port", "redis"]  # fmt: skip  # as it is printed
    assert not (tmp_path / "data").exists()


def test_what_is_not_passed_has_a_hint(tmp_path):
    results = check_now(DataDirectory(root=tmp_path), Address(host="127.0.0.1", port=1))
    assert all(check.hint for check in results if check.status in {Status.WARNING, Status.FAILED})


def test_the_record_tells_what_was_forced(tmp_path):
    data = DataDirectory(root=tmp_path)
    write(data, [FAILED], reason="a trial", by="ada")
    record = json.loads(data.checks.read_text())
    assert (record["forced"], record["reason"], record["by"]) == (True, "a trial", "ada")
    assert record["results"] == [FAILED.to_json()]
    assert record["checked_at"].endswith("+00:00")


def test_a_reason_holds_as_long_as_what_was_passed_over_fails(tmp_path):
    data = DataDirectory(root=tmp_path)
    assert forced_before(data, [FAILED]) == ("", "")
    write(data, [FAILED], reason="a trial", by="ada")
    reason, by = forced_before(data, [FAILED])
    assert (reason, by) == ("a trial", "ada")
    write(data, [FAILED], reason=reason, by=by)
    assert forced_before(data, [FAILED]) == ("a trial", "ada")
    assert forced_before(data, [replace(FAILED, status=Status.PASSED)]) == ("", "")
    assert forced_before(data, [replace(FAILED, id="disk_free")]) == ("", "")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"reason": "a trial", "results": [7]}'])
def test_a_record_that_cannot_be_read_gives_no_reason(tmp_path, text):
    data = DataDirectory(root=tmp_path)
    data.checks.write_text(text)
    assert forced_before(data, [FAILED]) == ("", "")


def test_what_was_not_forced_has_no_reason(tmp_path):
    data = DataDirectory(root=tmp_path)
    write(data, [FAILED])
    record = json.loads(data.checks.read_text())
    assert (record["forced"], record["reason"]) == (False, "")


def test_a_machine_that_failed_takes_a_box_by_a_reason_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("appliance.checks.preflight.check_memory", lambda: FAILED)
    data = DataDirectory(root=tmp_path)
    address = Address(host="127.0.0.1", port=free_port())
    with pytest.raises(ApplianceError, match="not ready"):
        preflight(data, address, lambda _: None, force="")
    preflight(data, address, lambda _: None, force="a trial")
    assert json.loads(data.checks.read_text())["reason"] == "a trial"


@pytest.mark.parametrize(("count", "words"), [(1, "(needed: 1 GiB)."), (3, "2 more checks failed.")])
def test_a_refusal_names_the_first_and_counts_the_rest(count, words):
    error = refusal([FAILED] * count)
    assert error.message.endswith(words)
    assert error.hint.startswith("give it more memory")
