"""Blocks come back as they were written, and what was cut off is told."""

import numpy as np
import pytest

from tests.worker.journal.rows import NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.journal import JournalRule
from worker.journal import block
from worker.journal.block import BlockDamaged
from worker.journal.columns import REQUEST, block_of, hash_of

KEY = b"k" * 32


def payloads(data: bytes):
    return list(block.frames(memoryview(data)))


@pytest.mark.parametrize("packs", [False, True])
def test_a_block_comes_back_as_it_was(packs):
    whole = block_of(ORIGIN, SIGNATURE, [answered("a", "b", rows=2), answered("c", at_ms=NOON_MS + 5, first=9)], KEY)
    (payload,) = payloads(block.encode(whole, packs=packs))
    back = block.decode(payload)
    assert (back.endpoint, back.version, back.digest, back.rows) == ("diamonds", 3, "d" * 64, 5)
    assert (back.first_ms, back.last_ms) == (NOON_MS, NOON_MS + 5)
    for name, column in whole.columns.items():
        assert back.columns[name].tolist() == column.tolist(), name
    assert back.columns["@request"].tolist() == ["a", "a", "b", "b", "c"]
    assert back.columns["@row"].tolist() == [0, 1, 0, 1, 0]
    assert back.columns["carat"].tolist() == [0.5, 1.5, 2.5, 3.5, 9.5]
    assert back.columns["cut"].tolist() == ["cut 0", "cut 1", None, "cut 1", "cut 0"]
    assert back.columns["@prediction"].tolist() == ["no", "no", "yes", "yes", "no"]
    assert np.allclose(back.columns["@p1"], [0.1, 0.1 + 0.8 / 3, 0.1 + 1.6 / 3, 0.9, 0.1])


def test_a_few_columns_are_read_without_the_others():
    (payload,) = payloads(block.encode(block_of(ORIGIN, SIGNATURE, [answered("a")], KEY)))
    assert set(block.decode(payload, {REQUEST, "carat"}).columns) == {REQUEST, "carat"}


def test_what_was_cut_off_is_not_read_and_what_came_before_is():
    data = block.encode(block_of(ORIGIN, SIGNATURE, [answered("a")], KEY))
    for cut in (1, 7, len(data) // 2, len(data) - 1):
        assert len(payloads(data + data[:cut])) == 1
    changed = bytearray(data)
    changed[-1] ^= 1
    assert payloads(bytes(changed)) == []


def test_bytes_that_are_no_block_are_refused():
    with pytest.raises(BlockDamaged):
        block.decode(b"\x04\x00\x00\x00what is this")


def test_without_inputs_only_the_answers_are_kept():
    whole = block_of(ORIGIN._replace(rule=JournalRule(inputs=False)), SIGNATURE, [answered("a")], KEY)
    assert [name for name in whole.columns if not name.startswith("@")] == []
    assert whole.columns["@prediction"].tolist() == ["no"]


def test_a_hashed_feature_tells_equal_values_and_nothing_else():
    rule = JournalRule(hashed=("cut", "carat", "nowhere"))
    whole = block_of(ORIGIN._replace(rule=rule), SIGNATURE, [answered("a", rows=5)], KEY)
    cut = whole.columns["cut"].tolist()
    assert cut[0] == cut[4] != cut[1]
    assert cut[2] is None
    assert cut[0] == hash_of("cut 0", KEY) != hash_of("cut 0", b"another")
    assert all(len(value) == 16 for value in whole.columns["carat"].tolist())
    assert whole.columns["stones"].tolist() == [0, 1, 2, 3, 4]
