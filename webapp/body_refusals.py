"""What somebody gets whose body is not read: our error shape for programs, a page for people."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp.api.errors import API_PREFIX
from webapp.sentences import Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyRefusal:
    """Why a body is not taken."""

    status: HTTPStatus
    code: str
    sentence: str
    hint: str


TOO_LARGE: Final = BodyRefusal(
    status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    code="body_too_large",
    sentence=gettext_noop("This is larger than the {size_mib:,.0f} MiB that the box takes at once; nothing is kept."),
    hint=gettext_noop("Publish a smaller model, or ask an administrator to raise BASTIDE_UPLOAD_BYTES_MAX."),
)
TOO_LARGE_HERE: Final = BodyRefusal(
    status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    code="body_too_large",
    sentence=gettext_noop("This is larger than the {size_mib:,.0f} MiB that this address takes; nothing is kept."),
    hint=gettext_noop("Send less at a time."),
)
NO_ROOM: Final = BodyRefusal(
    status=HTTPStatus.INSUFFICIENT_STORAGE,
    code="disk_full",
    sentence=gettext_noop("The disk of the box has no room for these files; nothing is kept."),
    hint=gettext_noop("Tell an administrator: the page “The box” says how much room there is. Then publish again."),
)
UNAUTHENTICATED: Final = BodyRefusal(
    status=HTTPStatus.UNAUTHORIZED,
    code="unauthenticated",
    sentence=gettext_noop("Nobody is known here who sends this; nothing is kept."),
    hint=gettext_noop("Log in, or send a key of yours that is not revoked; then send it again."),
)
FORBIDDEN: Final = BodyRefusal(
    status=HTTPStatus.FORBIDDEN,
    code="forbidden",
    sentence=gettext_noop("You may use models but not publish them."),
    hint=gettext_noop("Ask an administrator for the role of a publisher."),
)
NOT_FOUND: Final = BodyRefusal(
    status=HTTPStatus.NOT_FOUND,
    code="not_found",
    sentence=gettext_noop("There is no endpoint by this name that you may use; nothing is kept."),
    hint=gettext_noop("Look at the list of your endpoints."),
)
NAMELESS: Final = BodyRefusal(
    status=HTTPStatus.BAD_REQUEST,
    code="invalid_input",
    sentence=gettext_noop("This body is so large that it must be a file, and it has no name; nothing is kept."),
    hint=gettext_noop("Name it in the address, as ?name=rows.csv, or send a form with the field “file”."),
)
INCOMPLETE: Final = BodyRefusal(
    status=HTTPStatus.REQUEST_TIMEOUT,
    code="body_incomplete",
    sentence=gettext_noop("Nothing came for {seconds:.0f} seconds, and the files are not complete; nothing is kept."),
    hint=gettext_noop("Send them again."),
)


class BodyRefusedError(Exception):
    """A body is not taken; `facts` fill in the sentence."""

    def __init__(self, refusal: BodyRefusal, **facts: float) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.facts = facts


def answer(request: HttpRequest, refused: BodyRefusedError) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and content of the answer; the connection ends with it."""
    refusal = refused.refusal
    if request.path.startswith(API_PREFIX):
        body = {"error": refusal.sentence.format(**refused.facts), "code": refusal.code, "hint": refusal.hint}
        content, content_type = msgspec.json.encode(body), b"application/json"
    else:
        content, content_type = _page(request, refused).encode(), b"text/html; charset=utf-8"
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Bearer realm="Bastide"'))
    return refusal.status, headers, content


def _page(request: HttpRequest, refused: BodyRefusedError) -> str:
    refusal = refused.refusal
    with translation.override(translation.get_language_from_request(request)):
        facts = {name: Figure(fact) for name, fact in refused.facts.items()}
        return render_to_string("400.html", {"title": _(refusal.sentence).format(**facts), "what": _(refusal.hint)})
