"""What a wire protocol has to do."""

from typing import NamedTuple, Protocol

from worker.contract.errors import ErrorBody
from worker.models.answers import Answers
from worker.tables.reader import RowReader
from worker.tables.table import Table


class AnswerContext(NamedTuple):
    """What an answer says beside the predictions; `content_type` is the request's, which decides the answer's."""

    endpoint: str
    version: int
    request_id: str
    content_type: str


class Dialect(Protocol):
    """One wire protocol: reads requests, writes answers and errors. It holds no state."""

    def read(self, body: bytes, content_type: str, reader: RowReader) -> Table:
        """Return the rows of a request. Raise InputRefused if they cannot be read."""

    def write(self, answers: Answers, context: AnswerContext) -> bytes:
        """Return the body of an answer. Raise ModelFailed if an answer cannot be said, such as NaN."""

    def write_error(self, error: ErrorBody) -> bytes:
        """Return the body of an error, always of the type `error_content_type`."""

    def content_type(self, request_content_type: str) -> str:
        """Return the content type of the answer to a request of this content type."""
