"""Which account of the machine typed what a command does: nobody is logged in there whom the trail could name."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.core.management.base import CommandParser

OPTION: Final = "--machine-account"

_account: Final[ContextVar[str]] = ContextVar("machine_account", default="")


def add_option(parser: CommandParser) -> None:
    """Let a command be told in whose terminal it was typed."""
    parser.add_argument(OPTION, default="", help="the account of the machine in whose terminal this was typed")


@contextmanager
def typed_by(account: str) -> Iterator[None]:
    """Name the account of the machine for what happens in the block."""
    token = _account.set(account)
    try:
        yield
    finally:
        _account.reset(token)


def account() -> str:
    """Return the account of the machine that typed what happens now; nothing where it is not known."""
    return _account.get()
