"""Words say their sentence and travel as data."""

import msgspec
import pytest

from worker.contract.manifest import Engine, Manifest
from worker.contract.signature import Output, OutputKind, Signature
from worker.contract.words import Names, Piece, Words

WORDS = Words("ONNX gives the same label in all {rows:,} rows.", {"rows": 1200})


def test_words_are_a_sentence():
    assert str(WORDS) == "ONNX gives the same label in all 1,200 rows."


def test_words_survive_the_journey():
    assert msgspec.json.decode(msgspec.json.encode(WORDS), type=Words) == WORDS


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (Names(("age",)), "'age'"),
        (Names(("age", "l'âge"), 3), "'age', \"l'âge\" and 3 more"),
    ],
)
def test_names_are_listed_in_quotes(names, sentence):
    assert str(Words("{names}", {"names": names})) == sentence


@pytest.mark.parametrize("form", ["{fact.__str__}", "{fact.template}", "{fact[0]}", "{}", "{0}", "{fact:>9999999999}"])
def test_a_forged_template_reads_nothing_but_its_facts(form):
    with pytest.raises((KeyError, ValueError)):
        str(Words(form, {"fact": Piece("so")}))


def test_pieces_and_names_survive_the_journey():
    words = Words("Not {what}.", {"what": Piece("one of {names} in {rows:,}", {"names": Names(("a",)), "rows": 1200})})
    assert str(words) == "Not one of 'a' in 1,200."
    assert msgspec.convert(msgspec.to_builtins(words), Words) == words


def test_a_manifest_from_before_there_were_words_can_be_read():
    signature = Signature(features=(), output=Output(kind=OutputKind.NUMBER, name="price"))
    known = Manifest(format="skops", engine=Engine.ONNX, engine_reason="old", signature=signature, example={})
    written = msgspec.to_builtins(known)
    del written["engine_words"], written["engine_detail"]
    assert msgspec.convert(written, Manifest) == known
