"""A file to begin with: the names of the features as its header and the example row below."""

import csv
import io
from collections.abc import Mapping
from typing import Any, Final

from django.utils.formats import get_format

from worker.contract.manifest import Manifest

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would compute a cell that begins so."""


def blank_rows(manifest: Manifest) -> str:
    """Return CSV as spreadsheet programs of the reader's country open it.

    With a byte order mark, for without it they take UTF-8 for something else; with semicolons where the comma is the
    decimal mark.
    """
    mark = str(get_format("DECIMAL_SEPARATOR"))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if mark == "," else ",", lineterminator="\r\n")
    names = manifest.signature.names
    writer.writerow(names)
    writer.writerow([_cell(manifest.example, name, mark) for name in names])
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue()


def _cell(example: Mapping[str, Any], name: str, mark: str) -> str:
    value = example.get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0").replace(".", mark)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text
