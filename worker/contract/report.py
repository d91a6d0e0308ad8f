"""The admission report: what inspection measured of a version, in numbers that people and the admission decide by."""

from typing import Final

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
    grows meanwhile and while it answers the largest timed batch; `rows_per_s` is that of the largest timed batch. The
    libraries of the engine, which all its models share, are not counted: `libraries_bytes` is what they take in each
    process. A batch that would take seconds is not timed. `deterministic` is false where a few rows are answered
    otherwise alone than among others.
    """

    load_ms: float
    resident_bytes: int
    peak_bytes: int
    latency: tuple[Latency, ...]
    rows_per_s: float
    deterministic: bool
    libraries_bytes: int = 0


NOT_MEASURED: Final = Measurements(
    load_ms=0.0, resident_bytes=0, peak_bytes=0, latency=(), rows_per_s=0.0, deterministic=False
)


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """What the graph of onnxruntime gains over scikit-learn; `difference` is the largest relative one of any answer.

    `speed_up` is by how often one row is answered sooner. The libraries, not counted in the other figures, take
    `libraries_bytes` and `sklearn_libraries_bytes` in each process.
    """

    difference: float
    speed_up: float
    graph_bytes: int
    resident_bytes: int
    sklearn_resident_bytes: int
    libraries_bytes: int = 0
    sklearn_libraries_bytes: int = 0


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


class Importance(msgspec.Struct, frozen=True, kw_only=True):
    """By how much the loss grows when the values of one feature are shuffled among the rows, and how much that varies.

    The loss is the Brier score; where there are no probabilities the share of wrong answers; of numbers the root mean
    squared error.
    """

    feature: str
    value: float
    sd: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `remarks` are what a publisher should know although the version was accepted.

    `measurements` are NOT_MEASURED until a fresh process has measured; every accepted version has them.
    `positive_label` is the class that calibration is about, None when it is about the foretold class of each row.
    """

    measurements: Measurements = NOT_MEASURED
    conversion: Conversion | None = None
    calibration: tuple[CalibrationBin, ...] = ()
    confusion: Confusion | None = None
    residuals: tuple[tuple[float, float], ...] = ()
    """For numbers: a sample of at most 300 pairs (predicted, true)."""
    remarks: tuple[Words, ...] = ()
    importance: tuple[Importance, ...] = ()
    positive_label: str | None = None
