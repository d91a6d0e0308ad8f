"""The batch bench: a million rows of 30 numbers from CSV to CSV, next to the fastest straight scripts of the same run.

The clock of a job runs from its being queued, with its file on the disk, to its finished result, as that of a script
does; what the upload takes is told apart. While a giant job runs the memory of the workers is watched, and callers of
the online path are timed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import polars as pl
import psutil
from sklearn.datasets import load_breast_cancer

from appliance.paths import ROOT
from tests.bench.box import machine, write_json
from tests.bench.figures import judge
from tests.bench.online import prepare
from tests.running_box import RunningBox

ROWS = 1_000_000
GIANT_ROWS = 10_000_000
ROUNDS = 3
AIMS = {"biopsy": 0.9, "logistic": 0.75}
"""At least this part of the rows a second of the fastest script."""

AIM_MEMORY_MB = 1_000
AIM_PROGRESS_S = 2.0
AIM_P99 = 3.0
SCRIPTS = tuple((shape, engine) for shape in ("whole", "ranges") for engine in ("sklearn", "onnx"))
NAMES = {"biopsy": "forest", "logistic": "logistic regression"}
ONLINE_S = 15.0
WATCH_FIRST_S = 0.1
WATCH_EVERY_S = 1.0
"""As often as a page asks, once the first rows are done: nobody asks the scripts how far they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of a contestant over the file."""

    model: str
    contestant: str
    seconds: float
    upload_s: float = 0.0
    first_progress_s: float = 0.0


def main() -> None:
    """Run the bench and print what it found; `--json FILE` writes the figures as well."""
    parser = argparse.ArgumentParser(prog="bastide bench batch", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"rows of the file (default {ROWS:,})")
    parser.add_argument("--giant-rows", type=int, default=GIANT_ROWS, help=f"of the giant (default {GIANT_ROWS:,})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="times that each contestant runs")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        directory = Path(name)
        box = RunningBox(directory / "box", BASTIDE_UPLOAD_BYTES_MAX=str(64 << 30))
        with box:
            box.wait_until_ready()
            client = httpx.Client(base_url=box.url, headers={"Authorization": f"Bearer {box.key()}"}, timeout=600)
            versions = {model: stored(box, artifact) for model, (artifact, _) in prepare(box, directory).items()}
            file = write_rows(directory / "rows.csv", options.rows)
            runs = compete(client, versions, file, options.rounds)
            giant = run_giant(box, client, write_rows(directory / "giant.csv", options.giant_rows))
    report(runs, giant, options.rows)
    if options.json:
        write_json(options.json, {"machine": machine(), "runs": [asdict(run) for run in runs], "giant": giant})


def stored(box: RunningBox, artifact: Path) -> Path:
    """Return the directory of the version that this file was published as."""
    content = artifact.read_bytes()
    return next(path.parent for path in box.data_dir.glob("models/*/artifact") if path.read_bytes() == content)


def write_rows(path: Path, rows: int) -> Path:
    """Write a file of real rows, each value a little off, with six digits."""
    data = load_breast_cancer(as_frame=True).data
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, rows, 500_000):
            count = min(500_000, rows - start)
            values = data.to_numpy()[rng.integers(0, len(data), count)] * rng.normal(1, 0.05, (count, data.shape[1]))
            frame = pl.DataFrame(values, schema=list(data.columns))
            frame.with_columns(pl.all().round_sig_figs(6)).write_csv(file, include_header=start == 0)
    return path


def compete(client: httpx.Client, versions: dict[str, Path], file: Path, rounds: int) -> list[Run]:
    """Run the box and each script in turn."""
    runs = []
    for model, version in versions.items():
        job(client, model, file)  # warm-up, not counted
        for _ in range(rounds):
            runs.append(job(client, model, file))
            for shape, engine in SCRIPTS:
                runs.append(
                    Run(model=model, contestant=f"{shape} {engine}", seconds=script(shape, engine, version, file))
                )
                sys.stderr.write(".")
                sys.stderr.flush()
    sys.stderr.write("\n")
    return runs


def script(shape: str, engine: str, version: Path, file: Path) -> float:
    """Return the seconds that a straight script takes."""
    command = [sys.executable, "-m", "tests.bench.straight", shape, engine, str(version), str(file)]
    output = subprocess.run([*command, str(file.with_suffix(".out"))], check=True, capture_output=True, cwd=ROOT)
    time.sleep(1)
    return float(json.loads(output.stdout)["seconds"])


def job(client: httpx.Client, model: str, file: Path) -> Run:
    """Run a job to its end and delete it."""
    started_s = time.monotonic()
    with file.open("rb") as body:
        url = f"/api/v1/endpoints/{model}/jobs?name=rows.csv"
        size = {"Content-Length": str(file.stat().st_size), "Content-Type": "text/csv"}
        answer = client.post(url, content=body, headers=size).raise_for_status().json()
    upload_s = time.monotonic() - started_s
    first_s, seen = watch(client, answer["id"])
    took = datetime.fromisoformat(seen["ended_at"]) - datetime.fromisoformat(seen["created_at"])
    client.delete(f"/api/v1/jobs/{answer['id']}").raise_for_status()
    time.sleep(1)
    return Run(
        model=model, contestant="bastide", seconds=took.total_seconds(), upload_s=upload_s, first_progress_s=first_s
    )


def watch(client: httpx.Client, job_id: str) -> tuple[float, dict[str, Any]]:
    """Wait for the end of a job. Return after how many seconds the first rows were done, and the job."""
    started_s = time.monotonic()
    first_s = 0.0
    while True:
        seen: dict[str, Any] = client.get(f"/api/v1/jobs/{job_id}").raise_for_status().json()
        if not first_s and seen["rows_done"]:
            first_s = time.monotonic() - started_s
        if seen["status"] == "succeeded":
            return first_s, seen
        if seen["status"] in {"failed", "canceled"}:
            sys.exit(f"error: the job has {seen['status']}: {seen['reason']}")
        time.sleep(WATCH_EVERY_S if first_s else WATCH_FIRST_S)


def run_giant(box: RunningBox, client: httpx.Client, file: Path) -> dict[str, float]:
    """Return the most memory that the workers took during a giant job, and how online callers fared beside it."""
    idle = online_p99(box, ONLINE_S)
    sampled: list[float] = []
    ended = threading.Event()
    beside: list[float] = []
    watching = threading.Thread(target=sample_memory, args=(box, sampled, ended))
    asking = threading.Thread(target=lambda: beside.append(online_p99(box, ONLINE_S)))
    watching.start()
    timer = threading.Timer(file.stat().st_size / 400e6 + 2, asking.start)  # when the upload is over
    timer.start()
    run = job(client, "logistic", file)
    timer.join()
    asking.join()
    ended.set()
    watching.join()
    first = {"seconds": run.seconds, "first_progress_s": run.first_progress_s}
    return first | {"memory_mb": max(sampled), "idle_p99_ms": idle, "busy_p99_ms": beside[0]}


def sample_memory(box: RunningBox, sampled: list[float], ended: threading.Event) -> None:
    """Note the proportional set size of the batch workers together, in MB, until the end."""
    names = [f"batch-{number}" for number in range(1, (psutil.cpu_count() or 1) + 1)]
    workers = [psutil.Process(box.pid_of(name)) for name in names]
    while not ended.wait(0.2):
        sampled.append(sum(worker.memory_full_info().pss for worker in workers) / 1e6)


def online_p99(box: RunningBox, seconds: float) -> float:
    """Return the 99th percentile of the latency in ms of one caller who asks a hundred times a second."""
    row = load_breast_cancer(as_frame=True).data.iloc[0].to_dict()
    latencies = []
    with httpx.Client(base_url=box.url, headers={"Authorization": f"Bearer {box.key()}"}) as client:
        until_s = time.monotonic() + seconds
        while (started_s := time.monotonic()) < until_s:
            client.post("/api/v1/endpoints/biopsy/predict", json={"rows": [row]}).raise_for_status()
            latencies.append(time.monotonic() - started_s)
            time.sleep(max(0.0, 0.01 - latencies[-1]))
    return statistics.quantiles(latencies, n=100)[-1] * 1e3


def report(runs: list[Run], giant: dict[str, float], rows: int) -> None:
    """Print the table, and how each aim is met."""
    print(f"{'model':22}{'contestant':18}{'seconds':>9}{'rows/s':>12}")
    for model, aim in AIMS.items():
        medians: dict[str, float] = {}
        for contestant in ("bastide", *(f"{shape} {engine}" for shape, engine in SCRIPTS)):
            medians[contestant] = statistics.median(
                run.seconds for run in runs if (run.model, run.contestant) == (model, contestant)
            )
            seconds = medians[contestant]
            print(f"{NAMES[model]:22}{contestant:18}{seconds:>9.2f}{rows / seconds:>12,.0f}")
        share = min(seconds for name, seconds in medians.items() if name != "bastide") / medians["bastide"]
        judge(f"{NAMES[model]}: {share:.0%} of the fastest script (aim {aim:.0%})", met=share >= aim)
    mine = [run for run in runs if run.contestant == "bastide"]
    first = max(giant["first_progress_s"], *(run.first_progress_s for run in mine))
    judge(f"first progress after {first:.1f} s at the latest (aim {AIM_PROGRESS_S:g})", met=first < AIM_PROGRESS_S)
    print(f"       the upload before it takes {statistics.median(run.upload_s for run in mine):.1f} s")
    memory = giant["memory_mb"]
    judge(
        f"giant job: {memory:.0f} MB PSS of all batch workers (aim under {AIM_MEMORY_MB})", met=memory < AIM_MEMORY_MB
    )
    ratio = giant["busy_p99_ms"] / giant["idle_p99_ms"]
    sentence = f"online p99 beside it: {giant['busy_p99_ms']:.1f} ms, {ratio:.1f} times that of the idle box"
    judge(f"{sentence} (aim {AIM_P99:g})", met=ratio <= AIM_P99)


if __name__ == "__main__":
    main()
