"""Whatever is in a batch, each caller gets what it would get alone."""

import json
import math

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worker.models import trained
from tests.worker.models.stores import body_of, write_version
from worker.contract.lane import PROBE_DIGEST, Comparison, LaneBatch, LaneReply, LaneRequest
from worker.contract.manifest import Engine
from worker.lane.answering import PART_BYTES_MAX, Answering
from worker.models.cache import ModelCache

DIGEST = "d" * 64
NOW_S = 1000.0
PENGUINS = trained.penguins()
ROWS = len(PENGUINS.rows)


@pytest.fixture(scope="module", params=[Engine.ONNX, Engine.SKLEARN])
def answering(request, tmp_path_factory):
    models_dir = tmp_path_factory.mktemp("models")
    write_version(models_dir / DIGEST, PENGUINS, request.param)
    return Answering(ModelCache(models_dir, 10**9), lambda: NOW_S)


def batch(
    *asked: tuple[bytes, str], digest: str = DIGEST, deadline_s: float = NOW_S + 1, first_number: int = 0
) -> LaneBatch:
    requests = tuple(
        LaneRequest(number, f"r{number}", "native", content_type, deadline_s, body)
        for number, (body, content_type) in enumerate(asked, first_number)
    )
    return LaneBatch("gateway", "penguins", 3, digest, requests)


def replies(answering: Answering, *batches: LaneBatch) -> list[LaneReply]:
    return [reply for part in answering.parts(batches) for reply in answering.answer(part).get("gateway", [])]


def csv_of(start: int, stop: int) -> bytes:
    return PENGUINS.frame.iloc[start:stop].to_csv(index=False).encode()


starts = st.integers(0, ROWS - 4)
good_json = st.builds(lambda at, n: (body_of(PENGUINS, at, at + n), "application/json"), starts, st.integers(1, 3))
good_csv = st.builds(lambda at, n: (csv_of(at, at + n), "text/csv"), starts, st.integers(1, 3))
broken = st.sampled_from(
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b'{"rows": []}', "application/json"),
        (b'{"rows": [{"bill_length_mm": "long"}]}', "application/json"),
        (b'{"rows": [[1]]}', "application/json"),
        (b"[" * 5000, "application/json"),
        (b"island\nAtlantis\n", "text/csv"),
        (b"{}", "text/plain"),
    ]
)
mixed = st.lists(st.one_of(good_json, good_csv, broken), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=mixed, second=mixed)
def test_each_answer_of_two_mixed_batches_equals_the_answer_alone(answering, first, second):
    together = replies(answering, batch(*first), batch(*second))
    assert len(together) == len(first) + len(second)
    alone = [
        reply
        for asked in (first, second)
        for number, one in enumerate(asked)
        for reply in replies(answering, batch(one, first_number=number))
    ]
    assert_the_same_replies(together, alone)


def assert_the_same_replies(got: list[LaneReply], expected: list[LaneReply]) -> None:
    """Compare without order: two batches number their requests alike."""
    remaining = list(expected)
    for reply in got:
        match = next((other for other in remaining if alike(reply, other)), None)
        assert match is not None, reply
        remaining.remove(match)
    assert not remaining


def alike(one: LaneReply, other: LaneReply) -> bool:
    if (one.number, one.status, one.content_type, one.rows) != (
        other.number,
        other.status,
        other.content_type,
        other.rows,
    ):
        return False
    if one.status == 200 and one.content_type == "application/json":
        return close(json.loads(one.body), json.loads(other.body))
    if one.status == 200:
        return close(cells(one.body), cells(other.body))
    return one.body == other.body


def cells(body: bytes) -> list[list[float | str]]:
    return [
        [float(cell) if cell[:1].isdigit() else cell for cell in line.split(",")] for line in body.decode().splitlines()
    ]


def close(one: object, other: object) -> bool:
    """Compare two documents; numbers may differ in the last bits, for a matrix is multiplied otherwise than a row."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-7)
    return one == other


def test_a_request_past_its_deadline_is_dropped(answering):
    assert replies(answering, batch((body_of(PENGUINS, 0, 1), "application/json"), deadline_s=NOW_S - 1)) == []


def test_a_probe_needs_no_model(answering):
    assert [reply.status for reply in replies(answering, batch((b"", ""), digest=PROBE_DIGEST))] == [200]


def test_a_version_that_is_not_there_is_said_to_be_so(answering):
    (reply,) = replies(answering, batch((body_of(PENGUINS, 0, 1), "application/json"), digest="e" * 64))
    assert (reply.status, json.loads(reply.body)["code"]) == (503, "model_not_ready")


class Clock:
    """Stands still until it is told."""

    now_s = NOW_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def timed(clock, tmp_path):
    """Return an answering of two versions; the first takes five seconds by this clock."""
    for digest in (SLOW, DIGEST):
        write_version(tmp_path / digest, PENGUINS, Engine.ONNX)
    cache = ModelCache(tmp_path, 10**9)
    slow = cache.get(SLOW)
    quick_predict = slow.predict

    def predict(table):
        clock.now_s += 5
        return quick_predict(table)

    slow.predict = predict
    return Answering(cache, clock)


SLOW = "5" * 64
ONE = (body_of(PENGUINS, 0, 1), "application/json")


def test_the_version_that_took_long_is_answered_last(timed, clock):
    batches = [batch(ONE, digest=SLOW, deadline_s=NOW_S + 60), batch(ONE, deadline_s=NOW_S + 60)]
    assert [part[0][0].digest for part in timed.parts(batches)] == [SLOW, DIGEST]
    assert len(replies(timed, *batches)) == 2
    assert [part[0][0].digest for part in timed.parts(batches)] == [DIGEST, SLOW]


def test_many_bytes_are_answered_in_parts_of_which_none_is_lost(timed):
    large = (ONE[0] + b" " * (PART_BYTES_MAX // 3), "application/json")
    parts = timed.parts([batch(*[large] * 5), batch(*[large] * 3, first_number=5)])
    assert [[request.number for _, request in part] for part in parts] == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_who_waited_too_long_for_an_earlier_part_is_dropped(timed, clock):
    large = (ONE[0] + b" " * PART_BYTES_MAX, "application/json")
    answered = replies(timed, batch(*[large] * 3, digest=SLOW, deadline_s=NOW_S + 7))
    assert [reply.number for reply in answered] == [0, 1]


def test_a_shadow_is_compared_with_the_version_that_serves(answering):
    asked = msgspec.structs.replace(batch((body_of(PENGUINS, 0, 3), "application/json")), against=DIGEST)
    reply = replies(answering, asked)[0]
    assert (reply.status, reply.rows) == (200, 3)
    assert msgspec.msgpack.decode(reply.body, type=Comparison) == Comparison(3, 0, 0.0, 0.0)


def test_a_shadow_that_cannot_be_had_is_an_error_of_the_copy_alone(answering):
    copied = msgspec.structs.replace(
        batch((body_of(PENGUINS, 0, 1), "application/json")), against=DIGEST, digest="e" * 64
    )
    asked = batch((body_of(PENGUINS, 0, 1), "application/json"), first_number=7)
    assert [(reply.number, reply.status) for reply in replies(answering, copied, asked)] == [(7, 200), (0, 503)]
