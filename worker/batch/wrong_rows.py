"""The file of the rows that could not be answered: as they came, with their lines and what is wrong, to mend and send.

It has the format of the file that came, so that it can be sent again as it is once it is mended.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from worker.batch.formats.parquet import TypedBlock
from worker.batch.opening import table_writer
from worker.batch.plans import Plan
from worker.batch.writing.csv_lines import MARKS
from worker.batch.writing.defusing import defused
from worker.batch.writing.layout import Layout
from worker.contract.batch import FileFormat


def write_wrong_rows(plan: Plan, parts: Sequence[Path], target: Path) -> None:
    """Write the rows of all parts to `target`."""
    if plan.understanding.format is FileFormat.CSV:
        _write_csv(plan, parts, target)
        return
    layout = Layout(
        understanding=plan.understanding, added=pl.Schema({plan.names.line: pl.Int64, plan.names.problem: pl.String})
    )
    writer = table_writer(plan.understanding.format, layout)
    written = [part.with_suffix(".written") for part in parts]
    for part, place in zip(parts, written, strict=True):
        rows = pl.read_ipc(part)
        writer.write(TypedBlock(rows.select(plan.column_names)), rows.select(list(layout.added)), place)
    writer.assemble(written, target)


def _write_csv(plan: Plan, parts: Sequence[Path], target: Path) -> None:
    encoding = plan.understanding.encoding or "utf-8"
    with target.open("wb") as out:
        out.write(MARKS.get(encoding, b""))
        for number, part in enumerate(parts):
            rows = pl.read_ipc(part)
            safe = rows.with_columns([defused(column) for column in rows.get_columns()])
            text = safe.write_csv(include_header=number == 0, separator=plan.understanding.separator)
            out.write(text.encode(encoding.removesuffix("-sig"), "replace"))
