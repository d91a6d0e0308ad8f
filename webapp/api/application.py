"""The management API as a whole. Predictions and pieces of uploads are answered before it, and only described here."""

import json
from pathlib import Path
from typing import Any, Final

from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.openapi.schema import OpenAPISchema

from webapp.api import (
    box,
    cards,
    comparisons,
    deployments,
    endpoints,
    exports,
    ground_truth,
    jobs,
    life,
    replays,
    uploads,
)
from webapp.api.authentication import AUTHENTICATION
from webapp.api.errors import ANSWERS, handle, handle_http_error

# Both are answered before Django, so that no view here could describe them.
PREDICT: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "predict.json").read_text())
PIECE: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "piece.json").read_text())


class BoxApi(NinjaAPI):
    """The API, whose description tells of predictions too."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description of every address."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["paths"]["/api/v1/endpoints/{endpoint}/predict"] = PREDICT
        schema["paths"]["/api/v1/uploads/{upload_id}"] |= PIECE
        return schema


def make_api() -> NinjaAPI:
    """Return the API."""
    api = BoxApi(
        title="Bastide",
        version="1",
        description="Machine-learning models of this box. Every error answer has one shape: error, code, hint.",
        docs_url=None,
        auth=AUTHENTICATION,
    )
    api.add_router("/endpoints", endpoints.router)
    api.add_router("/endpoints", deployments.router)
    api.add_router("", jobs.router)
    api.add_router("", ground_truth.router)
    api.add_router("/endpoints", exports.router)
    api.add_router("/endpoints", replays.router)
    api.add_router("/models", life.router)  # that of `models`, with the addresses of both
    api.add_router("/models", cards.router)
    api.add_router("/models", comparisons.router)
    api.add_router("/uploads", uploads.router)
    api.add_router("/box", box.router)
    for exception in ANSWERS:
        api.add_exception_handler(exception, handle)
    api.add_exception_handler(HttpError, handle_http_error)
    return api
