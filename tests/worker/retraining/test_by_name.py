"""The jobs worker answers exports and replays by the names of their tasks."""

from pathlib import Path

import msgspec
import polars as pl
import pytest

from tests.redis_server import running_redis
from tests.worker.comparison.versions import NEW, OLD, classes, classifier
from tests.worker.retraining.test_replaying import REQUEST, Fish
from tests.worker.running_worker import RunningWorker
from worker.contract import names
from worker.contract.export import FILE, ExportFormat, ExportOutcome, ExportRequest
from worker.contract.replay import ReplayOutcome

EXPORT = ExportRequest(
    export_id="e" * 32,
    endpoint="fish",
    digest=OLD,
    format=ExportFormat.PARQUET,
    first_ms=0,
    end_ms=REQUEST.now_ms,
)


@pytest.mark.box
def test_an_export_and_a_replay_are_answered(tmp_path: Path) -> None:
    fish = Fish(tmp_path)
    data = classes(200)
    fish.published(classifier(data, "length", "depth"), classifier(data, "length"), data)
    fish.asked(data)
    (tmp_path / "spool" / "exports" / EXPORT.export_id).mkdir(parents=True)
    with running_redis(tmp_path):
        worker = RunningWorker(tmp_path)
        try:
            worker.send(names.TASK_EXPORT_ROWS, msgspec.to_builtins(EXPORT))
            exported = msgspec.convert(worker.next_outcome(names.TASK_RECORD_EXPORT), ExportOutcome)
            worker.send(names.TASK_REPLAY, msgspec.to_builtins(REQUEST))
            replayed = msgspec.convert(worker.next_outcome(names.TASK_RECORD_REPLAY), ReplayOutcome)
        finally:
            worker.stop()
    assert exported.reason is None, (exported.reason, exported.detail)
    assert pl.read_parquet(tmp_path / "spool" / "exports" / EXPORT.export_id / FILE).height == 200
    assert replayed.replayed is not None, (replayed.reason, replayed.detail)
    assert replayed.replayed.compared.rows == 200
    assert REQUEST.new_digest == NEW
