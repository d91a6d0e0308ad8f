"""When outcomes came: whatever was looked at before may show more then."""

from datetime import datetime

from webapp.endpoints.models import Endpoint
from webapp.records.models import TruthDelivery, TruthFile


def have_come(endpoint: Endpoint, since: datetime) -> bool:
    """Return whether outcomes of an endpoint came after a moment, whichever way."""
    return any(
        model.objects.filter(endpoint=endpoint, came_at__gt=since).exists() for model in (TruthDelivery, TruthFile)
    )
