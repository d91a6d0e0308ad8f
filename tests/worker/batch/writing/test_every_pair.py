"""From each format to each: the rows that come back are the rows that went in, in their order."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worker.batch.results import ADDED, answers_for, text_block
from tests.worker.batch.workbooks import save, source_of, understood
from worker.batch.blocks import Block, Source
from worker.batch.formats.jsonl import JsonlSource, look_at_lines
from worker.batch.formats.parquet import ParquetSource, look_at_parquet
from worker.batch.opening import table_writer
from worker.batch.writing.jsonl import JsonLinesWriter
from worker.batch.writing.layout import Layout
from worker.contract.batch import ColumnFound, FileFormat, Understanding

NAMES = ("number", "text", "word")
Row = tuple[int | float | None, str | None, str]
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
TEXT = st.builds(str.__add__, st.sampled_from(["=", "@", "é", "<", '"', "'"]), st.text(CHARACTERS, max_size=8))
NUMBERS = st.none() | st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(-1e9, 1e9).map(lambda each: round(each, 4))
ROWS = st.lists(st.tuples(NUMBERS, st.none() | TEXT, st.just("w")), max_size=7)


def understanding_of(kind: FileFormat) -> Understanding:
    return Understanding(format=kind, columns=tuple(ColumnFound(name=name) for name in NAMES))


def blocks_of(kind: FileFormat, rows: Sequence[Row], path: Path) -> tuple[Understanding, list[Block]]:
    """Return a file of these rows, read in chunks of two."""
    if kind is FileFormat.CSV:
        texts = [tuple(None if cell is None else shown(cell) for cell in row) for row in rows]
        return understanding_of(kind), [text_block(NAMES, *texts[at : at + 2]) for at in range(0, len(rows), 2)]
    if kind is FileFormat.XLSX:
        source = source_of(save(path, [NAMES, *rows], formulas=False))
        return understood(path), [source.read(chunk) for chunk in source.cut(2)]
    if kind is FileFormat.PARQUET:
        kinds = {"number": pl.Float64, "text": pl.String, "word": pl.String}
        pl.DataFrame(rows, schema=kinds, orient="row").write_parquet(path)
        parquet = ParquetSource(path, understanding_of(kind))
        return parquet.understanding, [parquet.read(chunk) for chunk in parquet.cut(2)]
    path.write_text("".join(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n" for row in rows))
    lines = JsonlSource(path, understanding_of(kind))
    return lines.understanding, [lines.read(chunk) for chunk in lines.cut(2)]


def shown(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def texts_of(kind: FileFormat, path: Path) -> list[tuple[str, ...]]:
    """Return the cells of a result as text."""
    if kind is FileFormat.CSV:
        lines = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
        return [
            tuple(cell.removeprefix("'") if cell[:2] in ("'=", "'@") else cell for cell in line) for line in lines[1:]
        ]
    source: Source
    if kind is FileFormat.XLSX:
        source = source_of(path)
    elif kind is FileFormat.PARQUET:
        columns = tuple(ColumnFound(name=name) for name in look_at_parquet(path).names)
        source = ParquetSource(path, Understanding(format=kind, columns=columns))
    else:
        names = look_at_lines(path).names if path.stat().st_size else ()
        source = JsonlSource(path, Understanding(format=kind, columns=tuple(ColumnFound(name=name) for name in names)))
    blocks = [source.read(chunk) for chunk in source.cut(3)]
    width = len(NAMES) + len(ADDED)
    return [row for block in blocks for row in zip(*(block.column(at).text() for at in range(width)), strict=True)]


@pytest.mark.parametrize("target", FileFormat)
@pytest.mark.parametrize("source", FileFormat)
@settings(max_examples=8, deadline=None)
@given(rows=ROWS)
def test_the_rows_that_come_back_are_those_that_went_in(tmp_path_factory, source, target, rows):
    folder = tmp_path_factory.mktemp("pair")
    understanding, blocks = blocks_of(source, rows, folder / "input")
    layout = Layout(understanding=understanding, added=ADDED)
    kept = source is target is FileFormat.JSONL
    writer = JsonLinesWriter() if kept else table_writer(target, layout)
    parts = [folder / f"part-{number}" for number in range(len(blocks))]
    for block, part in zip(blocks, parts, strict=True):
        writer.write(block, answers_for(block.row_count), part)
    writer.assemble(parts, folder / "result")
    expected = [tuple("" if cell is None else shown(cell) for cell in (*row, "yes", 0.5, None)) for row in rows]
    assert [tuple(map(same, row)) for row in texts_of(target, folder / "result")] == [
        tuple(map(same, row)) for row in expected
    ]


def same(text: str) -> object:
    """Return a number for what is one: 1e-05 and 0.00001 are the same."""
    try:
        return float(text)
    except ValueError:
        return text
