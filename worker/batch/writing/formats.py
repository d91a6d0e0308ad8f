"""Which writer writes a format; CSV that was CSV is written elsewhere, for its lines are kept byte for byte."""

from worker.batch.writing.delimited import CsvWriter
from worker.batch.writing.jsonl import JsonLinesWriter, JsonlWriter
from worker.batch.writing.layout import Layout, PartWriter
from worker.batch.writing.parquet import ParquetWriter
from worker.batch.writing.xlsx import XlsxWriter
from worker.contract.batch import FileFormat


def writer_for(layout: Layout, target: FileFormat) -> PartWriter:
    """Return what writes a result of this format from a file that was understood."""
    if target is FileFormat.XLSX:
        return XlsxWriter(layout)
    if target is FileFormat.PARQUET:
        return ParquetWriter(layout)
    kept = target is layout.understanding.format
    if target is FileFormat.JSONL:
        return JsonLinesWriter() if kept else JsonlWriter(layout)
    assert not kept, "The lines of CSV are kept where there is no block"
    return CsvWriter(layout)
