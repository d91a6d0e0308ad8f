"""House rules that no linter holds: sizes, names, suppressions, and that nothing is left to do."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PARTS: Final = ("appliance", "webapp", "worker", "examples", "scripts", "tests")
FUNCTION_LINES_MAX: Final = 40
FILE_LINES_MAX: Final = 300
SETTINGS_LINES_MAX: Final = 450
VAGUE_NAMES: Final = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "service", "misc"}
UNFINISHED: Final = re.compile(r"\b(TO" + "DO|FIX" + "ME|X" + r"XX)\b")
BARE_SUPPRESSION: Final = re.compile(r"#\s*(noqa|type: ignore)(?!(: |\[)[\w, -]+\]?\s+#)")
# The data plane runs strangers' models, which raise what they like; ruff asks for a reason at each place.
BROAD_EXCEPT_ALLOWED: Final = ("appliance/cli.py", "worker/")


@cache
def sources() -> dict[str, str]:
    """Return the text of every Python file of the product by its name."""
    files = (file for part in PARTS for file in sorted((ROOT / part).rglob("*.py")))
    return {str(file.relative_to(ROOT)): file.read_text() for file in files if "migrations" not in file.parts}


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """Return every node of every file beside the file's name."""
    return [(name, node) for name, text in sources().items() for node in ast.walk(ast.parse(text))]


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, text: list[str]) -> int:
    """Count the lines that hold code: no blanks, comments or docstring."""
    first = function.body[0] if ast.get_docstring(function) else None
    documented = range(first.lineno, (first.end_lineno or 0) + 1) if first else range(0)
    numbers = [number for number in range(function.lineno, (function.end_lineno or 0) + 1) if number not in documented]
    return sum(
        not text[number - 1].strip().startswith(("#", "\n")) and bool(text[number - 1].strip()) for number in numbers
    )


def test_functions_are_short():
    functions = ((name, node) for name, node in nodes() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = ((name, each.name, code_lines(each, sources()[name].splitlines())) for name, each in functions)
    assert [each for each in lengths if each[2] > FUNCTION_LINES_MAX] == []


def test_files_are_short():
    lengths = {name: len(text.splitlines()) for name, text in sources().items()}
    most = {name: SETTINGS_LINES_MAX if name.endswith("settings.py") else FILE_LINES_MAX for name in lengths}
    assert {name: length for name, length in lengths.items() if length > most[name]} == {}


def test_nothing_is_left_to_do():
    assert [name for name, text in sources().items() if UNFINISHED.search(text)] == []


def test_modules_are_named_for_their_subject():
    assert [name for name in sources() if Path(name).stem in VAGUE_NAMES] == []


def test_suppressions_carry_their_code_and_reason():
    lines = ((name, line.strip()) for name, text in sources().items() for line in text.splitlines())
    assert [each for each in lines if BARE_SUPPRESSION.search(each[1])] == []


def test_broad_excepts_stand_only_where_they_may():
    handlers = ((name, node.type) for name, node in nodes() if isinstance(node, ast.ExceptHandler))
    broad = {name for name, kind in handlers if kind is None or ast.unparse(kind) in {"Exception", "BaseException"}}
    assert [name for name in broad if not name.startswith(BROAD_EXCEPT_ALLOWED)] == []


def test_modules_open_with_a_sentence():
    texts = ((name, text) for name, text in sources().items() if not name.endswith("__init__.py"))
    openings = ((name, (ast.get_docstring(ast.parse(text)) or "").splitlines()[:1]) for name, text in texts)
    assert [name for name, lines in openings if not lines or not lines[0].endswith((".", ":"))] == []
