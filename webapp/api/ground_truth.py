"""`/api/v1/endpoints/{endpoint}/ground-truth`: what was learned later of rows that were answered."""

from typing import Any, Final

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict, StrictBool, StrictFloat, StrictInt, StrictStr

from webapp.accounts.models import User
from webapp.api.schemas import ErrorSchema
from webapp.endpoints.models import Endpoint
from webapp.records import truths
from webapp.records.models import TruthDelivery
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST, ROW_MAX, TRUTHS_MAX, Truth

router = Router(tags=["ground truth"])

REFUSALS: Final = dict.fromkeys((400, 401, 404, 409, 503), ErrorSchema)


class TruthSchema(Schema):
    """The outcome of one row, which is known by its request, by its job's identifier, or by a feature's value."""

    model_config = ConfigDict(extra="forbid")

    value: StrictStr | StrictInt | StrictFloat | StrictBool = Field(
        description="the true class or number, as the endpoint answers"
    )
    request_id: str = Field("", max_length=200, description="of the answer, or a job's id")
    row: int = Field(0, ge=0, le=ROW_MAX, description="in that request, from 0")
    key: str = Field("", max_length=200, description="what the job's identifier column, or the feature, says")
    feature: str = Field("", max_length=200, description="the feature whose value is the key")


class TruthsSchema(Schema):
    """Outcomes of rows; a later one corrects an earlier one that names the row in the same way."""

    model_config = ConfigDict(extra="forbid")

    truths: list[TruthSchema] = Field(min_length=1, max_length=TRUTHS_MAX)


class DeliverySchema(Schema):
    """What became of outcomes. `taken` is null until the data plane has looked at them."""

    id: str
    received: int
    taken: int | None
    matched: int | None = Field(
        description="rows of the journal that these outcomes are of; of your own, if you do not manage the endpoint"
    )
    refused: int | None
    stopped_at: str = Field(description="the day at which rows were no longer looked for, so that more may be meant")
    problems: list[str]


@router.post(
    "/endpoints/{endpoint}/ground-truth",
    response={202: DeliverySchema, **REFUSALS},
    summary="Tell the outcomes of rows that were answered",
)
def send_truths(request: HttpRequest, endpoint: str, body: TruthsSchema) -> Status[dict[str, Any]]:
    """They may come late, in parts and corrected; those of rows that nobody was asked are kept, and match later."""
    found = get_object_or_404(Endpoint.objects.visible_to(_user(request)), name=endpoint)
    delivery = truths.send(found, [_truth(each) for each in body.truths], _user(request), timezone.now())
    return Status(202, _described(delivery))


@router.get(
    "/ground-truth/{delivery}",
    response={200: DeliverySchema, **dict.fromkeys((401, 404), ErrorSchema)},
    summary="See what became of outcomes",
)
def describe_truths(request: HttpRequest, delivery: str) -> dict[str, Any]:
    """For thirty days, to whoever sent them and to those who manage the endpoint."""
    user = _user(request)
    sent = TruthDelivery.objects.select_related("endpoint").filter(endpoint__in=Endpoint.objects.visible_to(user))
    found = get_object_or_404(sent, delivery_id=delivery)
    if found.sent_by_id != user.pk and not found.endpoint.may_be_managed_by(user):
        raise Http404
    return _described(found)


def _truth(given: TruthSchema) -> Truth:
    if given.request_id:
        return Truth(BY_REQUEST, given.request_id, given.value, given.row)
    by = BY_FEATURE if given.feature else BY_KEY
    return Truth(by, given.key, given.value, 0, given.feature)


def _described(delivery: TruthDelivery) -> dict[str, Any]:
    outcome = delivery.outcome
    problems = [] if outcome is None else [f"{each.at}: {each.message}" for each in outcome.problems]
    if outcome is not None and outcome.reason is not None:
        problems = [str(outcome.reason)]
    return {
        "id": delivery.delivery_id,
        "received": delivery.received,
        "taken": None if outcome is None else outcome.taken,
        "matched": None if outcome is None else outcome.matched,
        "refused": None if outcome is None else outcome.refused,
        "stopped_at": "" if outcome is None else outcome.stopped_at,
        "problems": problems,
    }


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The API lets nobody in without an account"
    return request.user
