"""Reads from the footer of a Parquet file how large its columns are: of a row group one is read as a whole."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from worker.batch.errors import FileRefused
from worker.contract.words import Words

FOOTER_BYTES_MAX: Final = 16 << 20
END_BYTES: Final = 8
"""The length of the footer, and the mark behind it."""

DEPTH_MAX: Final = 20
_BOOLEANS: Final = (1, 2)
_BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 3, 7, 8, 9, 10, 11, 12
_ROW_GROUPS, _COLUMNS, _META_DATA, _COMPRESSED_BYTES = 4, 1, 3, 7


def column_bytes_max(path: Path) -> int:
    """Return how many bytes the largest column of a row group takes in the file, 0 where the footer makes no sense.

    Raise FileRefused for a footer that is too long.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - END_BYTES))
        length = int.from_bytes(file.read(4), "little")
        if length > FOOTER_BYTES_MAX and length < size:
            raise FileRefused(
                Words(
                    "The list of columns and row groups is longer than {most:,.0f} MB.",
                    {"most": FOOTER_BYTES_MAX / 1e6},
                ),
                Words("Write the file with larger row groups or fewer columns."),
            )
        file.seek(max(0, size - END_BYTES - length))
        footer = _Footer(file.read(min(length, FOOTER_BYTES_MAX)))
    try:
        return max(footer.column_sizes(), default=0)
    except (IndexError, RecursionError):
        return 0


class _Footer:
    """Thrift's compact protocol, as far as it leads to the sizes; what else there is is passed over."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def column_sizes(self) -> Iterator[int]:
        for number, kind in self._fields():
            if (number, kind) == (_ROW_GROUPS, _LIST):
                for _ in range(self._list_head()[0]):
                    yield from self._row_group()
            else:
                self._skip(kind)

    def _row_group(self) -> Iterator[int]:
        for number, kind in self._fields():
            if (number, kind) == (_COLUMNS, _LIST):
                for _ in range(self._list_head()[0]):
                    yield from self._column()
            else:
                self._skip(kind)

    def _column(self) -> Iterator[int]:
        for number, kind in self._fields():
            if (number, kind) == (_META_DATA, _STRUCT):
                yield from self._meta_data()
            else:
                self._skip(kind)

    def _meta_data(self) -> Iterator[int]:
        for number, kind in self._fields():
            if number == _COMPRESSED_BYTES:
                yield self._varint() >> 1
            else:
                self._skip(kind)

    def _fields(self) -> Iterator[tuple[int, int]]:
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._varint() >> 1
            yield number, head & 15

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
        return value | byte << shift

    def _list_head(self) -> tuple[int, int]:
        head = self._byte()
        return (self._varint() if head >> 4 == 15 else head >> 4), head & 15

    def _skip(self, kind: int, depth: int = 0) -> None:
        if depth > DEPTH_MAX:
            raise IndexError("No footer is nested so deeply")
        if kind == _STRUCT:
            for _, inner in self._fields():
                self._skip(inner, depth + 1)
        elif kind in (_LIST, _SET):
            self._skip_elements(*self._list_head(), depth)
        elif kind == _MAP:
            raise IndexError("No footer holds a map")
        elif kind == _BINARY:
            length = self._varint()
            self._at += length
        elif kind == _DOUBLE:
            self._at += 8
        elif kind == _BYTE:
            self._at += 1
        elif kind not in _BOOLEANS:
            self._varint()

    def _skip_elements(self, count: int, kind: int, depth: int) -> None:
        for _ in range(count):
            # In a list a truth value takes a byte, as a field it is part of the head.
            self._skip(_BYTE if kind in _BOOLEANS else kind, depth + 1)
