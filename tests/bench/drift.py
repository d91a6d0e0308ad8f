"""The drift bench: how often the statistics cry wolf, what they find and do not, and what a million rows cost.

Endpoints are made up (tests/bench/drifting.py): twenty columns and the answers of a model, references of 300, 3,000 and
30,000 rows, judged by the code that judges real ones, with its checks of the data. Windows follow one another, and each
from the second on has a verdict: also where the product would say "not enough data". A classifier judges all columns
together in a quarter as many windows, of sizes of their own, as it takes most of the time; it draws 2,000 rows of a
side, so larger ones add nothing. The exit status is 1 where an aim is missed.
"""

import argparse
import contextlib
import itertools
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from msgspec.structs import replace

from appliance.paths import ROOT
from tests.bench.box import machine, write_json
from tests.bench.drifting import Endpoint, name, profile
from tests.bench.figures import judge
from worker.contract.monitoring import Found, Subject
from worker.stats.columns import Column, columns
from worker.stats.data_quality import checks
from worker.stats.drift import Reference, drift
from worker.stats.intervals import wilson
from worker.stats.verdict import DRIFT, verdict

SIZES: Final = (30, 50, 100, 200, 500, 1_000, 5_000, 20_000)
REFERENCES: Final = (300, 3_000, 30_000)
TOGETHER_SIZES: Final = (200, 1_000, 5_000)
TOGETHER_REFERENCES: Final = (300, 3_000)
TOGETHER_SHARE: Final = 4
WINDOWS: Final = 2_000
SERIES: Final = 5
REPEATS: Final = 300
SHIFTED: Final = Subject(kind=DRIFT, name=name(1))
AIM_FALSE: Final = 0.01
AIM_POWER: Final = 0.95
AIM_S: Final = 5.0
AIM_GB: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the simulation, small enough that two processes share the work evenly."""

    rows: int
    reference_rows: int
    series: int
    seed: int
    together: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """What came of it: `verdicts` were given, `alarms` of them, `guarded` of these by windows that are large enough."""

    rows: int
    reference_rows: int
    windows: int
    verdicts: int
    alarms: int
    guarded: int
    flagged: int
    together: bool = False


def main() -> int:
    """Run the bench and print what it found; `--json` prints the figures instead, or writes them to a file.

    Return 1 where an aim is missed, else 0.
    """
    parser = argparse.ArgumentParser(prog="bastide bench drift", description=__doc__)
    parser.add_argument("--windows", type=int, default=WINDOWS, help=f"windows of each size (default {WINDOWS:,})")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"shifted endpoints (default {REPEATS})")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="figures for programs; to FILE, if given")
    parser.add_argument("--speed", action="store_true", help="measure the million rows alone, in this process")
    options = parser.parse_args()
    if options.speed:
        json.dump(speed(options.seed), sys.stdout)
        return 0
    started_s = time.monotonic()
    # A process alone: the other measurements would stand in its memory and on its cores.
    alone = [sys.executable, "-m", "tests.bench.drift", "--speed", "--seed", str(options.seed)]
    million = json.loads(subprocess.run(alone, check=True, capture_output=True, cwd=ROOT).stdout)
    figures = simulated(options.windows, options.repeats, options.seed) | million
    figures["bench_s"] = round(time.monotonic() - started_s, 1)
    if options.json == "-":
        sys.stdout.write(json.dumps({"machine": machine(), **figures}, indent=2) + "\n")
        # Programs read the figures; whoever watches is told of the aims beside them.
        with contextlib.redirect_stdout(sys.stderr):
            return 0 if report(figures) else 1
    are_met = report(figures)
    if options.json:
        write_json(Path(options.json), {"machine": machine(), **figures})
    return 0 if are_met else 1


def simulated(windows: int, repeats: int, seed: int) -> dict[str, Any]:
    """Return the figures of all simulations."""
    parts = sorted(_parts(windows, seed), key=lambda part: -part.rows)
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        shifted = [pool.submit(found_shifts, 1_000, 0.5, repeats // 4, [seed, 1, place]) for place in range(4)]
        small = [pool.submit(found_shifts, 20_000, 0.05, repeats // 4, [seed, 2, place]) for place in range(4)]
        quiet = list(pool.map(false_alarms, parts))
        found, slight = (np.array([each.result() for each in futures]).mean(axis=0) for futures in (shifted, small))
    cells = [_sum(quiet, rows, reference) for rows in SIZES for reference in REFERENCES]
    sizes = [_sum(quiet, rows) for rows in SIZES] + [_sum(quiet, rows, together=True) for rows in TOGETHER_SIZES]
    worst = max(sizes, key=lambda each: each.alarms / each.verdicts)
    return {
        "false_alarm_rate_max": worst.alarms / worst.verdicts,
        "false_alarm_rate_max_interval": wilson(worst.alarms, worst.verdicts),
        "false_alarm_rate_max_guarded": max(each.guarded / each.verdicts for each in sizes),
        "false_alarm_rate_max_of_one_reference_size": max(each.alarms / each.verdicts for each in cells),
        "single_window_rate_max": max(each.flagged / each.windows for each in sizes),
        "power_half_sd": float(found[0]),
        "small_shift_alarm_rate": float(slight[0]),
        "small_shift_shown": float(slight[1]),
        "sizes": [asdict(each) for each in sizes],
        "cells": [asdict(each) for each in cells],
    }


def _parts(windows: int, seed: int) -> Iterator[Part]:
    plain = (SIZES, REFERENCES, windows, False)
    with_all = (TOGETHER_SIZES, TOGETHER_REFERENCES, windows // TOGETHER_SHARE, True)
    for sizes, references, wanted, together in (plain, with_all):
        series = -(-wanted // (SERIES * len(references)))
        for rows, reference in itertools.product(sizes, references):
            for place, first in enumerate(range(0, series, 25)):
                count, at = min(25, series - first), seed * 1_000 + place
                yield Part(rows=rows, reference_rows=reference, series=count, seed=at, together=together)


def false_alarms(part: Part) -> Alarms:
    """Return how often endpoints without drift alarm."""
    rng = np.random.default_rng([part.seed, part.rows, part.reference_rows, part.together])
    alarms = guarded = flagged = 0
    for _ in range(part.series):
        endpoint = Endpoint(rng=rng, reference_rows=part.reference_rows, told_apart=part.together)
        seen = [endpoint.window(part.rows) for _ in range(SERIES)]
        flagged += sum(bool(each.changed) for each in seen)
        for last in range(1, SERIES):
            guarded += bool(verdict(seen[: last + 1]).alarmed)
            alarms += bool(verdict(_judged_anyhow(seen[: last + 1])).alarmed)
    return Alarms(
        rows=part.rows,
        reference_rows=part.reference_rows,
        windows=part.series * SERIES,
        verdicts=part.series * (SERIES - 1),
        alarms=alarms,
        guarded=guarded,
        flagged=flagged,
        together=part.together,
    )


def _judged_anyhow(seen: list[Found]) -> list[Found]:
    return [replace(each, rows_needed=0) for each in seen]


def found_shifts(rows: int, shift: float, repeats: int, seed: list[int]) -> tuple[float, float]:
    """Return how often two windows alarm about the shifted column, and how often they show it without an alarm."""
    rng = np.random.default_rng(seed)
    alarmed = shown = 0
    for place in range(repeats):
        # A small shift is seen against a large reference only.
        reference = REFERENCES[-1] if shift < 0.1 else REFERENCES[place % len(REFERENCES)]
        endpoint = Endpoint(rng=rng, reference_rows=reference)
        seen = [endpoint.window(rows, shift) for _ in range(2)]
        said = verdict(seen)
        alarmed += SHIFTED in said.alarmed
        shown += any(SHIFTED in each.slightly for each in seen)
    return alarmed / repeats, shown / repeats


def _sum(parts: list[Alarms], rows: int, reference: int | None = None, *, together: bool = False) -> Alarms:
    alike = [each for each in parts if each.rows == rows and each.together == together]
    chosen = [each for each in alike if reference in (None, each.reference_rows)]
    fields = ("windows", "verdicts", "alarms", "guarded", "flagged")
    sums = {field: sum(getattr(each, field) for each in chosen) for field in fields}
    return Alarms(rows=rows, reference_rows=reference or 0, together=together, **sums)


def speed(seed: int, rows: int = 1_000_000, features: int = 30) -> dict[str, float]:
    """Return the seconds and the memory of this process for the drift of a million rows of 26 numbers, 4 categories."""
    rng = np.random.default_rng(seed)
    words = pl.Series([f"category {place}" for place in range(100)])
    frame = pl.DataFrame(
        {
            name(place): rng.standard_normal(rows) if place < features - 4 else words.gather(rng.integers(0, 100, rows))
            for place in range(features)
        }
    )
    sample = frame.head(30_000)
    made = {
        column: Column.of_categories(sample[column])
        if sample[column].dtype == pl.String
        else Column.of_numbers(sample[column].to_numpy())
        for column in sample.columns
    }
    profiles = [profile(column, each) for column, each in made.items()]
    started_s = time.perf_counter()
    window = columns(frame, profiles)
    found = drift([Reference.of(each) for each in profiles], window)
    checks(profiles, window)
    seconds = time.perf_counter() - started_s
    assert len(found) == features, "Every feature is compared"
    return {"million_rows_s": seconds, "million_rows_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def report(figures: dict[str, Any]) -> bool:
    """Print the table, and how each aim is met; return whether all are."""
    print(f"{'rows':>8}{'windows':>10}{'verdicts':>10}{'alarms':>8}{'rate':>9}{'one window':>12}")
    for each in figures["sizes"]:
        print(f"{each['rows']:>8,}{each['windows']:>10,}{each['verdicts']:>10,}{each['alarms']:>8,}", end="")
        print(f"{each['alarms'] / each['verdicts']:>9.2%}{each['flagged'] / each['windows']:>12.2%}", end="")
        print("  all columns together too" if each["together"] else "")
    rate, power = figures["false_alarm_rate_max"], figures["power_half_sd"]
    small, shown = figures["small_shift_alarm_rate"], figures["small_shift_shown"]
    is_small = small < AIM_FALSE and shown > AIM_POWER
    seconds, gb = figures["million_rows_s"], figures["million_rows_gb"]
    aims = [
        judge(f"no drift: at most {rate:.2%} of windows alarm, at any size (aim under 1 %)", met=rate < AIM_FALSE),
        judge(f"0.5 sd in 1 of 20 columns at 1,000 rows: {power:.1%} found in two windows", met=power > AIM_POWER),
        judge(f"0.05 sd at 20,000 rows: {small:.1%} alarm, {shown:.1%} shown", met=is_small),
        judge(f"1,000,000 rows of 30 features: {seconds:.2f} s, {gb:.2f} GB", met=seconds < AIM_S and gb < AIM_GB),
    ]
    return all(aims)


if __name__ == "__main__":
    sys.exit(main())
