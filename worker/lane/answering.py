"""From a batch of requests to their answers: decode each, predict all their rows at once, split, encode.

One request never spoils another: what cannot be read gets its own error, and when the model raises on the rows
together, each request is asked alone. Nor does it hold others up for long: what was read together is answered in parts.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from worker.contract.errors import STATUS, ErrorBody, ErrorCode
from worker.contract.lane import COMPARISON, DEADLINE_S, PROBE_DIGEST, LaneBatch, LaneReply, LaneRequest
from worker.dialects import DIALECTS, AnswerContext, Dialect
from worker.models.answers import Answers
from worker.models.cache import ModelCache
from worker.models.difference import compare_answers
from worker.models.errors import ModelError
from worker.models.serving import ServedModel
from worker.tables.errors import InputRefused, Tally
from worker.tables.table import Table

logger = logging.getLogger(__name__)

_encode = msgspec.msgpack.Encoder().encode

PART_BYTES_MAX: Final = 256 << 10
"""Bodies answered together; of a larger batch the first answers leave before the last are computed."""

Part = list[tuple[LaneBatch, LaneRequest]]
"""Requests for one version that are answered together."""


class Asked:
    """A request that could be read: its rows wait for the model."""

    __slots__ = ("batch", "context", "dialect", "request", "table")

    def __init__(self, request: LaneRequest, batch: LaneBatch, dialect: Dialect, table: Table) -> None:
        self.batch = batch
        self.request = request
        self.dialect = dialect
        self.table = table
        self.context = AnswerContext(batch.endpoint, batch.version, request.request_id, request.content_type)


class Timing(NamedTuple):
    """When the worker began with what it answered together, on the machine's monotonic clock, and the model's time."""

    began_s: float
    model_s: float


OnAnswered = Callable[[ServedModel, list[Asked], Table, Answers, Timing], None]
"""Takes what was answered: the model, who asked, all their rows and answers in order, and how long it took."""

OnRefused = Callable[[LaneBatch, Tally], None]
"""Takes what was refused of one request, or failed."""


class Answering:
    """Answers batches with the models of `cache`; `now_s` is the machine's monotonic clock.

    `on_answered` is told of every row that was answered, `on_refused` of what could not be read as rows, of what the
    model raised on, and of requests that nobody waits for any more; neither of comparisons: nobody got those.
    """

    def __init__(
        self,
        cache: ModelCache,
        now_s: Callable[[], float],
        on_answered: OnAnswered = lambda *_: None,
        on_refused: OnRefused = lambda *_: None,
    ) -> None:
        self._cache = cache
        self._now_s = now_s
        self._on_answered = on_answered
        self._on_refused = on_refused
        self._began_s = 0.0
        self._last_s: dict[str, float] = {}

    def parts(self, batches: Iterable[LaneBatch]) -> list[Part]:
        """Return what to answer together, in this order: what took longest when it was last asked comes last."""
        by_digests: dict[tuple[str, str], Part] = {}
        for batch in batches:
            asked = by_digests.setdefault((batch.against, batch.digest), [])
            asked.extend((batch, request) for request in batch.requests)
        # What is only compared comes after what somebody waits for.
        in_order = sorted(by_digests, key=lambda digests: (digests[0] != "", self._last_s.get(digests[1], 0.0)))
        return [part for digests in in_order for part in _bounded(by_digests[digests])]

    def answer(self, part: Part) -> dict[str, list[LaneReply]]:
        """Return the replies by the gateway they go to. Requests past their deadline are dropped."""
        started_s = self._began_s = self._now_s()
        waiting = [(batch, request) for batch, request in part if request.deadline_s > started_s]
        for batch, request in part:
            if request.deadline_s <= started_s:
                self._failed(batch, ErrorCode.PREDICTION_TIMEOUT)
        replies: dict[str, list[LaneReply]] = {}
        if waiting:
            digest, against = waiting[0][0].digest, waiting[0][0].against
            found = self._comparisons(digest, against, waiting) if against else self._replies(digest, waiting)
            for batch, reply in found:
                replies.setdefault(batch.reply_to, []).append(reply)
            self._last_s[digest] = self._now_s() - started_s
        return replies

    def _replies(self, digest: str, waiting: Part) -> Iterator[tuple[LaneBatch, LaneReply]]:
        if digest == PROBE_DIGEST:
            yield from ((batch, LaneReply(request.number, 200, "", b"")) for batch, request in waiting)
            return
        try:
            model = self._cache.get(digest)
        except ModelError as error:
            for batch, request in waiting:
                self._failed(batch, error.body().code)
                yield batch, _refuse(request, error.body())
            return
        asked: list[tuple[LaneBatch, Asked]] = []
        for batch, request in waiting:
            try:
                asked.append((batch, _read(request, batch, model)))
            except InputRefused as refused:
                self._on_refused(batch, refused.tally)
                yield batch, _refuse(request, refused.body())
        if asked:
            replies = self._predict_together(model, [one for _, one in asked])
            yield from zip((batch for batch, _ in asked), replies, strict=True)

    def _predict_together(self, model: ServedModel, asked: list[Asked]) -> list[LaneReply]:
        try:
            return self._predict(model, asked)
        except Exception as error:  # noqa: BLE001  # a model is a stranger's program: it may raise anything
            if len(asked) > 1:
                return [reply for one in asked for reply in self._predict_together(model, [one])]
            logger.warning("Request %s: the model raised %r.", asked[0].request.request_id, error)
            self._failed(asked[0].batch, ErrorCode.MODEL_ERROR, asked[0].table.row_count)
            return [_refuse(asked[0].request, _model_error(error))]

    def _failed(self, batch: LaneBatch, code: ErrorCode, rows: int = 1) -> None:
        """Tell of a request that came to nothing without a fault of its rows; where nobody counted them, it is one."""
        if not batch.against:
            self._on_refused(batch, Tally(rows, {("", code.value): rows}))

    def _predict(self, model: ServedModel, asked: list[Asked]) -> list[LaneReply]:
        table = Table.concatenate([one.table for one in asked])
        started_s = self._now_s()
        answers = model.predict(table)
        took_s = self._now_s() - started_s
        replies = []
        start = 0
        for one in asked:
            stop = start + one.table.row_count
            body = one.dialect.write(answers.slice(start, stop), one.context)
            content_type = one.dialect.content_type(one.request.content_type)
            waited_s = max(0.0, self._began_s - (one.request.deadline_s - DEADLINE_S))
            replies.append(LaneReply(one.request.number, 200, content_type, body, one.table.row_count, waited_s))
            start = stop
        self._on_answered(model, asked, table, answers, Timing(self._began_s, took_s))
        return replies

    def _comparisons(self, digest: str, against: str, waiting: Part) -> Iterator[tuple[LaneBatch, LaneReply]]:
        """Yield how two versions answer each request; one that the shadow does not answer gets its error."""
        try:
            model, other = self._cache.get(digest), self._cache.get(against)
        except ModelError as error:
            yield from ((batch, _refuse(request, error.body())) for batch, request in waiting)
            return
        for batch, request in waiting:
            try:
                yield batch, _compared(_read(request, batch, model), model, other)
            except InputRefused as refused:
                yield batch, _refuse(request, refused.body())


def _compared(asked: Asked, model: ServedModel, other: ServedModel) -> LaneReply:
    try:
        comparison = compare_answers(model.predict(asked.table), other.predict(asked.table))
    except Exception as error:  # noqa: BLE001  # as above all models: a stranger's program may raise anything
        return _refuse(asked.request, _model_error(error))
    return LaneReply(asked.request.number, 200, COMPARISON, _encode(comparison), comparison.rows)


def _bounded(requests: Part) -> Iterator[Part]:
    part: Part = []
    size_bytes = 0
    for batch, request in requests:
        size_bytes += len(request.body)
        if part and size_bytes > PART_BYTES_MAX:
            yield part
            part, size_bytes = [], len(request.body)
        part.append((batch, request))
    yield part


def _read(request: LaneRequest, batch: LaneBatch, model: ServedModel) -> Asked:
    """Return the rows of a request. Raise InputRefused if they cannot be read."""
    dialect = DIALECTS[request.dialect]
    return Asked(request, batch, dialect, dialect.read(request.body, request.content_type, model.reader))


def _model_error(error: Exception) -> ErrorBody:
    if isinstance(error, ModelError):
        return error.body()
    return ErrorBody(
        error=f"The model could not answer these rows: {type(error).__name__}: {str(error)[:300]}",
        code=ErrorCode.MODEL_ERROR,
        hint="Compare the values with the endpoint's description; tell the publisher of the model.",
    )


def crash_reply(request: LaneRequest) -> LaneReply:
    """Return the answer for a request that is set aside because workers died of it."""
    error = ErrorBody(
        error="The model's process died twice while it answered this request, so it is not tried again.",
        code=ErrorCode.MODEL_CRASHED,
        hint="Tell the publisher of the model, with the values that you sent.",
    )
    return _refuse(request, error)


def _refuse(request: LaneRequest, error: ErrorBody) -> LaneReply:
    body = DIALECTS[request.dialect].write_error(error)
    return LaneReply(request.number, STATUS[error.code], "application/json", body)
