"""`/api/v1/box`: how the box is."""

from dataclasses import asdict
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Router

from webapp.accounts.models import User
from webapp.api.schemas import BoxSchema, ErrorSchema
from webapp.box.box import checks, findings, resources, services

router = Router(tags=["box"])


@router.get("", response={200: BoxSchema, 401: ErrorSchema}, summary="How the box is")
def show_box(request: HttpRequest) -> dict[str, Any]:
    """Services for everybody; resources, checks and findings for administrators."""
    found = services()
    is_admin = isinstance(request.user, User) and request.user.is_admin
    look = findings()
    return {
        "healthy": all(service.answers for service in found),
        "services": [asdict(service) for service in found],
        "resources": asdict(resources()) if is_admin else None,
        "checks": [msgspec.to_builtins(check) for check in checks().results] if is_admin else None,
        "findings": [msgspec.to_builtins(check) for check in look.results] if is_admin else None,
        "findings_at": look.checked_at if is_admin else None,
    }
