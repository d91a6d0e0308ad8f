"""How a connection is read: uvicorn's protocol, with a bound on what comes before, between and after bodies."""

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX: Final = 64 << 10


class BoundedHttpToolsProtocol(HttpToolsProtocol):
    """Ends a connection whose headers do not end: uvicorn would keep all of them, whoever sends them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Read on, unless too much came that is neither whole headers nor a body."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
            self.send_400_response("The headers of the request are too large.")

    def on_headers_complete(self) -> None:
        """Begin to count anew: these headers came to an end."""
        self._head_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Begin to count anew: a body may be long, and the gateway bounds it."""
        self._head_bytes = 0
        super().on_body(body)
