"""The journal bench: what it costs the online path at full speed to write every answered row down, and to look at them.

One endpoint is asked in turn with its journal kept and without, then beside looks at all of it and without, so that the
ratios hold where absolute figures do not.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from appliance.steps import manage
from tests.bench.box import machine
from tests.bench.figures import judge
from tests.bench.online import QUIET_S, load, prepare, write_rows
from tests.running_box import RunningBox

CONNECTIONS = 16
AIM_COST = 0.1
AIM_BESIDE = 0.9
SWITCHED_S = 1.5
"""After so long every gateway knows what the endpoint keeps."""

LOOKS = """
import time
from django.utils import timezone
from webapp.endpoints.models import Endpoint
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.monitoring.running import ask
endpoint = Endpoint.objects.get(name='logistic')
version, until_s = endpoint.champion.version, time.monotonic() + {seconds}
while time.monotonic() < until_s:
    MonitoredWindow.objects.of(endpoint, version).delete()  # the next look begins with the first row again
    run = ask(endpoint, version, timezone.now())
    while not MonitoringRun.objects.filter(pk=run.pk, ended_at__isnull=False).exists() and time.monotonic() < until_s:
        time.sleep(0.2)
"""
LOOKING_S = 4.0
"""After so long the first look has begun."""

SWITCH = "from webapp.endpoints.models import Endpoint; e = Endpoint.objects.get(name='logistic'); "


def main() -> None:
    """Run the bench and print its figures as a sentence, or with `--json` for programs."""
    parser = argparse.ArgumentParser(prog="bastide bench journal", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one measurement (default 4)")
    parser.add_argument("--rounds", type=int, default=5, help="times that both are measured (default 5)")
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, RunningBox(Path(directory, "box")) as box:
        box.wait_until_ready()
        artifact, rows = prepare(box, Path(directory))["logistic"]
        environment = os.environ | {"BENCH_ROWS": str(write_rows(artifact, rows)), "BENCH_KEY": box.key()}
        speeds = measure(box, options.seconds, options.rounds, environment)
        beside = measure_beside(box, options.seconds, options.rounds, environment)
        journal = sum(path.stat().st_size for path in Path(box.data.spool, "journal", "logistic").rglob("*.rows"))
        answered = int(sum(speeds[True]) * options.seconds)
    shares = [kept / without for kept, without in zip(speeds[True], speeds[False], strict=True)]
    figures: dict[str, Any] = {
        "machine": machine(),
        "requests_per_s": {"kept": statistics.median(speeds[True]), "without": statistics.median(speeds[False])},
        "throughput_kept": statistics.median(shares),
        "throughput_beside_looks": statistics.median(busy["right"] / quiet["right"] for busy, quiet in beside),
        "p99_beside_looks": statistics.median(busy["p99_ms"] / quiet["p99_ms"] for busy, quiet in beside),
        "bytes_per_row": journal / max(answered, 1),
    }
    if options.json:
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")
        return
    report(figures, statistics.median(speeds[False]))


def report(figures: dict[str, Any], without: float) -> None:
    """Print how each aim is met."""
    cost, beside = 1 - figures["throughput_kept"], figures["throughput_beside_looks"]
    sentence = f"the journal costs {cost:.1%} of {without:,.0f} requests/s"
    judge(f"{sentence} (aim under {AIM_COST:.0%})", met=cost < AIM_COST)
    sentence = f"beside looks at all of it {beside:.0%} of the requests are answered"
    judge(f"{sentence} (aim {AIM_BESIDE:.0%}), p99 {figures['p99_beside_looks']:.2f} times", met=beside >= AIM_BESIDE)
    sys.stdout.write(f"{figures['bytes_per_row']:.0f} bytes a row before it is packed\n")


def measure(box: RunningBox, seconds: float, rounds: int, environment: dict[str, str]) -> dict[bool, list[float]]:
    """Return the requests answered a second, with the journal and without, round by round."""
    url = f"{box.url}/api/v1/endpoints/logistic/predict"
    speeds: dict[bool, list[float]] = {True: [], False: []}
    load(url, CONNECTIONS, 2.0, environment)  # warm-up, not counted
    for number in range(rounds):
        for kept in (True, False) if number % 2 else (False, True):
            manage(box.data, "shell", "-c", f"{SWITCH}e.keeps_journal = {kept}; e.save()", url=box.url)
            time.sleep(SWITCHED_S + QUIET_S)
            figures = load(url, CONNECTIONS, seconds, environment)
            speeds[kept].append(figures["right"] / figures["duration_s"])
            sys.stderr.write(".")
            sys.stderr.flush()
    sys.stderr.write("\n")
    return speeds


def measure_beside(
    box: RunningBox, seconds: float, rounds: int, environment: dict[str, str]
) -> list[tuple[dict[str, float], dict[str, float]]]:
    """Return what the load generator says beside looks and, the moment before, without them."""
    url = f"{box.url}/api/v1/endpoints/logistic/predict"
    told = []
    for _ in range(rounds):
        time.sleep(QUIET_S)
        quiet = load(url, CONNECTIONS, seconds, environment)
        script = LOOKS.format(seconds=LOOKING_S + seconds + 1)
        looking = threading.Thread(target=manage, args=(box.data, "shell", "-c", script), kwargs={"url": box.url})
        looking.start()
        time.sleep(LOOKING_S)
        told.append((load(url, CONNECTIONS, seconds, environment), quiet))
        looking.join()
        sys.stderr.write(".")
        sys.stderr.flush()
    sys.stderr.write("\n")
    return told


if __name__ == "__main__":
    main()
