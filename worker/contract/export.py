"""The messages of an export: rows of an endpoint's journal with their outcomes, as one file to train on."""

import re
from enum import StrEnum
from typing import Final

import msgspec

from worker.contract.words import Words

EXPORT_ID: Final = re.compile(r"[0-9a-f]{32}")
DIRECTORY: Final = "exports"
"""Below the spool: a directory for each export, made by whoever asks, with one file in it."""

FILE: Final = "rows"
ROWS_MAX: Final = 1_000_000
"""Of more rows so many are drawn by chance."""


class ExportFormat(StrEnum):
    """What the file is: a table, or lines as SageMaker keeps requests (capture) and outcomes (ground truth)."""

    PARQUET = "parquet"
    CSV = "csv"
    CAPTURE = "sagemaker_capture"
    GROUND_TRUTH = "sagemaker_ground_truth"


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.export_rows`: write the rows that were answered from `first_ms` up to, and without, `end_ms`.

    `digest` is of the version whose signature says the columns; `digests` of those whose rows are wanted, all if empty.
    `with_truth`: only rows whose outcome is known. `hashed` features leave the box as hashes.
    """

    export_id: str
    endpoint: str
    digest: str
    format: ExportFormat
    first_ms: int
    end_ms: int
    digests: tuple[str, ...] = ()
    with_truth: bool = False
    rows_max: int = ROWS_MAX
    hashed: tuple[str, ...] = ()


class ExportOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_export`: what the file holds, or why there is none.

    `rows` of `matching` were written, of which the outcome of `known` is. `without_inputs` were left out, as the
    journal keeps their answers only. `hashed` are the columns of hashes, `target` that of outcomes.
    """

    export_id: str
    rows: int = 0
    matching: int = 0
    known: int = 0
    without_inputs: int = 0
    size_bytes: int = 0
    hashed: tuple[str, ...] = ()
    target: str = ""
    reason: Words | None = None
    detail: str = ""
