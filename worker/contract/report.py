"""The admission report: what inspection measured of a version, in numbers that people and the admission decide by."""

import msgspec

from worker.contract.words import Words


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """How long the serving engine takes to answer so many rows at once, in one process of one thread."""

    rows: int
    p50_ms: float
    p99_ms: float


class Measurements(msgspec.Struct, frozen=True, kw_only=True):
    """What a process that serves the version needs.

    `resident_bytes` is by how much its memory grows when it loads and warms the version, `peak_bytes` the most that it
    grows meanwhile and while it answers the largest timed batch; `rows_per_s` is that of the largest timed batch.
    """

    load_ms: float
    resident_bytes: int
    peak_bytes: int
    latency: tuple[Latency, ...]
    rows_per_s: float
    deterministic: bool


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """What the graph of onnxruntime gains over scikit-learn; `difference` is the largest relative one of any answer."""

    difference: float
    speed_up: float
    graph_bytes: int
    resident_bytes: int
    sklearn_resident_bytes: int


class CalibrationBin(msgspec.Struct, frozen=True, kw_only=True):
    """Rows whose foretold probability is alike: its mean, the share that it came true for (with a 95 % interval)."""

    foretold: float
    observed: float
    low: float
    high: float
    rows: int


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """`counts[i][j]`: rows of the true label i that were answered with label j."""

    labels: tuple[str | int | bool, ...]
    counts: tuple[tuple[int, ...], ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `remarks` are what a publisher should know although the version was accepted."""

    measurements: Measurements
    conversion: Conversion | None = None
    calibration: tuple[CalibrationBin, ...] = ()
    confusion: Confusion | None = None
    residuals: tuple[tuple[float, float], ...] = ()
    """For numbers: a sample of at most 300 pairs (predicted, true)."""
    remarks: tuple[Words, ...] = ()
