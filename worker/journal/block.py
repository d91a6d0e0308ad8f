"""A block of the journal: answered rows as columns, and its bytes.

A block is a length, a checksum, a header and the bytes of its columns, little-endian, one after the other. Whoever
wants a few columns reads no others; a block that was cut off by a death is told by its checksum.
"""

import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]

FRAME: Final = struct.Struct("<II")
"""Before each block: how many bytes it has, and their CRC-32."""

HEADER: Final = struct.Struct("<I")
BLOCK_BYTES_MAX: Final = 1 << 30
TEXT: Final = "text"
KINDS: Final = {"f8": "<f8", "f4": "<f4", "i8": "<i8", "i4": "<i4", "b1": "|b1"}
"""How numbers are written; whatever is no number is text, or one of what JSON knows."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class ColumnMeta(msgspec.Struct, frozen=True, array_like=True):
    """How a column lies in its block."""

    name: str
    kind: str
    size_bytes: int
    is_packed: bool = False


class BlockHeader(msgspec.Struct, frozen=True, array_like=True):
    """Of which version's answers the columns are, and when they were given, in milliseconds since 1970."""

    endpoint: str
    version: int
    digest: str
    rows: int
    first_ms: int
    last_ms: int
    columns: tuple[ColumnMeta, ...]


_header = msgspec.msgpack.Decoder(BlockHeader).decode


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Rows of one version. `columns` by name: numpy arrays of numbers, or of objects that JSON knows, None for missing.

    Names that begin with `@` are the journal's own; the others are features.
    """

    endpoint: str
    version: int
    digest: str
    first_ms: int
    last_ms: int
    columns: Mapping[str, Column]

    @property
    def rows(self) -> int:
        """How many rows the block has."""
        return len(next(iter(self.columns.values()))) if self.columns else 0


class BlockDamaged(ValueError):
    """Bytes that are no block: cut off by a death, or changed on the disk."""


def encode(block: Block, *, packs: bool = False) -> bytes:
    """Return the bytes of a block, with its frame. With `packs` the columns are compressed."""
    metas, parts = [], []
    for name, column in block.columns.items():
        kind, data = _column_bytes(column)
        if packs:
            data = zlib.compress(data, 6)
        metas.append(ColumnMeta(name, kind, len(data), packs))
        parts.append(data)
    facts = (block.endpoint, block.version, block.digest, block.rows, block.first_ms, block.last_ms)
    header = _encode(BlockHeader(*facts, tuple(metas)))
    payload = b"".join((HEADER.pack(len(header)), header, *parts))
    return FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def _column_bytes(column: Column) -> tuple[str, bytes]:
    written = KINDS.get(column.dtype.str[1:])
    if written is not None:
        return column.dtype.str[1:], column.astype(written, copy=False).tobytes()
    return TEXT, _encode(column.tolist())


def decode(payload: bytes | memoryview, wanted: Collection[str] | None = None) -> Block:
    """Return the block, with the wanted columns of those it has, or all. Raise BlockDamaged."""
    view = memoryview(payload)
    try:
        header, at = read_header(view)
        columns: dict[str, Column] = {}
        for meta in header.columns:
            data = view[at : at + meta.size_bytes]
            at += meta.size_bytes
            if wanted is None or meta.name in wanted:
                columns[meta.name] = _column(meta, data, header.rows)
    except (struct.error, msgspec.DecodeError, ValueError, KeyError, zlib.error) as error:
        raise BlockDamaged(str(error)) from error
    facts = (header.endpoint, header.version, header.digest, header.first_ms, header.last_ms)
    names = ("endpoint", "version", "digest", "first_ms", "last_ms")
    return Block(**dict(zip(names, facts, strict=True)), columns=columns)  # type: ignore[arg-type]  # by their names


def read_header(view: memoryview) -> tuple[BlockHeader, int]:
    """Return the header of a block's payload and where the columns begin."""
    (size,) = HEADER.unpack_from(view)
    return _header(view[HEADER.size : HEADER.size + size]), HEADER.size + size


def decode_column(meta: ColumnMeta, data: bytes, rows: int) -> Column:
    """Return a column that was read by itself. Raise BlockDamaged."""
    try:
        return _column(meta, memoryview(data), rows)
    except (msgspec.DecodeError, ValueError, KeyError, zlib.error) as error:
        raise BlockDamaged(str(error)) from error


def _column(meta: ColumnMeta, data: memoryview, rows: int) -> Column:
    raw = zlib.decompress(data) if meta.is_packed else data
    if meta.kind == TEXT:
        values = np.empty(rows, object)
        values[:] = _decode(raw)
        return values
    column = np.frombuffer(raw, KINDS[meta.kind])
    if len(column) != rows:
        msg = f"Column {meta.name!r} has {len(column)} values, its block {rows} rows."
        raise ValueError(msg)
    return column


def frames_of(path: Path) -> Iterator[memoryview]:
    """Yield the payloads of a file's whole blocks, one in memory at a time: a packed file is as large as its day was.

    Of a file that went meanwhile there are none.
    """
    with suppress(FileNotFoundError), path.open("rb") as file:
        while len(frame := file.read(FRAME.size)) == FRAME.size:
            size, checksum = FRAME.unpack(frame)
            payload = file.read(size) if size <= BLOCK_BYTES_MAX else b""
            if len(payload) < size or zlib.crc32(payload) != checksum:
                return
            yield memoryview(payload)


def frames(data: memoryview) -> Iterator[memoryview]:
    """Yield the payloads of whole blocks, in order, up to the first that is not whole."""
    at = 0
    while at + FRAME.size <= len(data):
        size, checksum = FRAME.unpack_from(data, at)
        payload = data[at + FRAME.size : at + FRAME.size + size]
        if size > BLOCK_BYTES_MAX or len(payload) < size or zlib.crc32(payload) != checksum:
            return
        yield payload
        at += FRAME.size + size
