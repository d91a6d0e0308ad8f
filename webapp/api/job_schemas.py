"""What the API says of jobs, as OpenAPI describes it."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema


class StartedJobSchema(Schema):
    """A job that was begun."""

    id: str
    status: str
    url: str


class ListedJobSchema(Schema):
    """A job; rows_total is null until the file was cut, rows_per_s and seconds_left while they are unknown."""

    id: str
    url: str
    endpoint: str
    model: str
    version: int
    owner: str
    request_id: str = Field(description="of the request that began it, which every log names; or empty")
    file: str
    file_bytes: int
    status: str = Field(description="waiting, queued, running, succeeded, failed or canceled")
    rows_total: int | None
    rows_done: int
    rows_failed: int = Field(description="rows that were not answered")
    rows_invalid: int = Field(description="those of them that could not be read")
    rows_unusual: int = Field(description="rows with a value outside the range of the reference data")
    rows_per_s: float | None
    seconds_left: float | None
    reason: str | None
    hint: str | None
    result_format: str | None
    result_bytes: int | None
    wrong_rows_bytes: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None


class JobSchema(ListedJobSchema):
    """A job with what was understood of its file and what came of it; of these, nothing once its files are deleted."""

    problems: list[dict[str, Any]] = Field(description="the first problems found, as in an error of a prediction")
    understood: dict[str, Any] | None
    summary: dict[str, Any] | None
    differences: dict[str, Any] | None
