"""Wire protocols: from the bytes of a request to a table, from answers to bytes. Pure: no clock, no settings."""

from typing import Final

from worker.dialects.dialect import AnswerContext, Dialect
from worker.dialects.native import NATIVE

DIALECTS: Final[dict[str, Dialect]] = {"native": NATIVE}
"""Every protocol by the name under which the gateway sends its requests."""

__all__ = ["DIALECTS", "NATIVE", "AnswerContext", "Dialect"]
