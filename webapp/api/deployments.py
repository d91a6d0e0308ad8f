"""`/api/v1/endpoints/{endpoint}/deployments`: which version plays which part, now and before."""

from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from webapp.accounts.models import User
from webapp.api.deployment_schemas import DeploymentSchema, OrderSchema, RollbackSchema, WithdrawalSchema
from webapp.api.schemas import ErrorSchema
from webapp.endpoints.access import managed_endpoint
from webapp.endpoints.deploying import deploy, rollback, withdraw
from webapp.endpoints.models import Deployment, DeploymentRole, Endpoint
from webapp.endpoints.orders import Order
from webapp.registry.models import ModelVersion, RegisteredModel

router = Router(tags=["deployments"])

REFUSALS: Final = dict.fromkeys((401, 403, 404), ErrorSchema)
CONFLICTS: Final = dict.fromkeys((400, 409, 507), ErrorSchema)


@router.get(
    "/{endpoint}/deployments",
    response={200: list[DeploymentSchema], **REFUSALS},
    summary="List what is and was deployed behind an endpoint",
)
def list_deployments(request: HttpRequest, endpoint: str, *, live: bool = False) -> list[dict[str, Any]]:
    """The newest first; `live=true` leaves out what has ended."""
    found = managed_endpoint(request.user, endpoint).deployments.select_related(
        "endpoint", "version__model", "deployed_by", "ended_by", "differences"
    )
    return [described(deployment) for deployment in (found.live() if live else found)]


@router.post(
    "/{endpoint}/deployments",
    response={201: DeploymentSchema, **REFUSALS, **CONFLICTS},
    summary="Deploy a version as champion, challenger or shadow",
)
def create_deployment(request: HttpRequest, endpoint: str, order: OrderSchema) -> Status[dict[str, Any]]:
    """A version that plays this part already, with this share, stays as it is."""
    found = managed_endpoint(request.user, endpoint)
    version = _version(request, found, order)
    made = deploy(
        found,
        Order(
            version=version,
            by=_user(request),
            role=DeploymentRole(order.role),
            share=order.share,
            reason=order.reason,
            override=order.override,
            expected_per_s=order.expected_per_s,
        ),
        timezone.now(),
        champion_seen=order.champion,
    )
    return Status(201, described(made))


@router.delete(
    "/{endpoint}/deployments/{deployment_id}",
    response={200: DeploymentSchema, **REFUSALS, 409: ErrorSchema},
    summary="Withdraw a deployment",
)
def end_deployment(
    request: HttpRequest, endpoint: str, deployment_id: int, order: WithdrawalSchema | None = None
) -> dict[str, Any]:
    """End it. An endpoint whose champion is withdrawn answers 503 until another is deployed."""
    found = managed_endpoint(request.user, endpoint)
    deployment = get_object_or_404(found.deployments.select_related("endpoint", "version__model"), pk=deployment_id)
    withdraw(deployment, _user(request), timezone.now(), order.reason if order else "")
    return described(deployment)


@router.post(
    "/{endpoint}/rollback",
    response={200: DeploymentSchema, **REFUSALS, 409: ErrorSchema},
    summary="Go back to the champion before",
)
def roll_back(request: HttpRequest, endpoint: str, order: RollbackSchema | None = None) -> dict[str, Any]:
    """Each call goes one champion further back. Name the `champion` that you see, so that two do not go back twice."""
    order = order or RollbackSchema(champion=None)
    found = managed_endpoint(request.user, endpoint)
    return described(rollback(found, _user(request), timezone.now(), reason=order.reason, champion_seen=order.champion))


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The API lets only users through"
    return request.user


def _version(request: HttpRequest, endpoint: Endpoint, order: OrderSchema) -> ModelVersion:
    managed = RegisteredModel.objects.manageable_by(request.user)
    model = endpoint.model
    wanted = Q(model__name=order.model) if order.model else Q(model=model)
    return get_object_or_404(
        ModelVersion.objects.select_related("model").filter(wanted, model__in=managed), number=order.version
    )


def described(deployment: Deployment) -> dict[str, Any]:
    """Return a deployment as the API describes it."""
    return {
        "id": deployment.pk,
        "endpoint": deployment.endpoint.name,
        "model": deployment.version.model.name,
        "version": deployment.version.number,
        "role": deployment.role,
        "share": deployment.share,
        "live": deployment.is_live,
        "reason": deployment.reason,
        "overrode": deployment.overrode,
        "deployed_at": deployment.deployed_at,
        "deployed_by": deployment.deployed_by.get_username(),
        "ended_at": deployment.ended_at,
        "ended_by": deployment.ended_by.get_username() if deployment.ended_by else None,
        "differences": getattr(deployment, "differences", None),
    }
