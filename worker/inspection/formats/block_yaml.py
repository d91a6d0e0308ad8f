"""Reads the YAML that MLflow and BentoML write: mappings, lists and scalars in blocks, no tags, no anchors."""

import re
from typing import Any, Final

SIZE_MAX: Final = 1_000_000
DEPTH_MAX: Final = 20
KEY: Final = re.compile(r"(?P<key>'[^']*'|\"[^\"]*\"|[^\s'\"#:\[\]{}&*!|>%@][^:]*?)\s*:(?:\s+(?P<value>.*))?$")
WORDS: Final[dict[str, Any]] = {"": None, "null": None, "~": None, "true": True, "false": False, "{}": {}, "[]": []}
ESCAPES: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)")
SPECIAL: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


class YamlError(ValueError):  # the caller says of which file
    """The text is not of the subset."""


Line = tuple[int, str]


def read(text: str) -> Any:  # noqa: ANN401  # what a stranger wrote
    """Return the value: mappings as dicts, lists, text, true, false and None; numbers stay text. Raise YamlError."""
    if len(text) > SIZE_MAX:
        raise YamlError("it is too long")
    lines = [
        (len(line) - len(line.lstrip(" ")), line.strip())
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#") and line.strip() != "---"
    ]
    value, rest = _block(lines, 0, 0)
    if rest != len(lines):
        message = f"there is no place for {lines[rest][1][:60]!r}"
        raise YamlError(message)
    return value


def _block(lines: list[Line], start: int, depth: int) -> tuple[Any, int]:
    if start >= len(lines):
        return None, start
    if depth > DEPTH_MAX:
        raise YamlError("it is nested too deep")
    is_list = lines[start][1].startswith("- ") or lines[start][1] == "-"
    return (_list if is_list else _mapping)(lines, start, depth)


def _mapping(lines: list[Line], position: int, depth: int) -> tuple[dict[str, Any], int]:
    indent = lines[position][0]
    found: dict[str, Any] = {}
    while position < len(lines) and lines[position][0] == indent and not lines[position][1].startswith("- "):
        match = KEY.match(lines[position][1])
        if match is None:
            message = f"{lines[position][1][:60]!r} is no key and value"
            raise YamlError(message)
        key, value = _unquoted(match["key"]), match["value"] or ""
        found[key], position = _value(lines, position, value, depth)
    return found, position


def _list(lines: list[Line], position: int, depth: int) -> tuple[list[Any], int]:
    indent = lines[position][0]
    found = []
    while position < len(lines) and lines[position][0] == indent and lines[position][1].startswith("-"):
        inner = lines[position][1][1:].lstrip()
        if KEY.match(inner):
            # A mapping that begins beside the dash goes on below its own first key.
            lines[position] = (indent + len(lines[position][1]) - len(inner), inner)
            value, position = _mapping(lines, position, depth + 1)
        else:
            value, position = _value(lines, position, inner, depth)
        found.append(value)
    return found, position


def _value(lines: list[Line], position: int, begun: str, depth: int) -> tuple[Any, int]:
    """Return the value that begins on this line after its key or dash, and the line after it."""
    indent, _ = lines[position]
    after = position + 1
    if begun in {"", "|", "|-", ">", ">-"}:
        if begun:
            while after < len(lines) and lines[after][0] > indent:
                after += 1
            return "\n".join(line for _, line in lines[position + 1 : after]), after
        return _block(lines, after, depth + 1) if _goes_on(lines, position) else (None, after)
    while begun[0] in "'\"" and not _is_closed(begun) and after < len(lines):
        begun = begun[:-1] + lines[after][1] if begun.endswith("\\") else f"{begun} {lines[after][1]}"
        after += 1
    while begun[0] not in "'\"[{" and after < len(lines) and lines[after][0] > indent:
        begun += f" {lines[after][1]}"
        after += 1
    return (WORDS[begun.lower()] if begun.lower() in WORDS else _unquoted(begun)), after


def _goes_on(lines: list[Line], position: int) -> bool:
    """Return whether the next line is part of the value: deeper, or a list as YAML lets it stand below its key."""
    if position + 1 == len(lines):
        return False
    (indent, text), (next_indent, next_text) = lines[position : position + 2]
    return next_indent > indent or (next_indent == indent and next_text.startswith("- ") and not text.startswith("-"))


def _is_closed(text: str) -> bool:
    whole = r"'(?:[^']|'')*'" if text[0] == "'" else r'"(?:[^"\\]|\\.)*"'
    return re.fullmatch(whole, text) is not None


def _unquoted(text: str) -> str:
    if text[:1] == "'" and text[-1:] == "'" and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text[:1] == '"' and text[-1:] == '"' and len(text) > 1:
        return ESCAPES.sub(lambda match: _escaped(match[1]), text[1:-1])
    return text


def _escaped(code: str) -> str:
    return chr(int(code[1:], 16)) if len(code) > 1 else SPECIAL.get(code, code)
