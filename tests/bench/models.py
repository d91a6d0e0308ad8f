"""The models bench: how long the inspection of the example forest takes, and what each further small model costs.

A box without examples inspects the forest first; then it takes small models, one endpoint each, and the memory of its
primary inference worker is read when so many of them are loaded and have answered.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import skops.io
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from appliance.paths import ROOT
from tests.bench.box import machine, write_json
from tests.bench.figures import judge
from tests.running_box import RunningBox, eventually

MODELS = 50
LOOKS = 5
"""So often the memory is read, the first time after the first of so many parts of the models."""
AIM_INSPECTION_S = 15
AIM_MB = 5
READY_S = 180.0


def main() -> None:
    """Run the bench and print what it found; `--json FILE` writes the figures as well."""
    parser = argparse.ArgumentParser(prog="bastide bench models", description=__doc__)
    parser.add_argument("--models", type=int, default=MODELS, help=f"small models to load (default {MODELS})")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        box = RunningBox(Path(directory, "box"), "--no-examples", "--inference-processes", "1")
        with box:
            box.wait_until_ready()
            headers = {"Authorization": f"Bearer {box.key()}"}
            with httpx.Client(base_url=box.url, headers=headers, timeout=60) as client:
                inspection_s = inspect_forest(client, Path(directory, "forest"))
                memory = load_models(box, client, Path(directory), options.models)
    (first, before_mb), (last, after_mb) = memory[0], memory[-1]
    each_mb = (after_mb - before_mb) / (last - first)
    print(f"{'small models loaded':>20}{'memory of the worker, MB':>26}")
    for count, mb in memory:
        print(f"{count:>20}{mb:>26.1f}")
    judge(f"inspection of the forest: {inspection_s:.1f} s (aim under {AIM_INSPECTION_S})", met=inspection_s < 15)
    judge(f"each further small model: {each_mb:.2f} MB (aim under {AIM_MB})", met=each_mb < AIM_MB)
    if options.json:
        figures = {"machine": machine(), "inspection_s": inspection_s, "memory_mb": memory, "each_mb": each_mb}
        write_json(options.json, figures)


def inspect_forest(client: httpx.Client, directory: Path) -> float:
    """Return the seconds from the upload of the example forest to its being ready."""
    subprocess.run([sys.executable, "-m", "examples.biopsy", str(directory)], check=True, cwd=ROOT)
    said = json.loads((directory / "publication.json").read_text())["publication"]
    started_s = time.monotonic()
    publish(client, "forest", directory, said["target"])
    return time.monotonic() - started_s


def load_models(box: RunningBox, client: httpx.Client, directory: Path, count: int) -> list[tuple[int, float]]:
    """Publish and ask so many models. Return how many had answered and the worker's memory in MB then."""
    bunch = load_breast_cancer(as_frame=True)
    rng = np.random.default_rng(0)
    memory = []
    for number in range(1, count + 1):
        chosen = rng.choice(len(bunch.data), 300, replace=False)
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        model.fit(bunch.data.iloc[chosen], bunch.target.iloc[chosen])
        bundle = directory / f"small-{number}"
        bundle.mkdir()
        skops.io.dump(model, bundle / "model.skops")
        bunch.data.assign(benign=bunch.target).iloc[:200].to_csv(bundle / "reference.csv", index=False)
        publish(client, bundle.name, bundle, "benign")
        ask(client, bundle.name, bunch.data.iloc[0].to_dict())
        if number % max(1, count // LOOKS) == 0:
            memory.append((number, psutil.Process(box.pid_of("inference-1")).memory_full_info().pss / 1e6))
            sys.stderr.write(f"{number} of {count}\n")
    return memory


def publish(client: httpx.Client, name: str, bundle: Path, target: str) -> None:
    """Publish what lies in a directory and wait until it is ready."""
    files = {"artifact": (bundle / "model.skops").read_bytes(), "reference": (bundle / "reference.csv").read_bytes()}
    data = {"target": target, "deploy": "champion"}
    answer = client.post(f"/api/v1/models/{name}/versions", data=data, files=files)
    answer.raise_for_status()
    seen: dict[str, Any] = {}

    def is_done() -> bool:
        seen.update(client.get(answer.json()["url"]).json())
        return bool(seen["status"] != "inspecting")

    if not eventually(is_done, READY_S) or seen["status"] != "ready":
        sys.exit(f"error: {name} is {seen['status']}: {seen['reason']}")


def ask(client: httpx.Client, name: str, row: dict[str, float]) -> None:
    """Wait until the endpoint answers."""
    url = f"/api/v1/endpoints/{name}/predict"
    if not eventually(lambda: client.post(url, json={"rows": [row]}).status_code == 200):
        sys.exit(f"error: {name} does not answer")


if __name__ == "__main__":
    main()
