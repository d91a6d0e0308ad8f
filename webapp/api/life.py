"""`/api/v1/models/{model}/versions/{number}`: the end of a version's life."""

from typing import Any, Final

from django.http import HttpRequest
from ninja import Field, Schema
from pydantic import ConfigDict

from webapp.accounts.models import User
from webapp.api.models import router
from webapp.api.schemas import ErrorSchema
from webapp.endpoints import life
from webapp.endpoints.access import managed_version
from webapp.registry.models import ModelVersion

__all__ = ("router",)

REFUSALS: Final = dict.fromkeys((401, 403, 404, 409), ErrorSchema)


class ReasonSchema(Schema):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=2000)


class DeletionSchema(ReasonSchema):
    """The version's name, typed, and why."""

    name: str = Field(description="the model's name and the number, such as 'penguins 3'")


class LifeSchema(Schema):
    """What a version is now."""

    model: str
    version: int
    status: str


@router.post("/{model}/versions/{number}/retire", response={200: LifeSchema, **REFUSALS}, summary="Retire a version")
def retire(request: HttpRequest, model: str, number: int, order: ReasonSchema | None = None) -> dict[str, Any]:
    """It is deployed no more; 409 while it is deployed."""
    version = managed_version(request.user, model, number)
    life.retire(version, _user(request), order.reason if order else "")
    return _described(version)


@router.post("/{model}/versions/{number}/archive", response={200: LifeSchema, **REFUSALS}, summary="Archive a version")
def archive(request: HttpRequest, model: str, number: int, order: ReasonSchema | None = None) -> dict[str, Any]:
    """It is put aside with its files; 409 while it is deployed."""
    version = managed_version(request.user, model, number)
    life.archive(version, _user(request), order.reason if order else "")
    return _described(version)


@router.post("/{model}/versions/{number}/restore", response={200: LifeSchema, **REFUSALS}, summary="Restore a version")
def restore(request: HttpRequest, model: str, number: int, order: ReasonSchema | None = None) -> dict[str, Any]:
    """A retired or archived version may be deployed again."""
    version = managed_version(request.user, model, number)
    life.restore(version, _user(request), order.reason if order else "")
    return _described(version)


@router.delete(
    "/{model}/versions/{number}",
    response={200: LifeSchema, 400: ErrorSchema, **REFUSALS},
    summary="Delete a version's files for good",
)
def delete(request: HttpRequest, model: str, number: int, order: DeletionSchema) -> dict[str, Any]:
    """The number is never used again; 409 while it is deployed."""
    version = managed_version(request.user, model, number)
    life.delete(version, _user(request), order.name, order.reason)
    return _described(version)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The API lets only users through"
    return request.user


def _described(version: ModelVersion) -> dict[str, Any]:
    return {"model": version.model.name, "version": version.number, "status": version.status}
