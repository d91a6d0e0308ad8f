"""What a bench asks of the box that it has started, beside answers."""

import json
import os
import sys
from pathlib import Path

import psutil

from appliance.steps import manage
from tests.running_box import RunningBox


def publish(box: RunningBox, directory: Path) -> None:
    """Publish a model as an example is published, and wait until it is deployed."""
    manage(box.data, "publish", str(directory), "--wait", url=box.url)


def pss_mb(box: RunningBox) -> float:
    """Return the proportional set size of all of its processes together, in MB."""
    return float(sum(process.memory_full_info().pss for process in box.processes()) / 1e6)


def machine() -> dict[str, object]:
    """Return what else a reader of the figures must know."""
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load_1m": round(os.getloadavg()[0], 2),
        "python": sys.version.split()[0],
    }


def write_json(path: Path, figures: object) -> None:
    """Write the figures for programs."""
    path.write_text(json.dumps(figures, indent=2) + "\n")
