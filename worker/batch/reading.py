"""Finds out how the file of a job is read: what it is packed in, its format, its encoding, its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import msgspec

from worker.batch.column_names import column_names
from worker.batch.formats.jsonl import look_at_lines
from worker.batch.formats.parquet import look_at_parquet
from worker.batch.formats.xlsx import look_at_workbook
from worker.batch.looking import look_at_text
from worker.batch.matching import match, no_column
from worker.batch.places import JobPlace, appearing
from worker.batch.recognition import recognise
from worker.batch.text import transcode
from worker.batch.unpacking import unpack
from worker.contract.batch import TEXT_SHOWN_MAX, Compression, FileFormat, PlanRequest, Understanding
from worker.contract.signature import Signature


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is read. `is_copied`: what is read is a working copy, `text`, and not the upload."""

    understanding: Understanding
    is_copied: bool = False
    header_start: int = 0
    text_start: int = 0
    first_line: int = 2


def find_out(request: PlanRequest, place: JobPlace, signature: Signature) -> Found:
    """Return how the job's file is read; working copies that it takes are made. Raise FileRefused."""
    file_format, compression = recognise(place.input, request.file_name)
    path = place.input
    if compression is not Compression.NONE:
        path = place.working("text")
        name = unpack(place.input, compression, path, request.unpacked_bytes_max)
        file_format, _ = recognise(path, name or request.file_name)
    look = Look(request, place, signature, path, compression)
    match file_format:
        case FileFormat.CSV:
            return look.text()
        case FileFormat.JSONL:
            return look.lines()
        case FileFormat.XLSX:
            return look.sheet()
        case FileFormat.PARQUET:
            return look.parquet()
        case _:
            assert_never(file_format)


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the file at `path`, which is the upload or what was unpacked of it."""

    request: PlanRequest
    place: JobPlace
    signature: Signature
    path: Path
    compression: Compression

    def text(self) -> Found:
        """Return how a CSV is read; what is not UTF-8 is copied as that."""
        understanding, layout = look_at_text(self.path, self.request.choice, self.signature, self.compression)
        if not layout.is_plain:
            copy = self.place.working("text")
            with appearing(copy) as draft:
                transcode(self.path, understanding.encoding, draft)
        return Found(
            understanding=understanding,
            is_copied=self._is_copied or not layout.is_plain,
            header_start=layout.header_start,
            text_start=layout.header_stop,
            first_line=layout.first_line,
        )

    def lines(self) -> Found:
        """Return how JSON Lines are read."""
        look = look_at_lines(self.path)
        known = self._known(FileFormat.JSONL, look.names, look.first_rows)
        return Found(understanding=known, is_copied=self._is_copied, first_line=1)

    def sheet(self) -> Found:
        """Return how a workbook is read."""
        look = look_at_workbook(self.path, self.request.choice.sheet, bytes_max=self.request.unpacked_bytes_max)
        known = self._known(FileFormat.XLSX, column_names(look.names), look.first_rows)
        known = msgspec.structs.replace(known, sheet=look.sheet, sheets=look.sheets, remarks=look.remarks)
        return Found(understanding=known, is_copied=self._is_copied)

    def parquet(self) -> Found:
        """Return how a Parquet file is read."""
        look = look_at_parquet(self.path)
        known = self._known(FileFormat.PARQUET, look.names, look.first_rows)
        return Found(
            understanding=msgspec.structs.replace(known, rows=look.rows), is_copied=self._is_copied, first_line=1
        )

    @property
    def _is_copied(self) -> bool:
        return self.compression is not Compression.NONE

    def _known(
        self, file_format: FileFormat, names: Sequence[str], first_rows: tuple[tuple[str, ...], ...]
    ) -> Understanding:
        choice = self.request.choice
        columns, absent = match(names, self.signature, choice.mapping)
        if choice.identifier and choice.identifier not in names:
            raise no_column(choice.identifier, names)
        return Understanding(
            format=file_format,
            compression=self.compression,
            columns=columns,
            absent=absent,
            first_rows=tuple(tuple(cell[:TEXT_SHOWN_MAX] for cell in row) for row in first_rows),
        )
