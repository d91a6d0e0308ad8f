"""How versions are and what went wrong with publishing, in words."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.registry.errors import (
    ComparisonNotSentError,
    DiskFullError,
    InspectionNotSentError,
    NameTakenError,
    NotAPublisherError,
    RegistryError,
)
from webapp.registry.models import ModelVersion, Status
from worker.contract.signature import FeatureType

STATES: Final = {Status.READY.value: "good", Status.REJECTED.value: "bad"}

TYPES: Final = {
    FeatureType.NUMBER: gettext_lazy("decimal number"),
    FeatureType.INTEGER: gettext_lazy("whole number"),
    FeatureType.CATEGORY: gettext_lazy("category"),
    FeatureType.BOOLEAN: gettext_lazy("yes or no"),
    FeatureType.TEXT: gettext_lazy("text"),
}

PROBLEMS: Final = {
    DiskFullError: gettext_lazy(
        "The disk of the box has no room for these files, and nothing is kept. "
        "Tell an administrator, then publish again."
    ),
    InspectionNotSentError: gettext_lazy(
        "The files are kept, but nobody can inspect them at the moment. "
        "Publish the same files again when the box is well: they will be inspected as the same version."
    ),
    NameTakenError: gettext_lazy(
        "This name is taken by a model that is not yours. Choose another, or ask to become a maintainer of that model."
    ),
    ComparisonNotSentError: gettext_lazy("Nobody can compare versions at the moment. Look again when the box is well."),
    NotAPublisherError: gettext_lazy("You may use models but not publish them."),
}


def state_of(version: ModelVersion) -> str:
    """Return the sign beside the words."""
    return STATES.get(version.status, "unknown")


def status_words(version: ModelVersion) -> str:
    """Return the status as one reads it in a table."""
    return str(version.get_status_display())


def outcome_sentence(version: ModelVersion) -> str:
    """Return how far the version has come, in a sentence."""
    if version.status == Status.INSPECTING:
        return _("It is being inspected; that takes less than a minute for most models.")
    if version.status == Status.REJECTED:
        return _("It is rejected; nothing of it is kept.")
    if version.status == Status.READY:
        return _("It passed inspection and may be deployed.")
    return status_words(version)


def problem_of(error: RegistryError) -> str:
    """Return what went wrong in the reader's language; in English where only the registry has words for it."""
    return str(PROBLEMS.get(type(error), f"{error.message} {error.hint}"))
