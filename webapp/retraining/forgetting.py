"""What was made of rows goes with them, when a person has them deleted: exports and replays of their endpoints."""

from collections.abc import Sequence

from webapp.records.deletions import kept_of_rows, rows_deleted
from webapp.retraining import exporting
from webapp.retraining.models import Export, Replay


def listen() -> None:
    """Be told of deletions from now on."""
    rows_deleted.connect(_forget, dispatch_uid="retraining")
    kept_of_rows.connect(_count, dispatch_uid="retraining")


def _count(endpoints: Sequence[str], **_: object) -> int:
    """Return how many exports and replays of these endpoints there are."""
    kept = (Export.objects.filter(endpoint__name__in=endpoints), Replay.objects.filter(endpoint__name__in=endpoints))
    return sum(each.count() for each in kept)


def _forget(endpoints: Sequence[str], **_: object) -> None:
    """Delete every export and replay of these endpoints: which rows are in them is not known."""
    for export in Export.objects.filter(endpoint__name__in=endpoints):
        exporting.delete(export)
    Replay.objects.filter(endpoint__name__in=endpoints).delete()
