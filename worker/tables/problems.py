"""What is wrong, row by row: collected, bounded, and put into one sentence."""

from collections.abc import Iterable
from typing import Any, Final

from worker.contract.errors import ErrorCode, ProblemCode, RowProblem
from worker.tables.errors import InputRefused, Tally
from worker.tables.values import Unfit
from worker.tables.wording import nearest, printable, shown

ROWS_LISTED_MAX: Final = 20
PER_ROW_MAX: Final = 20


class Problems:
    """The problems of one body: the first rows with all (or their first) problems, the others counted."""

    def __init__(self) -> None:
        self._listed: list[RowProblem] = []
        self._row = 0
        self._in_row = 0
        self.rows_wrong = 0
        self.total = 0
        self._counts: dict[tuple[str, str], int] = {}
        self._counted_in: dict[tuple[str, str], int] = {}

    def __bool__(self) -> bool:
        return self.total > 0

    @property
    def keeps_more(self) -> bool:
        """Whether a problem of the row at hand would still be listed: a costly sentence is made only for these."""
        return self.rows_wrong <= ROWS_LISTED_MAX and self._in_row < PER_ROW_MAX

    def begin_row(self, row: int) -> None:
        """Problems that follow are of this row."""
        self._row = row
        self._in_row = 0

    def add(self, feature: str | None, code: ProblemCode, message: str, facts: dict[str, Any]) -> None:
        """Note a problem of the row at hand."""
        if self._in_row == 0:
            self.rows_wrong += 1
        if self.keeps_more:
            name = None if feature is None else printable(feature)
            self._listed.append(RowProblem(row=self._row, feature=name, code=code, message=message, facts=facts))
        self._in_row += 1
        self.total += 1
        self._count("" if feature is None or code is ProblemCode.UNKNOWN_FEATURE else feature, code)

    def _count(self, feature: str, code: ProblemCode) -> None:
        """Count a row for this reason, once."""
        reason = feature, code.value
        if self._counted_in.get(reason) != self._row:
            self._counted_in[reason] = self._row
            self._counts[reason] = self._counts.get(reason, 0) + 1

    def add_unfit(self, feature: str, unfit: Unfit) -> None:
        """Note a value that does not fit."""
        message = f"Feature {shown(feature)} in row {self._row} {unfit.what}."
        self.add(feature, unfit.code, message, unfit.facts)

    def add_missing(self, feature: str) -> None:
        """Note a feature that a row must have and has not."""
        self.add(feature, ProblemCode.MISSING, f"Row {self._row} lacks feature {shown(feature)}.", {})

    def add_duplicate(self, feature: str) -> None:
        """Note a feature that a row gives more than once."""
        message = f"Row {self._row} gives feature {shown(feature)} more than once."
        self.add(feature, ProblemCode.DUPLICATE_FEATURE, message, {})

    def add_unknown(self, feature: str, known: Iterable[str]) -> None:
        """Note a feature that the signature does not have."""
        like = nearest(feature, known) if self.keeps_more else None
        suggestion = f"; the nearest known is {shown(like)}" if like else ""
        message = f"Row {self._row} has an unknown feature {shown(feature)}{suggestion}."
        self.add(feature, ProblemCode.UNKNOWN_FEATURE, message, {"nearest": like} if like else {})

    def add_length(self, length: int, expected: int, *, truncated: bool = False) -> None:
        """Note a row with too many or too few values."""
        counted = f"more than {length - 1:,}" if truncated else f"{length:,}"
        message = f"Row {self._row} has {counted} values, and the model takes {expected:,}."
        self.add(None, ProblemCode.WRONG_LENGTH, message, {"length": length, "expected": expected})

    def refusal(self, *, truncated: bool = False) -> InputRefused:
        """Return the error that tells all of this."""
        sentence = self._sentence(truncated=truncated)
        refused = InputRefused(ErrorCode.INVALID_INPUT, sentence, self._hint(), self._problems())
        return refused.counted(Tally(self._row, self._counts))

    def _problems(self) -> tuple[RowProblem, ...]:
        return tuple(self._listed)

    def _sentence(self, *, truncated: bool) -> str:
        first = self._listed[0].message
        if self.total == 1 and not truncated:
            return first
        if self.rows_wrong == 1 and not truncated:
            return f"{first} {self.total - 1:,} more {_plural('problem', self.total - 1)} in that row."
        at_least = "at least " if truncated else ""
        more = self.rows_wrong - 1
        if more == 0:
            return f"{first} The rest of the body was not read."
        unlisted = self.rows_wrong - ROWS_LISTED_MAX
        listed = (
            f" The first {ROWS_LISTED_MAX} are listed, {at_least}{unlisted:,} more are not." if unlisted > 0 else ""
        )
        are = "is" if more == 1 else "are"
        return f"{first} {at_least.capitalize()}{more:,} more {_plural('row', more)} {are} wrong.{listed}"

    def _hint(self) -> str:
        codes = {problem.code for problem in self._listed}
        if ProblemCode.UNKNOWN_FEATURE in codes:
            return "The endpoint's description names its features."
        if codes == {ProblemCode.UNKNOWN_CATEGORY}:
            return "The endpoint's description lists the categories of each feature."
        return "Mend the rows and send all of them again: none was answered."


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"
