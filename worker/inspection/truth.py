"""The outcomes that the reference data knows, said as the model would say them."""

from typing import Any

import polars as pl

from worker.contract.signature import Output, OutputKind
from worker.contract.words import Piece, Words
from worker.inspection.columns import first_row
from worker.inspection.refusal import Refused
from worker.models.answers import Label, label_names, read_label
from worker.tables.wording import listed, quoted


def truth(cells: pl.Series, output: Output) -> list[Any]:
    """Return the target of each row, None where it is missing. Raise `Refused` for what the model could never say."""
    said = _numbers(cells) if output.kind is OutputKind.NUMBER else _labels(cells, output.labels or ())
    wrong = cells.is_not_null() & said.is_null()
    if not wrong.any():
        return said.to_list()
    row = first_row(wrong)
    words = Words(
        "The target {target} is {cell} in row {row:,}, which the model cannot answer.",
        {"target": quoted(cells.name), "cell": quoted(cells[row - 1]), "row": row},
    )
    expected = Piece("a number")
    if output.labels:
        expected = Piece("one of {labels}", {"labels": listed(label_names(output.labels))})
    advice = Words(
        "It must be {expected}; leave the cell empty where the outcome is not known.", {"expected": expected}
    )
    raise Refused(words, advice, feature=cells.name, row=row)


def _numbers(cells: pl.Series) -> pl.Series:
    numbers = cells.cast(pl.Float64, strict=False)
    return numbers.set(~numbers.is_finite().fill_null(value=True), None)


def _labels(cells: pl.Series, labels: tuple[Label, ...]) -> pl.Series:
    by_text = {text: read_label(text, labels) for text in cells.drop_nulls().unique()}
    return pl.Series(cells.name, [None if text is None else by_text[text] for text in cells])
