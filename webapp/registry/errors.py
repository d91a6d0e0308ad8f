"""What can go wrong in the registry.

RegistryError
├── WrongStateError
├── NotAPublisherError
├── NameTakenError
├── SubmissionWrongError
├── DiskFullError
├── FileNotKeptError
├── PublicationUnreadableError
├── InspectionNotSentError
└── ComparisonNotSentError
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_noop

WRONG_STATE: Final = gettext_noop("%(version)s cannot be %(event)s: it is not %(needed)s.")
LOOK_AT_IT: Final = gettext_noop("Look at the version's page: only a version that is %(needed)s can be %(event)s.")


class Event(StrEnum):
    """What becomes of a version, as it reads after "cannot be"."""

    ACCEPTED = gettext_noop("accepted")
    REJECTED = gettext_noop("rejected")
    INSPECTED_AGAIN = gettext_noop("inspected again")
    DEPLOYED = gettext_noop("deployed")
    RETIRED = gettext_noop("retired")
    ARCHIVED = gettext_noop("archived")
    RESTORED = gettext_noop("restored")
    DELETED = gettext_noop("deleted")


class RegistryError(Exception):
    """A sentence about what happened, and a hint about what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WrongStateError(RegistryError):
    """A version is not in one of the states that the event needs: their names as they are read, in English."""

    def __init__(self, version: str, event: Event, needed: Sequence[str]) -> None:
        facts = {"version": version, "event": event.value, "needed": " or ".join(needed)}
        super().__init__(WRONG_STATE % facts, LOOK_AT_IT % facts)
        self.version = version
        self.event = event
        self.needed = tuple(needed)


class NotAPublisherError(RegistryError):
    """Somebody publishes whose role does not say so."""

    def __init__(self, username: str) -> None:
        super().__init__(
            f"'{username}' may use models but not publish them.", "Ask an administrator for the role of a publisher."
        )


class NameTakenError(RegistryError):
    """A model of this name belongs to somebody else."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The name '{name}' is taken by a model that is not yours.",
            "Choose another name, or ask its owner or an administrator to make you a maintainer of it.",
        )


class SubmissionWrongError(RegistryError):
    """Something that a publisher says cannot be understood."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(
            f"Field '{field}': {problem}", "docs/how-to/publish-a-model.md names every field, with an example."
        )


class DiskFullError(RegistryError):
    """The disk has no room for what was sent."""

    def __init__(self) -> None:
        super().__init__(
            "The disk of the box has no room for these files; none of them is kept.",
            "An administrator frees space (the page 'The box' tells how much there is); then publish again.",
        )


class FileNotKeptError(RegistryError):
    """A file in the spool is not what the store accepts."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"File '{name}' is not kept: {problem}.", "Publish the model again.")


class PublicationUnreadableError(RegistryError):
    """A directory or its publication.json does not describe a model."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"'{path}' cannot be published: {problem}.",
            "It must hold model.skops, reference.csv and publication.json, as the scripts in examples/ write them.",
        )


class InspectionNotSentError(RegistryError):
    """The inspection of a version could not be asked for."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"{version} waits for its inspection, but Redis does not answer.",
            "Start the box, then publish the same files again: they will be inspected as the same version.",
        )


class ComparisonNotSentError(RegistryError):
    """The comparison of two versions could not be asked for."""

    def __init__(self, versions: str) -> None:
        super().__init__(
            f"{versions} cannot be compared at the moment: Redis does not answer.", "Start the box, then ask again."
        )
