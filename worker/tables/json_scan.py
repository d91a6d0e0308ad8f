"""The careful way to read JSON rows: one by one, remembering how each value was written, in bounded time and memory.

Values of rows are never containers, so nothing here recurses, however deeply a body is nested. Reading stops at the
first container inside a row and when the budget of values is spent.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from worker.contract.errors import ErrorCode
from worker.tables.errors import InputRefused
from worker.tables.wording import shown

_WHITESPACE: Final = re.compile(r"[ \t\n\r]*")
_SHAPE_HINT: Final = 'Send {"rows": [{"feature": value, …}, …]}.'


class NumberText(str):
    """A number as it was written."""

    __slots__ = ()


class NotFinite(str):
    """NaN, Infinity or -Infinity, which JSON does not have but many programs write."""

    __slots__ = ()


class Container(str):
    """What stands where a value should: "a list" or "an object". It was not read."""

    __slots__ = ()


@dataclass(slots=True)
class ScannedRow:
    """One row: `names` is None for a list. `container` says that the row holds one, at which reading stopped.

    A row that is neither list nor object has it as its only value and `is_value` set. `unfinished` says that the budget
    of values was spent inside it; `columns` is how many values the header of a CSV asked for, where a row has others.
    """

    values: list[Any] = field(default_factory=list)
    names: list[str] | None = None
    container: bool = False
    is_value: bool = False
    unfinished: bool = False
    columns: int | None = None


class RowScanner:
    """Reads the rows of one body. `truncated` tells afterwards whether reading stopped before the end."""

    def __init__(self, text: str, *, value_budget: int) -> None:
        self._text = text
        self._at = 0
        self._value_budget = value_budget
        self.truncated = False
        self._decode = json.JSONDecoder(
            parse_int=NumberText, parse_float=NumberText, parse_constant=NotFinite
        ).raw_decode

    def rows(self) -> Iterator[ScannedRow]:
        """Yield the rows. Raise InputRefused where the text is not JSON or not an object with `rows` alone."""
        if self._peek() != "{":
            raise self._not_object()
        self._at += 1
        self._envelope_key(seen=False)
        yield from self._rows_of_list()
        if self.truncated:
            return
        while self._separator("}"):
            self._envelope_key(seen=True)
        if self._peek():
            raise self._not_json("has something after its end")

    def _not_object(self) -> InputRefused:
        if not self._peek():
            return InputRefused(ErrorCode.NOT_JSON, "The body is empty.", _SHAPE_HINT)
        self._value()  # raises where the body does not begin as JSON at all
        message = "The body must be a JSON object with the key 'rows'."
        return InputRefused(ErrorCode.INVALID_INPUT, message, _SHAPE_HINT)

    def _envelope_key(self, *, seen: bool) -> None:
        if self._peek() == "}" and not seen:
            raise InputRefused(ErrorCode.INVALID_INPUT, "The body lacks the key 'rows'.", _SHAPE_HINT)
        name = self._name()
        if name == "rows":
            if seen:
                raise InputRefused(ErrorCode.INVALID_INPUT, "The body has the key 'rows' twice.", "Send it once.")
        else:
            message = f"The body has an unknown key {shown(name)}; it takes 'rows' alone."
            raise InputRefused(ErrorCode.INVALID_INPUT, message, _SHAPE_HINT)

    def _rows_of_list(self) -> Iterator[ScannedRow]:
        if self._peek() != "[":
            raise InputRefused(ErrorCode.INVALID_INPUT, "The key 'rows' must hold a list of rows.", _SHAPE_HINT)
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._row()
            if self.truncated or not self._separator("]"):
                return

    def _row(self) -> ScannedRow:
        start = self._peek()
        if start == "[":
            return self._fill(ScannedRow(), "]")
        if start == "{":
            return self._fill(ScannedRow(names=[]), "}")
        return ScannedRow(values=[self._value()], is_value=True)

    def _fill(self, row: ScannedRow, end: str) -> ScannedRow:
        self._at += 1
        if self._peek() == end:
            self._at += 1
            return row
        while True:
            if row.names is not None:
                row.names.append(self._name())
            value = self._value()
            row.values.append(value)
            self._value_budget -= 1
            row.container = type(value) is Container
            if not row.container and not self._separator(end):
                return row
            row.unfinished = self._value_budget <= 0
            if row.container or row.unfinished:
                self.truncated = True
                return row

    def _name(self) -> str:
        if self._peek() != '"':
            raise self._not_json("must have a name in double quotes")
        name: str = self._value()
        if self._peek() != ":":
            raise self._not_json("must have a colon")
        self._at += 1
        return name

    def _value(self) -> Any:  # noqa: ANN401  # whatever JSON may hold
        start = self._peek()
        if start in ("[", "{") and start:
            return Container("a list" if start == "[" else "an object")
        try:
            value, self._at = self._decode(self._text, self._at)
        except json.JSONDecodeError as error:
            self._at = error.pos
            raise self._not_json("cannot be read") from error
        return value

    def _separator(self, end: str) -> bool:
        """Step over a comma and return True, or over the end and return False."""
        found = self._peek()
        if found not in {",", end}:
            expected = f"must have a comma or {end!r}"
            raise self._not_json(expected)
        self._at += 1
        return found == ","

    def _peek(self) -> str:
        """Return the next character that is not white space, "" at the end, and stand on it."""
        match = _WHITESPACE.match(self._text, self._at)
        assert match is not None, "An expression that may be empty always matches"
        self._at = match.end()
        return self._text[self._at : self._at + 1]

    def _not_json(self, what: str) -> InputRefused:
        line = self._text.count("\n", 0, self._at) + 1
        column = self._at - self._text.rfind("\n", 0, self._at)
        if self._at >= len(self._text):
            return InputRefused(ErrorCode.NOT_JSON, "The body is not JSON: it ends too early.", _SHAPE_HINT)
        found = shown(self._text[self._at])
        message = f"The body is not JSON: line {line}, column {column} {what}, got {found}."
        return InputRefused(ErrorCode.NOT_JSON, message, "Write the body with a JSON library.")
