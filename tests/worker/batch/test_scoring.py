"""A chunk with its answers: whatever the model is and whatever the rows hold."""

import csv
import io
from typing import Any

import numpy as np
import pytest

from tests.worker.batch.jobs import again, job, served, told
from tests.worker.batch.shapes import SHAPES
from tests.worker.models import trained
from tests.worker.tables.signatures import category, number, text
from worker.batch.plans import PROBABILITIES_MAX
from worker.contract.batch import Choice, FileFormat
from worker.contract.manifest import Engine
from worker.models.answers import Answers

A = (number("a"),)
ROWS = b"a\n1\n2\n3\n"


def of_labels(*labels, kind=None):
    """Return a model that answers with its labels in turn, each with certainty."""

    def answer(table):
        at = table.columns[0].astype(int) % len(labels)
        predictions = np.array(labels, kind or None)[at]
        return Answers(predictions, np.eye(len(labels), dtype=np.float32)[at], labels)

    return told(answer, A, labels)


def lines(result):
    return result.data.decode().splitlines()


@pytest.mark.parametrize(
    ("labels", "kind", "answers"),
    [
        ((3, 7), None, ["7", "3", "7"]),
        ((False, True), None, ["true", "false", "true"]),
        (("no", "yes, please"), None, ['"yes, please"', "no", '"yes, please"']),
        (("no", 7, True), object, ["7", "true", "no"]),
    ],
)
def test_labels_of_any_kind_are_written(tmp_path, labels, kind, answers):
    result = job(tmp_path, ROWS, of_labels(*labels, kind=kind)).run()
    written = [line.split(",", 1)[1] for line in lines(result)[1:]]
    assert all(line.startswith(answer + ",") for line, answer in zip(written, answers, strict=True))
    assert sum(count for _, count in result.outcome.summary.labels) == 3
    assert result.outcome.summary.first_rows[0].probability == 1.0


def test_probabilities_of_many_labels_are_not_written(tmp_path):
    labels = tuple(range(PROBABILITIES_MAX + 1))
    assert lines(job(tmp_path, ROWS, of_labels(*labels)).run())[0] == "a,prediction,status,problem,version"


def test_probabilities_are_numbers_as_they_are_online(tmp_path):
    def answer(table):
        return Answers(table.columns[0].astype(np.float32) / np.float32(3))

    result = job(tmp_path, ROWS, told(answer, A)).run()
    assert float(lines(result)[1].split(",")[1]) == float(np.float32(1) / np.float32(3))


def test_names_of_the_file_are_not_taken_twice(tmp_path):
    content = b"a,prediction,status,version,probability of 3\n1,x,y,z,w\n"
    assert lines(job(tmp_path, content, of_labels(3, 7)).run())[0].split(",")[5:] == [
        "prediction 2",
        "probability of 3 2",
        "probability of 7",
        "status 2",
        "problem",
        "version 2",
    ]


def test_answer_that_is_no_number_is_a_failure(tmp_path):
    model = told(lambda table: Answers(np.where(table.columns[0] == 2, np.nan, 1.5)), A)
    result = job(tmp_path, ROWS, model).run()
    assert (result.counts(), lines(result)[2]) == ((3, 0, 1), "2,,failed,The model failed on this row,3")
    assert result.outcome.summary.histogram.counts == (2,)


def failing_on(*values):
    def answer(table):
        if np.isin(table.columns[0], values).any():
            msg = "no"
            raise ValueError(msg)
        return Answers(table.columns[0])

    return told(answer, A)


@pytest.mark.parametrize("rows_of_chunk", [1, 3, 1000])
def test_row_on_which_the_model_fails_spoils_no_other(tmp_path, rows_of_chunk):
    content = b"a\n" + b"".join(b"%d\n" % value for value in range(100))
    result = job(tmp_path, content, failing_on(13, 14, 77), rows_of_chunk=rows_of_chunk).run()
    statuses = [line.split(",")[2] for line in lines(result)[1:]]
    assert [row for row, status in enumerate(statuses) if status != "ok"] == [13, 14, 77]


@pytest.mark.parametrize("rows_of_chunk", [1, 100])
@pytest.mark.parametrize("output", FileFormat)
def test_chunks_without_an_answer_are_written(tmp_path, rows_of_chunk, output):
    content = b"a\nx\ny\n1\nz\n"
    result = job(tmp_path, content, of_labels("u", "v"), Choice(output=output), rows_of_chunk=rows_of_chunk).run()
    assert result.counts() == (4, 3, 0)
    assert result.outcome.summary.labels == (("v", 1),)
    assert result.wrong.startswith(b"a,line,problem\nx,2,a: x is no number\n")


def test_optional_features_need_no_column(tmp_path):
    features = (number("a"), number("b", required=False), text("c", required=False))
    model = told(lambda table: Answers(np.isnan(table.columns[1]) + 0.0 + (table.columns[2] == None)), features)  # noqa: E711  # in an array
    assert lines(job(tmp_path, ROWS, model).run())[1:] == [f"{row},2.0,ok,,3" for row in (1, 2, 3)]


def test_chunk_is_scored_again_without_a_trace_of_the_former_try(tmp_path):
    once = job(tmp_path, ROWS, of_labels("u", "v"))
    once.plan()
    once.score(skip=True)
    assert once.place.wrong_part(0).exists()
    once.score()
    assert not once.place.wrong_part(0).exists()
    assert once.assemble().wrong_rows_bytes == 0


@pytest.mark.parametrize("label", ["Ω", "\u202f€"])
def test_answer_that_the_encoding_lacks_is_not_lost(tmp_path, label):
    content = "a;é\n1;é\n".encode("windows-1252")
    data = job(tmp_path, content, of_labels("x", label)).run().data
    decoded = data.decode("utf-8-sig" if label == "Ω" else "windows-1252")
    assert decoded.splitlines()[1].startswith(f"1;é;{label.replace(chr(0x202F), chr(0xA0))};")


@pytest.mark.parametrize("name", [name for name in SHAPES if "en thousands" not in name and "nameless" not in name])
def test_shapes_come_back_with_answers(tmp_path, name):
    shape = SHAPES[name]
    model = told(lambda table: Answers(table.columns[0] * 2), shape.signature.features)
    result = job(
        tmp_path, shape.content, model, file_name=shape.file_name, rows_of_chunk=max(2, len(shape.rows) // 3)
    ).run()
    assert (result.counts(), result.planned.understanding.encoding) == ((len(shape.rows), 0, 0), shape.encoding)
    decoded = result.data.decode({"utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(shape.encoding, shape.encoding))
    found = list(csv.reader(io.StringIO(decoded, newline=""), delimiter=shape.separator))
    columns = [column.feature for column in result.planned.understanding.columns]
    rows = [dict(zip(columns, row, strict=False)) | {"": row} for row in found[-len(shape.rows) :]]
    assert [{feature: row[feature] for feature in shape.signature.names} for row in rows] == list(shape.rows)
    answers = [row[""][len(columns)] for row in rows]
    numbers = [next(iter(row.values())) for row in shape.rows]
    assert [amount(answer, shape.decimal) for answer in answers] == [
        2 * amount(cell, shape.decimal) for cell in numbers
    ]


def amount(cell: str, decimal: str) -> float:
    return float("".join(cell.split()).replace(decimal, "."))


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("name", ["logistic", "penguins", "diamonds"])
def test_answers_are_those_of_the_model(tmp_path, name, engine):
    made, model = trained.ALL[name](), served(name, engine)
    frame = made.frame.iloc[:150]
    content = frame.to_csv(index=False).encode()
    result = job(tmp_path, content, model, rows_of_chunk=40).run()
    assert result.counts() == (150, 0, 0)
    online: Any = model.predict(made.table.slice(0, 150))
    found = list(csv.DictReader(io.StringIO(result.data.decode())))
    assert [type(each)(row["prediction"]) for each, row in zip(online.predictions.tolist(), found, strict=True)] == (
        online.predictions.tolist()
    )
    for at, label in enumerate(online.label_names):
        assert [float(row[f"probability of {label}"]) for row in found] == pytest.approx(
            online.probabilities[:, at].tolist(),
            rel=1e-12,  # a product of matrices depends on how many rows it has
        )


def test_identifier_and_what_changed_are_told(tmp_path):
    content = b"a,who\n1,ann\n2,bob\nx,eve\n3,kim\n"
    first = job(tmp_path, content, of_labels("u", "v"), Choice(identifier="who"), rows_of_chunk=2).run()
    other = told(
        lambda table: Answers(np.array(["u"] * table.row_count), np.full((table.row_count, 2), 0.5)), A, ("u", "v")
    )
    second = again(first.job, other).run(first.job.step)
    differences = second.outcome.differences
    assert (differences.rows, differences.different, differences.gap_mean) == (3, 2, 0.5)
    assert [(each.line, each.identifier, each.old, each.new) for each in differences.most] == [
        (2, "ann", "v", "u"),
        (5, "kim", "v", "u"),
    ]
    assert [row.identifier for row in second.outcome.summary.first_rows] == ["ann", "bob", "eve", "kim"]


def test_former_answers_that_are_gone_are_not_compared(tmp_path):
    first = job(tmp_path, ROWS, of_labels("u", "v")).run()
    later = again(first.job)
    first.job.place.job.rename(tmp_path / "gone")
    assert later.run(first.job.step).outcome.differences is None
    assert not first.job.place.job.exists()


def test_wrong_rows_are_mended_and_sent_again(tmp_path):
    content = 'sep=;\r\na;"b";c\r\n1;u;x\r\nx;"u;""w""";=y\r\n3\r\n4;u;z;é\r\n\r\n5;nope;z\r\n'.encode("windows-1252")
    model = told(lambda table: Answers(table.columns[0]), (number("a"), category("b", "u", 'u;"w"')))
    wrong = job(tmp_path, content, model).run().wrong.decode("windows-1252")
    rows = list(csv.reader(io.StringIO(wrong, newline=""), delimiter=";"))
    assert rows[1] == ["a", "b", "c", "line", "problem"]
    assert [row[:-1] for row in rows[2:]] == [
        ["x", 'u;"w"', "'=y", "4"],
        ["3", "", "", "5"],
        ["4", "u", "z", "é", "6"],
        ["5", "nope", "z", "8"],
    ]
    mended = wrong.replace("x;", "2;").replace("3;;", "3;u;").replace("4;u;z;é", "4;u;z").replace("nope", "u")
    result = job(tmp_path, mended.encode("windows-1252"), model).run()
    assert (result.counts(), result.outcome.wrong_rows_bytes) == ((4, 0, 0), 0)


def test_lines_that_are_no_objects_are_in_the_wrong_rows(tmp_path):
    content = b'{"a":1}\n{"a":}\n{"a":"x", "z": [1, 2]}\n'
    wrong = job(tmp_path, content, of_labels("u", "v"), file_name="a.jsonl").run().wrong
    assert wrong.splitlines()[0].startswith(b'{"unreadable":"{\\"a\\":}","line":2,"problem":"')
    assert wrong.splitlines()[1].startswith(b'{"a":"x", "z": [1, 2],"line":3,"problem":"a: x is no number"')
