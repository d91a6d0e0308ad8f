"""The directory that a publisher's script writes: `model.skops`, `reference.csv`, `publication.json`."""

from pathlib import Path
from typing import Final

import msgspec

from webapp.registry.errors import PublicationUnreadableError
from webapp.registry.naming import NAME_RULE, is_name
from webapp.registry.publishing import Submission
from worker.contract.inspection import Publication

ARTIFACT: Final = "model.skops"
REFERENCE: Final = "reference.csv"
DESCRIPTION: Final = "publication.json"


class _Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    title: str
    description: str = ""
    publication: Publication = Publication()


def read_submission(directory: Path) -> Submission:
    """Return what a directory holds. Raise PublicationUnreadableError if a file is missing or says something else."""
    for name in (ARTIFACT, REFERENCE, DESCRIPTION):
        if not (directory / name).is_file():
            raise PublicationUnreadableError(directory, f"there is no {name} in it")
    try:
        described = msgspec.json.decode((directory / DESCRIPTION).read_bytes(), type=_Described)
    except msgspec.DecodeError as error:
        raise PublicationUnreadableError(directory, f"{DESCRIPTION} is not as expected ({error})") from error
    if not is_name(described.name):
        raise PublicationUnreadableError(directory, f"the name '{described.name}' is {NAME_RULE}")
    return Submission(
        name=described.name,
        title=described.title,
        description=described.description,
        artifact=directory / ARTIFACT,
        reference=directory / REFERENCE,
        publication=described.publication,
    )
