"""What was typed, and what somebody may have meant who typed what nothing answers to."""

import difflib
from argparse import Namespace
from collections.abc import Collection, Sequence
from typing import Final

from appliance.calling import called
from appliance.options import parser

WITH_WORDS_OF_OTHERS: Final = frozenset({"test", "bench"})
"""Commands that hand on what follows them."""


def parsed(argv: Sequence[str], known: Collection[str]) -> Namespace:
    """Return the command with its options. End the process with 2, and a word on what is wrong, for wrong usage."""
    if problem := unknown_command(argv, known):
        parser().error(problem)
    arguments, rest = parser().parse_known_args(argv)
    if rest and arguments.command not in WITH_WORDS_OF_OTHERS:
        parser().error(unknown_words(rest, arguments))
    arguments.rest = [*getattr(arguments, "rest", []), *rest]
    return arguments


def unknown_command(argv: Sequence[str], known: Collection[str]) -> str:
    """Return what to say of a command that there is not; nothing of one that there is, or where none was typed."""
    typed = next((word for word in argv if not word.startswith("-")), "")
    if not typed or typed in known:
        return ""
    near = difflib.get_close_matches(typed, known, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return f"there is no command {typed}. {meant}See {called('--help')}"


def unknown_words(rest: Sequence[str], arguments: Namespace) -> str:
    """Return what to say of words that a command takes nothing of."""
    said = f"unrecognised arguments: {' '.join(rest)}"
    if hasattr(arguments, "names") and not any(word.startswith("-") for word in rest):
        said += f"; did you mean {' '.join(f'--name {word}' for word in rest)}?"
    return said
