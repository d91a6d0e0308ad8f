"""The data plane for tests of pages: its own functions, called at once in place of a message."""

import time
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import redis
from django.utils import timezone

from webapp.endpoints.models import Endpoint
from webapp.records import deletions, truth_uploads, truths
from webapp.records.models import to_ms
from worker.contract import names
from worker.contract.records import FOUND_PREFIX, FindRequest, ForgetOutcome, ForgetRequest
from worker.contract.truth import TruthRequest
from worker.contract.truth_files import TruthFileRequest
from worker.journal import forgetting
from worker.journal.columns import Answered, Asker, Origin
from worker.journal.finding import find
from worker.journal.writing import JournalWriter
from worker.models.answers import Answers
from worker.monitoring.taking import take
from worker.monitoring.truth_files import read
from worker.tables.columns import TableBuilder

DIGEST: Final = "d" * 64
ROW: Final = (46.1, "Biscoe", 2007, True, "a note")


class DataPlane:
    """Answers what the site sends, from a journal of its own in `spool_dir`; `is_busy`: it does not come to it."""

    def __init__(self, spool_dir: Path, models_dir: Path, client: redis.Redis) -> None:
        self._spool_dir, self._models_dir, self._client = spool_dir, models_dir, client
        self.journal = spool_dir / "journal"
        self.is_busy = False
        self.sent: list[str] = []
        self.last: dict[str, Any] = {}

    def note(self, endpoint: Endpoint, caller: str, *request_ids: str, row: tuple[Any, ...] = ROW) -> None:
        """Note requests of one row each, which were answered with Gentoo."""
        version = endpoint.champion.version  # type: ignore[union-attr]  # something is deployed
        version.digest = DIGEST
        version.save(update_fields=["digest"])
        signature = version.manifest.signature
        directory = self._models_dir / version.digest
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "manifest.json").write_bytes(msgspec.json.encode(version.manifest))
        table = TableBuilder(signature).build([row] * len(request_ids))
        shares = np.array([[0.013, 0.987]] * len(request_ids))
        answers = Answers(np.array(["Gentoo"] * len(request_ids), object), shares, ("Adelie", "Gentoo"))
        askers = [Asker(request_id, 1, caller, 2.5) for request_id in request_ids]
        writer = JournalWriter(self.journal, "w1")
        origin = Origin(endpoint.name, version.number, version.digest, endpoint.journal_rule)
        writer.note(origin, signature, Answered(askers, table, answers, to_ms(timezone.now()), 0.25))
        writer.flush()

    def send_task(self, name: str, kwargs: dict[str, Any], queue: str) -> None:
        """Take a message as Celery would."""
        is_prompt = name in {names.TASK_FIND_ROWS, names.TASK_FORGET_ROWS}
        assert queue == (names.QUEUE_RECORDS if is_prompt else names.QUEUE_JOBS)
        self.sent.append(name)
        self.last = kwargs["message"]
        if not self.is_busy:
            getattr(self, f"_{name.partition('.')[2]}")(kwargs["message"])

    def _find_rows(self, message: dict[str, Any]) -> None:
        request = msgspec.convert(message, FindRequest)
        outcome = find(self.journal / request.endpoint, request, time.monotonic)
        self._client.set(FOUND_PREFIX + request.find_id, msgspec.json.encode(outcome), ex=30)

    def _forget_rows(self, message: dict[str, Any]) -> None:
        request = msgspec.convert(message, ForgetRequest)
        about = (request.selector, request.until_ms)
        done = tuple(
            forgetting.forget(self.journal / name, *about, request.forget_id)
            if request.does_delete
            else forgetting.count(self.journal / name, *about)
            for name in request.endpoints
        )
        outcome = ForgetOutcome(
            forget_id=request.forget_id, did_delete=request.does_delete, at_ms=request.until_ms, endpoints=done
        )
        deletions.record(outcome)

    def _read_truth_file(self, message: dict[str, Any]) -> None:
        request = msgspec.convert(message, TruthFileRequest)
        truth_uploads.record(read(request, self._spool_dir, self._models_dir, to_ms(timezone.now())), timezone.now())

    def _take_truth(self, message: dict[str, Any]) -> None:
        request = msgspec.convert(message, TruthRequest)
        truths.record(take(request, self._models_dir, self.journal, to_ms(timezone.now())), timezone.now())
