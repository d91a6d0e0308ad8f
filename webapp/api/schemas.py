"""What the API answers, as OpenAPI describes it."""

from datetime import datetime

from ninja import Field, Schema


class FeatureSchema(Schema):
    """One input of a model. The range and the categories are what the reference data held."""

    name: str
    type: str = Field(description="number, integer, category, boolean or text")
    required: bool
    minimum: float | None
    maximum: float | None
    categories: list[str] | None
    unit: str


class OutputSchema(Schema):
    """What a model answers."""

    kind: str = Field(description="class or number")
    name: str
    labels: list[str | int | bool] | None
    unit: str = Field(description="a number's; empty for classes and where none was named")


class SignatureSchema(Schema):
    """The inputs in the order in which the model takes them, and the output."""

    features: list[FeatureSchema]
    output: OutputSchema


class EndpointSchema(Schema):
    """An endpoint; version, engine and signature are null while nothing is deployed."""

    name: str
    title: str
    version: int | None
    engine: str | None = Field(description="onnx or sklearn")
    signature: SignatureSchema | None


class ServiceSchema(Schema):
    """Whether a part of the box answers, and how many of its processes; null where that cannot be known."""

    name: str
    answers: bool | None
    count: int | None


class ResourcesSchema(Schema):
    """What the machine has and what of it is in use."""

    cpu_count: int
    cpu_percent: float
    load_1min: float
    memory_total_bytes: int
    memory_used_bytes: int
    disk_total_bytes: int
    disk_used_bytes: int
    started_at: datetime


class WordsSchema(Schema):
    """What a text is made of: a template, and the figures that fill it in."""

    template: str
    facts: dict[str, str | int | float]


class CheckSchema(Schema):
    """A resource check of the last start, or a finding of the last look at an installed box.

    `words` has what its texts are made of, by their names.
    """

    id: str
    title: str
    measured: str
    needed: str
    status: str = Field(description="passed, warning, failed or skipped")
    hint: str
    words: dict[str, WordsSchema]


class BoxSchema(Schema):
    """How the box is; resources, checks and findings are null for those who are no administrators."""

    healthy: bool
    services: list[ServiceSchema]
    resources: ResourcesSchema | None
    checks: list[CheckSchema] | None
    findings: list[CheckSchema] | None
    findings_at: datetime | None


class ErrorSchema(Schema):
    """Every error answer: a sentence, a code, and what to do."""

    error: str
    code: str
    hint: str
