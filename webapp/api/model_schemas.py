"""What the API answers about models and their versions, as OpenAPI describes it."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from webapp.api.schemas import SignatureSchema


class PublishedSchema(Schema):
    """A version that was handed in."""

    model: str
    version: int
    status: str = Field(description="inspecting, ready, rejected, retired, archived or deleted")
    url: str = Field(description="where to ask for the status")
    known: bool = Field(description="whether the same files had been published before, as this same version")


class QualitySchema(Schema):
    """One figure of quality on the reference data, with its 95 % interval where it is known."""

    name: str
    value: float
    unit: str
    low: float | None
    high: float | None
    label: str = Field(description="the class that it is about; empty where it is about all")


class VersionSchema(Schema):
    """A version. What inspection finds is null or empty until it is ready."""

    model: str
    version: int
    status: str = Field(description="inspecting, ready, rejected, retired, archived or deleted")
    reason: str = Field(description="why it is rejected, in a sentence")
    hint: str = Field(description="what to do about it")
    url: str
    notes: str
    published_by: str
    published_at: datetime
    artifact_sha256: str
    reference_sha256: str
    format: str | None
    engine: str | None = Field(description="onnx or sklearn")
    engine_reason: str | None
    mlflow_run: str = Field(description="id or address of the MLflow run that it came from; empty where none is known")
    signature: SignatureSchema | None
    quality: list[QualitySchema]
    quality_rows: int
    report: dict[str, Any] | None = Field(description="the admission report: what inspection measured")


class ModelSchema(Schema):
    """A model with its newest version."""

    name: str
    title: str
    description: str
    owner: str
    maintainers: list[str]
    url: str
    newest_version: VersionSchema | None


class CardSchema(Schema):
    """The card of a model. What inspection finds is null or empty while no version is ready."""

    model: str
    title: str
    description: str
    purpose: str = Field(description="this and the next three are written by the model's people, and may be empty")
    training_data: str
    limits: str
    contact: str
    owner: str
    endpoints: list[str] = Field(description="the endpoints open to the caller behind which it answers")
    version: int | None = Field(description="the version that the rest is about: the champion")
    published_by: str | None
    published_at: datetime | None
    artifact_sha256: str | None
    engine: str | None
    estimator: str | None
    made_with: dict[str, str]
    summary: str = Field(description="what it predicts, and whether it is better than a guess")
    signature: SignatureSchema | None
    quality: list[QualitySchema]
    quality_rows: int
    measured_limits: list[str] = Field(description="limits that the measurements show, in sentences")
