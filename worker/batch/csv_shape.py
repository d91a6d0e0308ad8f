"""How a CSV is written: what separates its cells, what marks decimals, and where its header is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from worker.batch.column_names import column_names
from worker.batch.decimals import decimal_mark, is_number
from worker.batch.errors import FileRefused
from worker.batch.matching import match
from worker.batch.records import Record, TooManyColumns, Unfinished, record_at
from worker.contract.batch import Choice
from worker.contract.signature import FeatureType, Signature
from worker.contract.words import Words
from worker.tables.wording import listed, named

SEPARATORS: Final = (",", ";", "\t", "|")
DECIMALS: Final = (".", ",")
RECORDS_TRIED: Final = 200
CELLS_TRIED: Final = 100_000
EMPTY_LINES_MAX: Final = 1000
NOTHING_CHOSEN: Final = Choice()

_DECLARED: Final = re.compile(r'"?sep=([^\r\n])"?[;,\t|]*\r?\n', re.IGNORECASE)
"""The first line by which Excel is told the separator, also where Excel saved it again as a row."""

WRITE: Final = Words("Name the columns in the first line, one row per line below.")


class CsvShape(msgspec.Struct, frozen=True, kw_only=True):
    """How a CSV is written. `header` are the names of its columns, made unique.

    `start` and `stop` are where in the text (in characters) the header begins and the first row does: a line that
    declares the separator and empty lines come before the header.
    """

    separator: str
    decimal: str
    header: tuple[str, ...]
    start: int
    stop: int


class _Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a text read with one separator. `features` are what its columns give, "" for nothing."""

    separator: str
    header: tuple[str, ...]
    features: tuple[str, ...]
    start: int
    stop: int
    rows: list[list[str]]

    @property
    def matched(self) -> int:
        """Return how many features its header names."""
        return sum(map(bool, self.features))

    @property
    def regularity(self) -> float:
        """Return which part of the rows has as many cells as the header."""
        if not self.rows:
            return 1.0
        return sum(len(row) == len(self.header) for row in self.rows) / len(self.rows)


def find_shape(
    text: str, *, signature: Signature | None = None, choice: Choice = NOTHING_CHOSEN, whole: bool = True
) -> CsvShape:
    """Return how the CSV is written that begins so; what is chosen is not looked for.

    Raise `Unfinished` if the text does not hold the header and is not the `whole`, `FileRefused` if it has none.
    """
    _check_choice(choice)
    declared = _DECLARED.match(text)
    begin = declared.end() if declared else 0
    said = declared[1] if declared and declared[1] in SEPARATORS else ""
    wanted = choice.separator or said
    best = _best(list(_trials(text, begin, (wanted,) if wanted else SEPARATORS, signature, whole=whole)))
    _check_header(best, signature)
    return CsvShape(
        separator=best.separator,
        decimal=choice.decimal or _decimal(best, signature),
        header=best.header,
        start=best.start,
        stop=best.stop,
    )


def _trials(
    text: str, begin: int, separators: Sequence[str], signature: Signature | None, *, whole: bool
) -> Iterator[_Trial | TooManyColumns]:
    for separator in separators:
        try:
            start, header = _header(text, begin, separator, whole=whole)
        except Unfinished:
            continue
        except TooManyColumns as refusal:
            yield refusal
            continue
        names = column_names(header.cells)
        yield _Trial(
            separator=separator,
            header=names,
            features=_features(names, signature),
            start=start,
            stop=header.stop,
            rows=list(_rows(text, header.stop, separator, whole=whole)),
        )


def _best(outcomes: list[_Trial | TooManyColumns]) -> _Trial:
    trials = [each for each in outcomes if isinstance(each, _Trial)]
    refusals = [each for each in outcomes if isinstance(each, TooManyColumns)]
    if refusals and all(len(each.header) == 1 for each in trials):
        raise refusals[0]
    if not trials:
        raise Unfinished
    return max(trials, key=_rank)


def _rank(trial: _Trial) -> tuple[int, bool, float, int]:
    """Return what makes one separator likelier than another; of equal ones the first in order is taken.

    Of separators that leave one column, the likeliest is the one that does not occur in the rows either.
    """
    several = len(trial.header) > 1 and trial.regularity > 0.5
    return trial.matched, several, trial.regularity, len(trial.header)


def _header(text: str, begin: int, separator: str, *, whole: bool) -> tuple[int, Record]:
    """Return where the header begins, and the header: the first record that is not empty."""
    start = begin
    for _ in range(EMPTY_LINES_MAX):
        if start >= len(text) and whole:
            raise FileRefused(Words("The file is empty."), WRITE)
        record = record_at(text, start, separator, whole=whole)
        if not record.is_empty:
            return start, record
        start = record.stop
    raise FileRefused(Words("The file begins with more than {most:,} empty lines.", {"most": EMPTY_LINES_MAX}), WRITE)


def _rows(text: str, start: int, separator: str, *, whole: bool) -> Iterator[list[str]]:
    cells = 0
    for _ in range(RECORDS_TRIED):
        if start >= len(text) or cells > CELLS_TRIED:
            return
        try:
            record = record_at(text, start, separator, whole=whole)
        except (Unfinished, TooManyColumns):
            return
        start, cells = record.stop, cells + len(record.cells)
        if not record.is_empty:
            yield record.cells


def _features(names: tuple[str, ...], signature: Signature | None) -> tuple[str, ...]:
    if signature is None:
        return ("",) * len(names)
    columns, _ = match(names, signature, {})
    return tuple(column.feature for column in columns)


def _decimal(trial: _Trial, signature: Signature | None) -> str:
    """Return the decimal mark of the columns that give numbers, of all if none is known to."""
    if trial.separator == ",":
        return "."
    features = signature.features if signature else ()
    numeric = {each.name for each in features if each.type in (FeatureType.NUMBER, FeatureType.INTEGER)}
    positions = [position for position, feature in enumerate(trial.features) if feature in numeric]
    places = positions or range(len(trial.header))
    return decimal_mark(row[place] for row in trial.rows for place in places if place < len(row))


def _check_header(trial: _Trial, signature: Signature | None) -> None:
    if trial.matched or not _all_numbers(trial.header):
        return
    words = Words("The first line holds numbers, not the names of columns.")
    if signature is None:
        raise FileRefused(words, WRITE)
    hint = Words("Add a first line that names the columns: {names}.", {"names": listed(signature.names, 20)})
    raise FileRefused(words, hint)


def _all_numbers(names: Iterable[str]) -> bool:
    named_cells = [name for name in names if not re.fullmatch(r"column \d+", name)]
    return bool(named_cells) and all(is_number(re.sub(r" \(\d+\)$", "", name)) for name in named_cells)


def _check_choice(choice: Choice) -> None:
    if choice.separator and choice.separator not in SEPARATORS:
        words = Words("{mark} is none of the separators that are read.", {"mark": named(choice.separator)})
        raise FileRefused(words, Words("Choose a comma, a semicolon, a tab or a vertical bar."))
    if choice.decimal and choice.decimal not in DECIMALS:
        words = Words("{mark} is no decimal mark.", {"mark": named(choice.decimal)})
        raise FileRefused(words, Words("Choose a point or a comma."))
