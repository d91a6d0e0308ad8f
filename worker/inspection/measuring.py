"""Loads an accepted version as a worker will, in a process that has loaded no other model, and measures it.

It imports nothing that a serving worker does not: the figures are to be those of serving.
"""

import time
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from worker.contract.inspection import ARTIFACT, GRAPH, InspectionOutcome
from worker.contract.manifest import Engine, Manifest
from worker.contract.report import Latency, Measurements, Report
from worker.inspection import memory
from worker.inspection.apart import SAMPLE, Job
from worker.inspection.constancy import Constancy, constancy
from worker.inspection.disposable import OUTCOME
from worker.inspection.refusal import Refused, rejection
from worker.models.errors import ModelError
from worker.models.serving import MANIFEST, ServedModel
from worker.tables.errors import InputRefused
from worker.tables.table import Table

TIMED_ROWS: Final = (1, 10, 100, 1000)
CALLS_MIN: Final = 3
CALLS_MAX: Final = 200
BUDGET_S: Final = 0.25
"""So long each number of rows is timed."""

SLOW_S: Final = 2.0
"""A batch that would take longer is not timed."""

IDENTITY: Final = bytes.fromhex(
    "08083a3b0a100a017812017922084964656e746974791201675a110a0178120c0a0a080112060a000a020801"
    "62110a0179120c0a0a080112060a000a02080142040a00100d"
)
"""A graph that gives back what it takes: with it onnxruntime sets up what all its graphs share."""


def main(job_file: str) -> None:
    """Measure the version that the job names and leave its manifest, now with measurements, or the refusal."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    assert job.manifest is not None, "Only what was accepted is measured"
    known = {"inspection_id": job.request.inspection_id, "version_id": job.request.version_id}
    try:
        directory = _version(job.manifest, Path(job.inbox), Path(job.made))
        found = measure(directory, Path(job.made, SAMPLE).read_bytes(), briefly=job.briefly)
        report = msgspec.structs.replace(job.manifest.report or Report(), measurements=found)
        outcome = InspectionOutcome(manifest=msgspec.structs.replace(job.manifest, report=report), **known)  # type: ignore[arg-type]  # each has its own
    except (Refused, ModelError) as refused:
        outcome = rejection(job.request, refused.words, refused.advice)
    except InputRefused as refused:
        outcome = InspectionOutcome(reason=refused.message, hint=refused.hint, **known)  # type: ignore[arg-type]  # see above
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def measure(directory: Path, sample: bytes, *, briefly: bool = False) -> Measurements:
    """Return the figures of a version. Raise `Refused` for one that answers the same row now so, now otherwise.

    Briefly: only one row is timed, and whether answers repeat themselves is not asked.
    """
    start = memory.usage()
    _load_libraries(msgspec.json.decode((directory / MANIFEST).read_bytes(), type=Manifest).engine)
    memory.give_back()
    before = memory.usage()
    started_s = time.perf_counter()
    model = ServedModel.load(directory, row_limit=max(TIMED_ROWS))
    load_ms = (time.perf_counter() - started_s) * 1000
    rows = model.reader.read_json(sample)
    model.predict(rows.slice(0, 1))
    resident = memory.usage().own - before.own
    latency = _latencies(model, rows, TIMED_ROWS[:1] if briefly else TIMED_ROWS)
    after = memory.usage()
    constant = Constancy.ALWAYS if briefly else constancy(model, rows, latency)
    largest = latency[-1]
    return Measurements(
        load_ms=round(load_ms, 1),
        resident_bytes=max(0, resident),
        peak_bytes=max(0, resident, after.peak - before.own - after.files),
        latency=latency,
        rows_per_s=float(f"{largest.rows / largest.p50_ms * 1000:.3g}"),
        deterministic=constant is Constancy.ALWAYS,
        libraries_bytes=max(0, before.own - start.own),
    )


def _version(manifest: Manifest, inbox: Path, made: Path) -> Path:
    """Return a directory that looks as the store will."""
    directory = Path("version").absolute()
    directory.mkdir()
    (directory / ARTIFACT).symlink_to(inbox / ARTIFACT)
    for name in {GRAPH, manifest.sklearn_file} - {ARTIFACT, ""}:
        (directory / name).symlink_to(made / name)
    (directory / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return directory


def _load_libraries(engine: Engine) -> None:
    """Import what every model of the engine needs."""
    if engine is Engine.ONNX:
        from worker.models.onnx_engine import open_session  # noqa: PLC0415  # the memory it takes is measured

        open_session(IDENTITY).run(None, {"x": np.zeros((1, 1), dtype=np.float32)})
        return
    import pandas as pd  # noqa: PLC0415  # see above
    import skops.io  # noqa: F401, PLC0415  # see above

    from worker.models import sklearn_engine, tree_check  # noqa: F401, PLC0415  # see above

    pd.DataFrame({"x": [1.0]})


def _latencies(model: ServedModel, rows: Table, counts: tuple[int, ...]) -> tuple[Latency, ...]:
    """Return the figures for each number of rows that is answered in reasonable time; for one row always."""
    found: list[Latency] = []
    for count in counts:
        if found and found[-1].p50_ms / 1000 * count / found[-1].rows > SLOW_S:
            break
        repeats = -(-count // rows.row_count)
        found.append(_latency(model, Table.concatenate([rows] * repeats).slice(0, count)))
    return tuple(found)


def _latency(model: ServedModel, rows: Table) -> Latency:
    times_s: list[float] = []
    while len(times_s) < CALLS_MIN or (len(times_s) < CALLS_MAX and sum(times_s) < BUDGET_S):
        started_s = time.perf_counter()
        model.predict(rows)
        times_s.append(time.perf_counter() - started_s)
        if sum(times_s) > SLOW_S:
            break
    p50_ms, p99_ms = (float(f"{1000 * value:.3g}") for value in np.quantile(times_s, (0.5, 0.99)))
    return Latency(rows=rows.row_count, p50_ms=p50_ms, p99_ms=p99_ms)
