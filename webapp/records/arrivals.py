"""When outcomes came: whatever was looked at before may show more then."""

from datetime import datetime

from django.db.models import Max

from webapp.endpoints.models import Endpoint
from webapp.records.models import TruthDelivery, TruthFile


def last_at(endpoint: Endpoint) -> datetime | None:
    """Return when outcomes of an endpoint came last, whichever way; None where none ever did."""
    last = (
        model.objects.filter(endpoint=endpoint).aggregate(last=Max("came_at"))["last"]
        for model in (TruthDelivery, TruthFile)
    )
    return max((at for at in last if at is not None), default=None)
