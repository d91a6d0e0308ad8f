"""Static files from the box itself, in a form that both the synchronous and the asynchronous server can send."""

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise is untyped
    """WhiteNoise, answering with whole bodies.

    Its own answer streams from an open file, which Django under ASGI reads whole anyway, with a warning for each. Ours
    are at most a few hundred kilobytes.
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """Return the answer for `static_file`."""
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file as file:
                body = file.read()
        response = HttpResponse(body, status=int(found.status), content_type="")
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
