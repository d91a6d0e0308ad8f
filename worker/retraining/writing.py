"""Writes tables of rows as they come: as Parquet, as CSV, or as lines in the shapes of SageMaker."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl
from polars.io.plugins import register_io_source

from worker.batch.writing.formulas import defused
from worker.contract.export import ExportFormat
from worker.retraining.training_frame import TrainingFrame

ROW_GROUP_ROWS: Final = 50_000
MOMENT: Final = "%Y-%m-%dT%H:%M:%S%.3fZ"
Tables = Iterator[pl.DataFrame]


def write(tables: Tables, frame: TrainingFrame, file_format: ExportFormat, target: Path) -> None:
    """Write all tables; one of them is in memory at a time."""
    WRITERS[file_format](tables, frame, target)


def _parquet(tables: Tables, frame: TrainingFrame, target: Path) -> None:
    rows = register_io_source(lambda *_: tables, schema=frame.schema)
    rows.sink_parquet(target, compression="zstd", row_group_size=ROW_GROUP_ROWS, engine="streaming")


def _csv(tables: Tables, frame: TrainingFrame, target: Path) -> None:
    with target.open("wb") as file:
        pl.DataFrame(schema=frame.schema).write_csv(file)
        for table in tables:
            safe = table.with_columns(defused(column) for column in table.iter_columns())
            safe.write_csv(file, include_header=False, datetime_format=MOMENT)


def _captured(tables: Tables, frame: TrainingFrame, target: Path) -> None:
    _lines(tables, target, lambda row: captured(row, frame))


def _true(tables: Tables, frame: TrainingFrame, target: Path) -> None:
    _lines(tables, target, lambda row: true(row, frame))


def _lines(tables: Tables, target: Path, line: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    encode = msgspec.json.Encoder().encode
    with target.open("wb") as file:
        for table in tables:
            file.writelines(encode(line(row)) + b"\n" for row in table.iter_rows(named=True))


def captured(row: dict[str, Any], frame: TrainingFrame) -> dict[str, Any]:
    """Return a row as SageMaker's data capture writes a request: its features and the answer, as CSV."""
    prediction, _version, _request, _row, answered_at = frame.own
    moment: datetime = row[answered_at]
    name = _event(row, frame)
    return {
        "captureData": {
            "endpointInput": _data("INPUT", [row[feature] for feature in frame.features]),
            "endpointOutput": _data("OUTPUT", [row[prediction]]),
        },
        "eventMetadata": {
            "eventId": name,
            "inferenceId": name,
            "inferenceTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "eventVersion": "0",
    }


def true(row: dict[str, Any], frame: TrainingFrame) -> dict[str, Any]:
    """Return the outcome of a row as SageMaker's monitor reads it."""
    return {
        "groundTruthData": {"data": _csv_of([row[frame.target]]), "encoding": "CSV"},
        "eventMetadata": {"eventId": _event(row, frame)},
        "eventVersion": "0",
    }


def _data(mode: str, values: list[Any]) -> dict[str, Any]:
    return {"observedContentType": "text/csv", "mode": mode, "data": _csv_of(values), "encoding": "CSV"}


def _event(row: dict[str, Any], frame: TrainingFrame) -> str:
    """Return the id of one row: a request of many rows has an event for each."""
    _prediction, _version, request, place, _at = frame.own
    return f"{row[request]}/{row[place]}" if row[place] else str(row[request])


def _csv_of(values: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(
        [str(value).lower() if isinstance(value, bool) else value for value in values]
    )
    return line.getvalue()


WRITERS: Final = {
    ExportFormat.PARQUET: _parquet,
    ExportFormat.CSV: _csv,
    ExportFormat.CAPTURE: _captured,
    ExportFormat.GROUND_TRUTH: _true,
}
