"""Files as programs write them, byte for byte, beside what is to be understood of them."""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.worker.tables.signatures import boolean, category, integer, number, text
from worker.contract.batch import Compression
from worker.contract.signature import Output, OutputKind, Signature

RENT = Output(kind=OutputKind.NUMBER, name="rent")

FRENCH = Signature(
    features=(
        number("revenu annuel", unit="EUR"),
        integer("âge"),
        category("ville", "Nîmes", "Saint-Étienne", "L\N{RIGHT SINGLE QUOTATION MARK}Haÿ"),
        boolean("propriétaire"),
        text("remarque", required=False),
    ),
    output=RENT,
)
ENGLISH = Signature(
    features=(
        number("annual_income"),
        integer("age"),
        category("city", "New York", "Zürich"),
        boolean("owner"),
        text("note", required=False),
    ),
    output=RENT,
)

Cells = Sequence[str]
Row = Mapping[str, str]

FRENCH_HEADER: Final = ("revenu annuel", "âge", "ville", "propriétaire", "remarque")
FRENCH_ROWS: Final[tuple[Cells, ...]] = (
    ("31250,5", "34", "Nîmes", "VRAI", "rien à dire"),
    ("1204,75", "51", "Saint-Étienne", "FAUX", ""),
    ("27000", "47", "L\N{RIGHT SINGLE QUOTATION MARK}Haÿ", "VRAI", "dit « peut-être »; à revoir"),
)
ENGLISH_HEADER: Final = ("annual_income", "age", "city", "owner", "note")
ENGLISH_ROWS: Final[tuple[Cells, ...]] = (
    ("31250.5", "34", "New York", "TRUE", "nothing, really"),
    ("1204.75", "51", "Zürich", "FALSE", ""),
    ("27000", "47", "New York", "TRUE", 'said "maybe"'),
)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A file and what is to be understood of it; `rows` are the cells by feature, as they are written."""

    file_name: str
    content: bytes
    rows: tuple[Row, ...]
    signature: Signature
    separator: str
    encoding: str = "utf-8"
    decimal: str = "."
    compression: Compression = Compression.NONE
    columns: Mapping[str, str] = field(default_factory=dict)
    """The columns by feature, where they are not called like it."""


def minimal(cell: str, separator: str) -> str:
    """Quote as Excel does: where it must be."""
    return quoted(cell) if set(cell) & {separator, '"', "\n", "\r"} else cell


def quoted(cell: str, separator: str = "") -> str:
    return '"' + cell.replace('"', '""') + '"'


def words_quoted(cell: str, separator: str = "") -> str:
    """Quote as R and pandas' QUOTE_NONNUMERIC do: what is no number (nor R's NA)."""
    return cell if cell.replace(",", "").replace(".", "").isdigit() or cell in {"NA", "TRUE", "FALSE"} else quoted(cell)


def written(
    rows: Iterable[Cells], separator: str, end: str = "\r\n", quote: Callable[[str, str], str] = minimal
) -> str:
    return "".join(separator.join(quote(cell, separator) for cell in row) + end for row in rows)


def by_feature(signature: Signature, rows: Iterable[Cells]) -> tuple[Row, ...]:
    return tuple(dict(zip(signature.names, row, strict=True)) for row in rows)


def french(content: bytes, **more: object) -> Shape:
    given = {"file_name": "locataires.csv", "separator": ";", "decimal": ",", "rows": by_feature(FRENCH, FRENCH_ROWS)}
    return Shape(content=content, signature=FRENCH, **(given | more))  # type: ignore[arg-type]  # fields by name


def english(content: bytes, **more: object) -> Shape:
    given = {"file_name": "tenants.csv", "separator": ",", "rows": by_feature(ENGLISH, ENGLISH_ROWS)}
    return Shape(content=content, signature=ENGLISH, **(given | more))  # type: ignore[arg-type]  # fields by name


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # of no date: the same each time
    return packed.getvalue()


def french_table(separator: str, end: str = "\r\n", quote: Callable[[str, str], str] = minimal) -> str:
    return written((FRENCH_HEADER, *FRENCH_ROWS), separator, end, quote)


def english_table(separator: str, end: str = "\r\n", quote: Callable[[str, str], str] = minimal) -> str:
    return written((ENGLISH_HEADER, *ENGLISH_ROWS), separator, end, quote)


def numbered(rows: Iterable[Cells]) -> list[Cells]:
    """Put an index without a name before the rows, as pandas does."""
    header, *others = rows
    return [("", *header), *((str(number), *row) for number, row in enumerate(others))]


def written_by_r(rows: Iterable[Cells], separator: str) -> str:
    """Write the rows with their names, which R counts from 1 and quotes."""
    (_, *header), *others = numbered(rows)
    lines = [separator.join(map(quoted, ("", *header)))]
    for name, (_, *row) in enumerate(others, start=1):
        lines.append(separator.join([quoted(str(name)), *(words_quoted(cell) for cell in row)]))
    return "\n".join(lines) + "\n"


def changed(rows: Iterable[Cells], old: str, new: str) -> tuple[Cells, ...]:
    return tuple(tuple(new if cell == old else cell for cell in row) for row in rows)


FR: Final = (FRENCH_HEADER, *FRENCH_ROWS)
EN: Final = (ENGLISH_HEADER, *ENGLISH_ROWS)


def _excel_in_french() -> dict[str, Shape]:
    thousands = [("1\xa0234\xa0567,89", *FRENCH_ROWS[0][1:]), ("12\xa0000,5", *FRENCH_ROWS[1][1:])]
    narrow = [("1\u202f234\u202f567,89", *FRENCH_ROWS[0][1:]), ("12\u202f000,5", *FRENCH_ROWS[1][1:])]
    return {
        "excel fr": french(french_table(";").encode("windows-1252"), encoding="windows-1252"),
        "excel fr utf-8": french(french_table(";").encode("utf-8-sig"), encoding="utf-8-sig"),
        "excel fr unicode text": french(
            b"\xff\xfe" + french_table("\t").encode("utf-16-le"),
            file_name="locataires.txt",
            separator="\t",
            encoding="utf-16-le",
        ),
        "excel fr text": french(
            french_table("\t").encode("windows-1252"), file_name="a.txt", separator="\t", encoding="windows-1252"
        ),
        "excel fr declared": french(b"sep=;\r\n" + french_table(";").encode("windows-1252"), encoding="windows-1252"),
        "excel fr thousands": french(
            written((FRENCH_HEADER, *thousands), ";").encode("windows-1252"),
            encoding="windows-1252",
            rows=by_feature(FRENCH, thousands),
        ),
        "excel fr narrow thousands": french(
            written((FRENCH_HEADER, *narrow), ";").encode("utf-8-sig"),
            encoding="utf-8-sig",
            rows=by_feature(FRENCH, narrow),
        ),
        "excel fr trailing rows": french(
            (french_table(";") + ";;;;\r\n" * 3).encode("utf-8-sig"), encoding="utf-8-sig"
        ),
        "excel fr blank top": french(("\r\n;;;;\r\n" + french_table(";")).encode()),
        "excel fr no last line end": french(french_table(";").removesuffix("\r\n").encode()),
        "excel mac fr": french(french_table(";", "\r").encode("windows-1252"), encoding="windows-1252"),
        "libreoffice all quoted": french(french_table(";", "\n", quoted).encode()),
    }


def _spreadsheets_in_english() -> dict[str, Shape]:
    grouped = [("1,234,567.89", *ENGLISH_ROWS[0][1:]), ("12,000", *ENGLISH_ROWS[1][1:])]
    return {
        "excel en": english(english_table(",").encode("windows-1252"), encoding="windows-1252"),
        "excel en utf-8": english(english_table(",").encode("utf-8-sig"), encoding="utf-8-sig"),
        "excel en declared": english(b"sep=,\r\n" + english_table(",").encode()),
        "excel en thousands": english(
            written((ENGLISH_HEADER, *grouped), "\t").encode(), separator="\t", rows=by_feature(ENGLISH, grouped)
        ),
        "excel mac": english(english_table(",", "\r").encode()),
        "libreoffice": english(english_table(",", "\n").encode()),
        "libreoffice big-endian": english(
            b"\xfe\xff" + english_table(",", "\n").encode("utf-16-be"), encoding="utf-16-be"
        ),
        "utf-16 without mark": english(english_table(";").encode("utf-16-le"), separator=";", encoding="utf-16-le"),
    }


def _programs() -> dict[str, Shape]:
    r_rows = changed(ENGLISH_ROWS, "", "NA")
    r_french = changed(changed(FRENCH_ROWS, "VRAI", "TRUE"), "FAUX", "FALSE")
    dotted = ("annual.income", *ENGLISH_HEADER[1:])
    nulls = changed(ENGLISH_ROWS, "", "NULL")
    return {
        "r write.csv": english(written_by_r((ENGLISH_HEADER, *r_rows), ",").encode(), rows=by_feature(ENGLISH, r_rows)),
        "r write.csv2": french(
            written_by_r((FRENCH_HEADER, *r_french), ";").encode(), rows=by_feature(FRENCH, r_french)
        ),
        "r check.names": english(
            written((dotted, *ENGLISH_ROWS), ",", "\n").encode(), columns={"annual_income": "annual.income"}
        ),
        "pandas index": english(written(numbered(EN), ",", "\n").encode()),
        "pandas nonnumeric": english(written(EN, ",", "\n", words_quoted).encode()),
        "pandas french": french(written(numbered(FR), ";", "\n").encode()),
        "sql pipes": english(
            written((ENGLISH_HEADER, *nulls), "|", "\n").encode(), separator="|", rows=by_feature(ENGLISH, nulls)
        ),
        "tsv": english(english_table("\t", "\n").encode(), file_name="tenants.tsv", separator="\t"),
        "gzip": english(
            gzip.compress(english_table(",").encode()), file_name="tenants.csv.gz", compression=Compression.GZIP
        ),
        "zip": french(
            zipped(("locataires.csv", french_table(";").encode("windows-1252"))),
            file_name="locataires.zip",
            encoding="windows-1252",
            compression=Compression.ZIP,
        ),
        "zip of a mac": english(
            zipped(
                ("out/", b""), ("out/tenants.csv", english_table(",").encode()), ("__MACOSX/out/._tenants.csv", b"x")
            ),
            file_name="tenants.zip",
            compression=Compression.ZIP,
        ),
    }


def _by_french_hands() -> dict[str, Shape]:
    capitals = ("Revenu annuel (EUR)", "AGE", " Ville ", "Proprietaire", "remarque")
    smart = (
        ("31250,5", "34", "L\N{RIGHT SINGLE QUOTATION MARK}Haÿ", "VRAI", "“peut-être” \N{EN DASH} 5 €…"),
        *FRENCH_ROWS[1:],
    )
    return {
        "headers by hand": french(
            written((capitals, *FRENCH_ROWS), ";").encode(),
            columns={
                "revenu annuel": "Revenu annuel (EUR)",
                "âge": "AGE",
                "ville": "Ville",
                "propriétaire": "Proprietaire",
            },
        ),
        "smart quotes": french(
            written((FRENCH_HEADER, *smart), ";").encode("windows-1252"),
            encoding="windows-1252",
            rows=by_feature(FRENCH, smart),
        ),
    }


def _by_english_hands() -> dict[str, Shape]:
    broken = (("31250.5", "34", "New York", "TRUE", "first\nsecond\r\nthird"), *ENGLISH_ROWS[1:])
    two_lines = ("annual\nincome", "age", "city", "owner", "note")
    emoji = (("31250.5", "34", "New York", "TRUE", "\U0001f600 fine"), *ENGLISH_ROWS[1:])
    other = [("x", *row[:2], "", *row[2:]) for row in ENGLISH_ROWS]
    late = [*ENGLISH_ROWS[:1] * 40_000, ENGLISH_ROWS[1]]
    return {
        "quoted line breaks": english(
            written((ENGLISH_HEADER, *broken), ",").encode(), rows=by_feature(ENGLISH, broken)
        ),
        "name over two lines": english(
            written((two_lines, *ENGLISH_ROWS), ",").encode(), columns={"annual_income": "annual income"}
        ),
        "emoji": english(written((ENGLISH_HEADER, *emoji), ",").encode(), rows=by_feature(ENGLISH, emoji)),
        "twice and nameless": english(
            written((("age", "annual_income", "age", "", *ENGLISH_HEADER[2:]), *other), ",").encode(),
            rows=by_feature(ENGLISH, [(row[1], row[0], *row[3 + 1 :]) for row in other]),
        ),
        "late accents": english(
            written((ENGLISH_HEADER, *late), ",").encode("windows-1252"),
            encoding="windows-1252",
            rows=by_feature(ENGLISH, late),
        ),
    }


SHAPES: Final = _excel_in_french() | _spreadsheets_in_english() | _programs() | _by_french_hands() | _by_english_hands()
