"""`/api/v1/uploads`: resumable uploads as tus 1.0.0 speaks of them. The pieces come in before Django."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status

from webapp.accounts.models import User
from webapp.api.schemas import ErrorSchema
from webapp.uploading import tus
from webapp.uploading.models import Upload
from webapp.uploading.under_way import begin, find, give_up

router = Router(tags=["uploads"])

REFUSALS: Final = dict.fromkeys((401, 412), ErrorSchema)


class UploadSchema(Schema):
    """A file that is on its way, or complete and not used yet."""

    id: str
    url: str
    name: str
    size_bytes: int
    offset_bytes: int
    expires_at: datetime


@router.api_operation(["OPTIONS"], "", response={204: None, 401: ErrorSchema}, summary="Ask what uploads may be")
def tell_what_is_spoken(request: HttpRequest, response: HttpResponse) -> Status[None]:  # noqa: ARG001  # django-ninja's signature
    """The headers tell the version of the protocol, its extensions, and the largest file."""
    response["Tus-Version"] = tus.VERSION
    response["Tus-Extension"] = tus.EXTENSIONS
    response["Tus-Max-Size"] = str(settings.UPLOAD_BYTES_MAX)
    return Status(204, None)


@router.get("", response={200: list[UploadSchema], 401: ErrorSchema}, summary="List the uploads that you may continue")
def list_uploads(request: HttpRequest) -> list[dict[str, Any]]:
    """Your own, the oldest first, complete ones too as long as no job has used them."""
    return [_described(upload) for upload in Upload.objects.open_to(_user(request).pk, timezone.now())]


@router.post(
    "",
    response={201: UploadSchema, **REFUSALS, **dict.fromkeys((400, 409, 413, 507), ErrorSchema)},
    summary="Begin an upload",
)
def begin_upload(request: HttpRequest, response: HttpResponse) -> Status[dict[str, Any]]:
    """`Upload-Length` tells the size, `Upload-Metadata` the name; `Location` is where the pieces go."""
    tus.require_version(request.headers)
    size_bytes = tus.size_in(request.headers, "upload-length")
    upload = begin(_user(request), tus.name_in(request.headers), size_bytes, timezone.now())
    _tell(response, upload)
    response["Location"] = f"{tus.PREFIX}/{upload.pk}"
    return Status(201, _described(upload))


@router.api_operation(
    ["HEAD"],
    "/{upload_id}",
    response={200: None, 404: ErrorSchema, **REFUSALS},
    summary="Ask how much of a file has arrived",
)
def tell_offset(request: HttpRequest, response: HttpResponse, upload_id: str) -> Status[None]:
    """`Upload-Offset` tells it. 404 alike for what is absent, expired, and not yours."""
    upload = find(upload_id, _user(request).pk, timezone.now())
    tus.require_version(request.headers)
    _tell(response, upload)
    return Status(200, None)


@router.delete("/{upload_id}", response={204: None, 404: ErrorSchema, **REFUSALS}, summary="Give an upload up")
def give_upload_up(request: HttpRequest, upload_id: str) -> Status[None]:
    """What has arrived is removed."""
    upload = find(upload_id, _user(request).pk, timezone.now())
    tus.require_version(request.headers)
    give_up(upload)
    return Status(204, None)


def _tell(response: HttpResponse, upload: Upload) -> None:
    for name, value in tus.described(upload, upload.offset_bytes).items():
        response[name] = value


def _described(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.pk,
        "url": f"{tus.PREFIX}/{upload.pk}",
        "name": upload.name,
        "size_bytes": upload.size_bytes,
        "offset_bytes": upload.offset_bytes,
        "expires_at": upload.expires_at,
    }


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The API lets only users through"
    return request.user
