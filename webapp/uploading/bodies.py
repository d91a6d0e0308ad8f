"""A whole file in one request: as the field of a form, or as the body itself.

The body itself is a file where the request names it. It never enters Django: what stands in front of Django writes it
onto the disk, and tells here where.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest
from django.utils.http import parse_header_parameters

from webapp.registry.uploading import is_cut_off
from webapp.uploading.errors import FileMissingError, NoRoomError
from webapp.uploading.names import cleaned_name
from webapp.uploading.under_way import TakenFile

FIELD: Final = "file"
BODY_PATH: Final = "bastide.body_path"
BODY_NAME: Final = "bastide.body_name"
"""Keys of `request.META` under which stands where a body was written, and its name. No header gets such a key."""


def raw_name(headers: Mapping[str, str], query: str) -> str | None:
    """Return the name of the file that the body itself is, or None if the body is something else.

    `headers` have small names.
    """
    if headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return None
    if "transfer-encoding" not in headers and headers.get("content-length", "0").strip("0") == "":
        return None
    name = _disposed_name(headers.get("content-disposition", "")) or parse_qs(query).get("name", [""])[0]
    return cleaned_name(name) if name else None


def _disposed_name(disposition: str) -> str:
    try:
        name = str(parse_header_parameters(disposition)[1].get("filename", ""))
    except ValueError:  # an encoding that nobody knows
        return ""
    try:
        return name.encode("latin-1").decode()  # many programs send UTF-8 where the header should say so first
    except UnicodeError:
        return name


def received_file(request: HttpRequest) -> TakenFile:
    """Return the file that a request brought, to be moved (os.replace); if it is not, it goes with the request.

    Raise FileMissingError if there is none, NoRoomError if the disk could not take it.
    """
    path = request.META.get(BODY_PATH)
    if path is not None:
        return TakenFile(path=Path(path), name=request.META[BODY_NAME], size_bytes=Path(path).stat().st_size)
    found = request.FILES.get(FIELD)
    if is_cut_off(request):  # known only now: the form is read when it is asked for its files
        raise NoRoomError
    if not isinstance(found, TemporaryUploadedFile):
        raise FileMissingError
    return TakenFile(
        path=Path(found.temporary_file_path()), name=cleaned_name(found.name or ""), size_bytes=found.size or 0
    )
