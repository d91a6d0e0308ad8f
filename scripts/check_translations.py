"""Ends with an error unless every message file of the site is complete and valid."""

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def problems(file: Path) -> list[str]:
    """Return a line for each message that is missing or uncertain."""
    messages = polib.pofile(str(file))
    unfinished = [*messages.untranslated_entries(), *messages.fuzzy_entries()]
    return [f"{file.relative_to(ROOT)}:{entry.linenum}: not translated: {entry.msgid!r}" for entry in unfinished]


def main() -> int:
    """Print what is missing and return the exit status."""
    files = sorted((ROOT / "webapp").glob("**/locale/*/LC_MESSAGES/*.po"))
    found = [line for file in files for line in problems(file)]
    print("\n".join(found) or f"{len(files)} message files are complete.")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
