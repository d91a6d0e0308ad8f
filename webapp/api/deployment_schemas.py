"""What the API takes and answers about deployments, as OpenAPI describes it."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema
from pydantic import ConfigDict


class OrderSchema(Schema):
    """Which version is to play which part."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, description="the version's number")
    model: str = Field(default="", description="the model, where it is not the one that stands behind the endpoint")
    role: Literal["champion", "challenger", "shadow"] = "champion"
    share: int = Field(100, description="percent: a challenger's of the callers (1 to 99), a shadow's of the copies")
    reason: str = Field(default="", max_length=2000)
    override: bool = Field(
        default=False, description="deploy although the signature differs (with a reason) or memory lacks (admins)"
    )
    expected_per_s: float | None = Field(None, description="requests a second that the endpoint is to bear from now on")
    champion: int | None = Field(None, description="id of the live champion that you saw; 409 if it is another by now")


class WithdrawalSchema(Schema):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=2000)


class RollbackSchema(Schema):
    """Why, and from which champion."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=2000)
    champion: int | None = Field(None, description="id of the live champion that you saw; 409 if it is another by now")


class DifferencesSchema(Schema):
    """How a shadow's answers to copied requests differ from the champion's."""

    requests: int
    failed: int = Field(description="copies that the shadow did not answer")
    left_out: int = Field(description="requests that were not copied because the box was busy")
    rows: int
    different: int = Field(description="rows with another label, or with a number off by more than 1 %")
    gap_mean: float | None = Field(description="mean gap between the numbers, or the probabilities of the label")
    gap_max: float


class DeploymentSchema(Schema):
    """A version behind an endpoint, for a time."""

    id: int
    endpoint: str
    model: str
    version: int
    role: str = Field(description="champion, challenger or shadow")
    share: int
    live: bool
    reason: str
    overrode: str = Field(description="what stood against it and was overruled")
    deployed_at: datetime
    deployed_by: str
    ended_at: datetime | None
    ended_by: str | None
    differences: DifferencesSchema | None = Field(None, description="a shadow's, once it was asked")
