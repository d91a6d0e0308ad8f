"""Words say their sentence and travel as data."""

import msgspec

from worker.contract.manifest import Engine, Manifest
from worker.contract.signature import Output, OutputKind, Signature
from worker.contract.words import Words

WORDS = Words("ONNX gives the same label in all {rows:,} rows.", {"rows": 1200})


def test_words_are_a_sentence():
    assert str(WORDS) == "ONNX gives the same label in all 1,200 rows."


def test_words_survive_the_journey():
    assert msgspec.json.decode(msgspec.json.encode(WORDS), type=Words) == WORDS


def test_a_manifest_from_before_there_were_words_can_be_read():
    signature = Signature(features=(), output=Output(kind=OutputKind.NUMBER, name="price"))
    known = Manifest(format="skops", engine=Engine.ONNX, engine_reason="old", signature=signature, example={})
    written = msgspec.to_builtins(known)
    del written["engine_words"], written["engine_detail"]
    assert msgspec.convert(written, Manifest) == known
