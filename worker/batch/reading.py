"""Finds out how the file of a job is read: what it is packed in, its format, its encoding, its columns."""

from pathlib import Path

import msgspec

from worker.batch.looking import look_at_text
from worker.batch.places import JobPlace
from worker.batch.recognition import recognise
from worker.batch.text import transcode
from worker.batch.unpacking import unpack
from worker.contract.batch import Compression, PlanRequest, Understanding
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
    format_, compression = recognise(place.input, request.file_name)
    path = place.input
    if compression is not Compression.NONE:
        path = place.working("unpacked")
        name = unpack(place.input, compression, path, request.unpacked_bytes_max)
        format_, _ = recognise(path, name or request.file_name)
    return _text(request, place, signature, path, compression)


def _text(request: PlanRequest, place: JobPlace, signature: Signature, path: Path, compression: Compression) -> Found:
    understanding, layout = look_at_text(path, request.choice, signature, compression)
    copy = place.working("text")
    if not layout.is_plain:
        transcode(path, understanding.encoding, copy)
    elif compression is not Compression.NONE:
        path.replace(copy)
    return Found(
        understanding=understanding,
        is_copied=not layout.is_plain or compression is not Compression.NONE,
        header_start=layout.header_start,
        text_start=layout.header_stop,
        first_line=layout.first_line,
    )
