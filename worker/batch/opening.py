"""Which source reads a plan's file and which writer makes its result: the one place that knows all formats."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, assert_never

import polars as pl

from worker.batch.blocks import Source
from worker.batch.formats.csv import CsvSource
from worker.batch.formats.jsonl import JsonlSource
from worker.batch.formats.parquet import ParquetSource
from worker.batch.formats.xlsx import XlsxSource
from worker.batch.places import JobPlace
from worker.batch.plans import Plan
from worker.batch.writing.csv_lines import CsvLinesWriter
from worker.batch.writing.delimited import CsvWriter
from worker.batch.writing.jsonl import JsonLinesWriter, JsonlWriter
from worker.batch.writing.layout import Layout, PartWriter
from worker.batch.writing.parquet import ParquetWriter
from worker.batch.writing.xlsx import XlsxWriter
from worker.contract.batch import FileFormat, Understanding
from worker.contract.signature import FeatureType, Signature

NUMERIC: Final = (FeatureType.NUMBER, FeatureType.INTEGER)


def text_of(plan: Plan, place: JobPlace) -> Path:
    """Return the file that is read: the upload, or what was unpacked or transcoded of it."""
    return place.working("text") if plan.is_copied else place.input


def open_source(plan: Plan, place: JobPlace, signature: Signature) -> Source:
    """Return the source of a plan's rows."""
    path, understood = text_of(plan, place), plan.understanding
    match understood.format:
        case FileFormat.CSV:
            return CsvSource(path, understood, plan.text_start, numeric_positions(understood, signature))
        case FileFormat.JSONL:
            return JsonlSource(path, understood)
        case FileFormat.XLSX:
            return XlsxSource(path, understood, place.working("sheet"), bytes_max=plan.unpacked_bytes_max)
        case FileFormat.PARQUET:
            return ParquetSource(path, understood)
        case _:
            assert_never(understood.format)


def open_writer(plan: Plan, place: JobPlace) -> PartWriter:
    """Return the writer of a plan's result: what came as lines of text keeps each line as it was written."""
    came_as = plan.understanding.format
    if plan.output is came_as is FileFormat.CSV:
        return _csv_lines(plan, place, plan.names.all)
    if plan.output is came_as is FileFormat.JSONL:
        return JsonLinesWriter()
    return table_writer(plan.output, Layout(understanding=plan.understanding, added=plan.added))


def open_wrong_writer(plan: Plan, place: JobPlace) -> PartWriter:
    """Return the writer of the rows that could not be answered, of the format that came: to mend and send again."""
    added = pl.Schema({plan.names.line: pl.Int64, plan.names.problem: pl.String})
    if plan.understanding.format is FileFormat.CSV:
        return _csv_lines(plan, place, list(added))
    if plan.understanding.format is FileFormat.JSONL:
        return JsonLinesWriter()
    return table_writer(plan.understanding.format, Layout(understanding=plan.understanding, added=added))


def _csv_lines(plan: Plan, place: JobPlace, names: Sequence[str]) -> CsvLinesWriter:
    header = CsvSource(text_of(plan, place), plan.understanding, plan.text_start).header()
    return CsvLinesWriter(header, plan.understanding, names, start=plan.header_start, encoding=plan.encoding)


def table_writer(output: FileFormat, layout: Layout) -> PartWriter:
    """Return the writer of a format for rows that came in any other."""
    match output:
        case FileFormat.CSV:
            return CsvWriter(layout)
        case FileFormat.JSONL:
            return JsonlWriter(layout)
        case FileFormat.XLSX:
            return XlsxWriter(layout)
        case FileFormat.PARQUET:
            return ParquetWriter(layout)
        case _:
            assert_never(output)


def numeric_positions(understanding: Understanding, signature: Signature) -> frozenset[int]:
    """Return where the columns stand that give a number."""
    numeric = {feature.name for feature in signature.features if feature.type in NUMERIC}
    return frozenset(at for at, column in enumerate(understanding.columns) if column.feature in numeric)
