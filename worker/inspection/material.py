"""What an inspection works on, once it is clear what was handed over: the model's file and the reference data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from worker.contract.inspection import ARTIFACT, REFERENCE
from worker.inspection.formats.finding import Found, find
from worker.inspection.reference import read_reference

ANSWERS: Final = "answers.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The model found, the reference data, and where what a pickle was converted to lies, if one was."""

    found: Found
    data: pl.DataFrame
    converted: Path | None = None


def material_of(inbox: Path, directory: Path, converted: Path | None = None) -> Material:
    """Return what lies in an inbox, archives unpacked into the directory. Raise `Refused` for what is not sound."""
    return Material(
        found=find(inbox / ARTIFACT, directory), data=read_reference(inbox / REFERENCE), converted=converted
    )
