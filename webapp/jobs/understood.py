"""What was understood of a file, for the page on which a person looks at it before the job starts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.jobs.models import BatchJob
from webapp.jobs.wording import rows_words
from webapp.predictions.fields import label_of
from worker.contract.batch import ColumnFound, Compression, FileFormat, Understanding

COLUMNS_SHOWN: Final = 40
WRONG_SHARE_MAX: Final = 0.5
"""Where more of the sample is wrong, the data plane begins only if somebody accepts that."""

FORMATS: Final = {
    FileFormat.CSV: gettext_lazy("CSV"),
    FileFormat.JSONL: gettext_lazy("JSON Lines"),
    FileFormat.XLSX: gettext_lazy("Excel workbook"),
    FileFormat.PARQUET: gettext_lazy("Parquet"),
}
COMPRESSIONS: Final = {
    Compression.GZIP: gettext_lazy("packed with gzip"),
    Compression.ZIP: gettext_lazy("in a zip archive"),
}
ENCODINGS: Final = {
    "utf-8": gettext_lazy("UTF-8"),
    "utf-8-sig": gettext_lazy("UTF-8 with a byte order mark"),
    "utf-16-le": gettext_lazy("UTF-16, little-endian"),
    "utf-16-be": gettext_lazy("UTF-16, big-endian"),
    "windows-1252": gettext_lazy("Windows-1252"),
}
SEPARATORS: Final = {
    ",": gettext_lazy("separated by commas"),
    ";": gettext_lazy("separated by semicolons"),
    "\t": gettext_lazy("separated by tabs"),
    "|": gettext_lazy("separated by vertical bars"),
}
DECIMALS: Final = {".": gettext_lazy("decimal point"), ",": gettext_lazy("decimal comma")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the preview: its name in the file and the feature that it gives, empty for none."""

    name: str
    feature: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """The first rows, in as many columns as a page holds: those that give features go before others."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int


def reading_words(understanding: Understanding) -> str:
    """Return how the file is read, such as "CSV, UTF-8, separated by commas, decimal point"."""
    return ", ".join(_parts(understanding))


def size_of(understanding: Understanding) -> str:
    """Return how many rows the file has, as far as that is known."""
    return _("rows not counted yet") if understanding.rows is None else rows_words(understanding.rows)


def preview_of(job: BatchJob, understanding: Understanding) -> Preview:
    """Return the first rows of a file."""
    labels = labels_of(job)
    shown = _shown(understanding.columns)
    return Preview(
        columns=tuple(
            Column(name=column.name, feature=labels.get(column.feature, column.feature))
            for column in (understanding.columns[at] for at in shown)
        ),
        rows=tuple(tuple(row[at] if at < len(row) else "" for at in shown) for row in understanding.first_rows),
        left_out=len(understanding.columns) - len(shown),
    )


def labels_of(job: BatchJob) -> dict[str, str]:
    """Return what people call the features, by their names."""
    return {feature.name: label_of(feature) for feature in job.version.manifest.signature.features}


def most_are_wrong(understanding: Understanding) -> bool:
    """Return whether so many of the first rows cannot be answered that somebody has to accept it."""
    return understanding.sample_wrong > WRONG_SHARE_MAX * understanding.sample_rows


def _parts(understanding: Understanding) -> Iterator[str]:
    yield str(FORMATS[understanding.format])
    if understanding.compression is not Compression.NONE:
        yield str(COMPRESSIONS[understanding.compression])
    if understanding.encoding:
        yield str(ENCODINGS.get(understanding.encoding, understanding.encoding))
    if understanding.format is FileFormat.CSV:
        yield str(SEPARATORS.get(understanding.separator, understanding.separator))
        yield str(DECIMALS.get(understanding.decimal, understanding.decimal))
    if understanding.sheet:
        yield _("sheet “%(name)s”") % {"name": understanding.sheet}


def _shown(columns: tuple[ColumnFound, ...]) -> list[int]:
    """Return the places of the columns that are shown, in the order of the file."""
    by_use = sorted(range(len(columns)), key=lambda at: (not columns[at].feature, at))
    return sorted(by_use[:COLUMNS_SHOWN])
