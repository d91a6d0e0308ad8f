"""A converted model must answer every row as the pickle did."""

import msgspec
import numpy as np
import pytest

from worker.inspection.converted import OwnAnswers, check_same, read_answers
from worker.inspection.refusal import Refused
from worker.models.answers import Answers

ANSWERS = Answers(np.array(["a", "b"]), np.array([[0.75, 0.25], [0.25, 0.75]]), ("a", "b"))
SAME = OwnAnswers(predictions=["a", "b"], probabilities=[[0.75, 0.25], [0.25, 0.75]])


def test_the_same_answers_pass():
    check_same(ANSWERS, SAME)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"predictions": ["a", "a"]}, "answers 1 of 2 rows of the reference data otherwise; the first is row 2"),
        ({"probabilities": [[0.7, 0.3], [0.25, 0.75]]}, "otherwise; the first is row 1"),
        ({"predictions": ["a"]}, "own answers cannot be read"),
        ({"probabilities": None}, "own answers cannot be read"),
        ({"probabilities": [[1.0], [0.25, 0.75]]}, "own answers cannot be read"),
    ],
)
def test_another_answer_is_refused(changes, sentence):
    with pytest.raises(Refused, match=sentence):
        check_same(ANSWERS, msgspec.structs.replace(SAME, **changes))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"predictions": {}}', b'{"predictions": [null]}'])
def test_a_file_of_something_else_is_refused(content, tmp_path):
    (tmp_path / "answers.json").write_bytes(content)
    with pytest.raises(Refused, match="cannot be read"):
        read_answers(tmp_path / "answers.json")
