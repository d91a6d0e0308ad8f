"""Whether outcomes say which rows are meant: one that names none would be of every row that has no value there."""

from collections.abc import Iterable
from typing import Final

from webapp.endpoints.models import Endpoint
from webapp.registry.models import ModelVersion
from worker.contract.truth import BY_FEATURE, Truth

NAMELESS: Final = (
    "Outcome {at} names no row.",
    "Send the 'request_id' of an answer, the 'key' of a row in a job's file, or a 'feature' with its value as 'key'.",
)
NO_INPUTS: Final = (
    "Outcome {at} names rows by '{feature}', and this endpoint keeps no inputs by which they could be known.",
    "Send the 'request_id' of an answer, which is yours if you send one as X-Request-ID, or the 'key' of a job's file.",
)
NO_FEATURE: Final = (
    "Outcome {at} names rows by '{feature}', which is no feature of this endpoint.",
    "GET /api/v1/endpoints/{endpoint} lists its features.",
)


class TruthsWrongError(Exception):
    """An outcome cannot be of a row of this endpoint. `said` is the sentence and what to do."""

    def __init__(self, said: tuple[str, str], **facts: str | int) -> None:
        self.message, self.hint = (each.format(**facts) for each in said)
        super().__init__(self.message)


def require_rows(endpoint: Endpoint, truths: Iterable[Truth]) -> None:
    """Raise TruthsWrongError unless each outcome names rows that a version behind the endpoint may have answered."""
    features: set[str] = set()
    for at, each in enumerate(truths, 1):
        if not each.key.strip():
            raise TruthsWrongError(NAMELESS, at=at)
        if each.by != BY_FEATURE or each.name in features:
            continue
        if not endpoint.keeps_inputs:
            raise TruthsWrongError(NO_INPUTS, at=at, feature=each.name)
        if not _has_feature(endpoint, each.name):
            raise TruthsWrongError(NO_FEATURE, at=at, feature=each.name, endpoint=endpoint.name)
        features.add(each.name)


def _has_feature(endpoint: Endpoint, name: str) -> bool:
    """Return whether a version that is or was behind the endpoint has a feature of this name."""
    known = endpoint.deployments.values("version")
    versions = ModelVersion.objects.filter(pk__in=known, manifest_json__isnull=False).order_by("-pk")
    return not name.startswith("@") and any(name in each.manifest.signature.names for each in versions.iterator())
