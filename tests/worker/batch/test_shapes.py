"""Files as programs write them are understood without a question."""

import csv
import io

import pytest

from tests.worker.batch.shapes import SHAPES, Shape
from worker.batch.looking import TextLayout, look_at_text
from worker.batch.recognition import recognise
from worker.batch.text import transcode
from worker.batch.unpacking import unpack
from worker.contract.batch import Choice, Compression, FileFormat, Understanding


@pytest.fixture(params=SHAPES)
def shape(request) -> Shape:
    return SHAPES[request.param]


@pytest.fixture
def path(shape, tmp_path):
    packed = tmp_path / "input"
    packed.write_bytes(shape.content)
    if shape.compression is Compression.NONE:
        return packed
    unpack(packed, shape.compression, tmp_path / "unpacked", 1 << 20)
    return tmp_path / "unpacked"


@pytest.fixture
def looked(shape, path) -> tuple[Understanding, TextLayout]:
    return look_at_text(path, Choice(), shape.signature, shape.compression)


def test_shape_is_recognised(shape, tmp_path):
    (tmp_path / "input").write_bytes(shape.content)
    assert recognise(tmp_path / "input", shape.file_name) == (FileFormat.CSV, shape.compression)


def test_shape_is_understood(shape, looked):
    found = looked[0]
    written = (shape.encoding, shape.separator, shape.decimal, shape.compression)
    assert (found.encoding, found.separator, found.decimal, found.compression) == written
    columns = {column.feature: column.name for column in found.columns if column.feature}
    assert columns == {name: shape.columns.get(name, name) for name in shape.signature.names}
    assert (found.absent, found.remarks) == ((), ())


def test_first_rows_are_those_of_the_shape(shape, looked):
    features = [column.feature for column in looked[0].columns]
    rows = [dict(zip(features, row, strict=True)) for row in looked[0].first_rows]
    assert [{name: row[name] for name in shape.signature.names} for row in rows] == list(shape.rows[:10])


def test_rows_are_read_from_where_the_header_ends(shape, looked, path, tmp_path):
    understanding, layout = looked
    transcode(path, understanding.encoding, tmp_path / "text")
    assert not layout.is_plain or (tmp_path / "text").read_bytes() == path.read_bytes()
    data = (tmp_path / "text").read_bytes()[layout.header_stop :].decode()
    rows = [row for row in csv.reader(io.StringIO(data, newline=""), delimiter=shape.separator) if any(row)]
    at = [position for position, column in enumerate(understanding.columns) if column.feature]
    assert [[row[position] for position in at] for row in rows] == [_in_order(looked[0], row) for row in shape.rows]


def _in_order(understanding, row):
    return [row[column.feature] for column in understanding.columns if column.feature]
