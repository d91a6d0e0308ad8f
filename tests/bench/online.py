"""The online bench: one row a request through the whole product, next to a bare FastAPI server with the same model.

Both run at the same time on the same machine and are asked in turn, so that ratios hold even where absolute
figures do not. Every answer of the box is compared with `model.predict`.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from appliance.paths import ROOT
from tests.bench.box import machine, pss_mb, publish, write_json
from tests.bench.figures import CONNECTIONS, Cell, report
from tests.running_box import RunningBox, free_port

ROUNDS = 3
QUIET_S = 1.0
"""Between measurements: a server goes on for a while with what the load generator has given up."""


def main() -> None:
    """Run the bench and print a table; `--json FILE` writes the figures as well."""
    parser = argparse.ArgumentParser(prog="bastide bench online", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one measurement (default 4)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="times that each measurement is repeated")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("error: the load generator 'wrk' is missing\ntry: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, RunningBox(Path(directory, "box")) as box:
        box.wait_until_ready()
        time.sleep(5)  # what the start still does beside is not the idle box
        idle_pss_mb = pss_mb(box)
        models = prepare(box, Path(directory))
        cells = measure(box, models, options.seconds, options.rounds)
        agreement = {name: compare_answers(box, name, *asked) for name, asked in models.items()}
    report(cells, idle_pss_mb, max(agreement.values()))
    figures = {"machine": machine(), "pss_mb": idle_pss_mb, "probability_difference": agreement}
    if options.json:
        write_json(options.json, figures | {"cells": [asdict(cell) for cell in cells]})


Rows = list[dict[str, float]]


def prepare(box: RunningBox, directory: Path) -> dict[str, tuple[Path, Rows]]:
    """Publish the logistic regression; return for each model its artifact and the rows to ask for."""
    bunch = load_breast_cancer(as_frame=True)
    rows: Rows = bunch.data.to_dict("records")
    labels = bunch.target.map(dict(enumerate(bunch.target_names)))
    logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(bunch.data, labels)
    save_bundle(directory / "logistic", logistic, bunch.data.assign(diagnosis=labels))
    publish(box, directory / "logistic")
    biopsy = next(path.parent for path in box.data_dir.glob("models/*/manifest.json") if "Forest" in path.read_text())
    return {"logistic": (directory / "logistic" / "model.skops", rows), "biopsy": (biopsy / "artifact", rows)}


def save_bundle(directory: Path, model: object, reference: object) -> None:
    """Write what `manage.py publish` takes."""
    import skops.io  # noqa: PLC0415  # half a second that only this step needs

    directory.mkdir()
    skops.io.dump(model, directory / "model.skops")
    reference.to_csv(directory / "reference.csv", index=False)  # type: ignore[attr-defined]  # a pandas DataFrame
    publication = {"name": "logistic", "title": "Logistic regression", "description": "For the bench."}
    text = json.dumps(publication | {"publication": {"target": "diagnosis"}})
    (directory / "publication.json").write_text(text)


def measure(box: RunningBox, models: dict[str, tuple[Path, Rows]], seconds: float, rounds: int) -> list[Cell]:
    """Ask both servers in turn, model by model, and return every measurement."""
    cells = []
    key = box.key()
    for name, (artifact, rows) in models.items():
        lua = write_rows(artifact, rows)
        environment = os.environ | {"BENCH_ROWS": str(lua), "BENCH_KEY": key}
        with fastapi(artifact) as rival:
            targets = {"bastide": f"{box.url}/api/v1/endpoints/{name}/predict", "fastapi": f"{rival}/predict"}
            for url in targets.values():
                load(url, 16, 2.0, environment)  # warm-up, not counted
            for _ in range(rounds):
                for connections in CONNECTIONS:
                    for server, url in targets.items():
                        time.sleep(QUIET_S)
                        figures = load(url, connections, seconds, environment)
                        cells.append(cell(name, server, connections, figures))
                        sys.stderr.write(".")
                        sys.stderr.flush()
        lua.unlink()
    sys.stderr.write("\n")
    return cells


def cell(model: str, server: str, connections: int, figures: dict[str, float]) -> Cell:
    """Return a measurement from what the load generator printed."""
    return Cell(
        model=model,
        server=server,
        connections=connections,
        requests_per_s=figures["right"] / figures["duration_s"],
        p50_ms=figures["p50_ms"],
        p99_ms=figures["p99_ms"],
        wrong=int(figures["wrong"]),
        errors=int(figures["refused"] + figures["broken"]),
    )


def write_rows(artifact: Path, rows: Rows) -> Path:
    """Write the bodies and the labels that `model.predict` gives, as the load generator reads them."""
    model = open_model(artifact)
    labels = model.predict(np.array([list(row.values()) for row in rows]))  # type: ignore[attr-defined]  # an estimator
    lines = [
        f'{{body=[==[{json.dumps({"rows": [row]})}]==], label=\'"prediction":"{label}"\'}}'
        for row, label in zip(rows, labels, strict=True)
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as file:
        file.write("return {" + ",\n".join(lines) + "}")
    return Path(file.name)


def open_model(artifact: Path) -> object:
    """Return the model. The bench trusts what it has just trained."""
    import skops.io  # noqa: PLC0415  # as above

    return skops.io.load(artifact, trusted=skops.io.get_untrusted_types(file=artifact))


@contextlib.contextmanager
def fastapi(artifact: Path) -> Iterator[str]:
    """Run the rival with two workers and yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench.fastapi_server:app", "--workers", "2"]
    command += ["--port", str(port), "--log-level", "warning"]
    # scikit-learn warns of every row without names: once is enough for whoever reads the figures.
    environment = os.environ | {"BENCH_MODEL": str(artifact), "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/openapi.json")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    for _ in range(300):
        try:
            with urlopen(url, timeout=5):  # noqa: S310  # loopback
                return
        except URLError:
            time.sleep(0.2)
    sys.exit(f"error: {url} does not answer")


def load(url: str, connections: int, seconds: float, environment: dict[str, str]) -> dict[str, float]:
    """Run the load generator once and return its figures."""
    command = ["wrk", "--latency", "-t", "1", "-c", str(connections), "-d", f"{seconds:.0f}s"]
    command += ["-s", str(ROOT / "tests/bench/load.lua"), url]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("JSON "))
    figures: dict[str, float] = json.loads(line.removeprefix("JSON "))
    return figures


def compare_answers(box: RunningBox, name: str, artifact: Path, rows: Rows) -> float:
    """Return the largest difference between the box's probabilities and the model's own, over all rows."""
    request = Request(  # noqa: S310  # loopback
        f"{box.url}/api/v1/endpoints/{name}/predict",
        json.dumps({"rows": rows}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {box.key()}"},
    )
    with urlopen(request, timeout=30) as response:  # noqa: S310  # loopback
        predictions = json.load(response)["predictions"]
    model = open_model(artifact)
    X = np.array([list(row.values()) for row in rows])
    expected = model.predict_proba(X)  # type: ignore[attr-defined]  # an estimator
    labels = [str(label) for label in model.classes_]  # type: ignore[attr-defined]  # an estimator
    answered = np.array([[p["probabilities"][label] for label in labels] for p in predictions])
    return float(np.abs(answered - expected).max())


if __name__ == "__main__":
    main()
