"""The fastest straight scripts that answer a CSV file: what a batch job is held against.

`whole`: polars reads with all cores, the model answers with all cores, polars writes. `ranges`: as many processes as
cores, each reads, answers and writes its range of the file, and the parts are joined. Imports, the loading of the model
and a first small file come before the clock.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from worker import TELEMETRY_OFF

CORES = len(os.sched_getaffinity(0))
Probabilities = Callable[[Any], Any]


def main() -> None:
    """Run one contestant and print its seconds as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=("whole", "ranges"))
    parser.add_argument("engine", choices=("sklearn", "onnx"))
    parser.add_argument("model", type=Path, help="a version's directory in the store")
    parser.add_argument("file", type=Path)
    parser.add_argument("result", type=Path)
    options = parser.parse_args()
    small = options.file.with_suffix(".small")
    with options.file.open() as file, small.open("w") as few:
        few.writelines(line for _, line in zip(range(2_000), file, strict=False))
    run = Ranges(options.engine, options.model).run if options.shape == "ranges" else Whole(options).run
    json.dump({"seconds": timed(run, small, options)}, sys.stdout)


def timed(run: Callable[[Path, Path], None], small: Path, options: argparse.Namespace) -> float:
    """Return the seconds for the file, after the small one."""
    run(small, options.result)
    started_s = time.perf_counter()
    run(options.file, options.result)
    return time.perf_counter() - started_s


class Whole:
    """One process with as many threads as cores."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._ask = opened(options.engine, options.model, CORES)

    def run(self, file: Path, result: Path) -> None:
        """Answer the whole file at once."""
        frame = pl.read_csv(file)
        write(frame, self._ask(frame.to_numpy()), result, header=True)


class Ranges:
    """Processes that wait for ranges."""

    def __init__(self, engine: str, model: Path) -> None:
        self._pool = multiprocessing.get_context("spawn").Pool(CORES, begin, (engine, model))

    def run(self, file: Path, result: Path) -> None:
        """Answer all ranges and join the parts."""
        with file.open("rb") as lines:
            names = lines.readline().decode().strip().split(",")
            cuts = [lines.tell()]
            size = file.stat().st_size
            for number in range(1, CORES):
                lines.seek(max(cuts[-1], size * number // CORES))
                lines.readline()
                cuts.append(lines.tell())
        cuts.append(size)
        parts = [result.with_suffix(f".{number}") for number in range(CORES)]
        self._pool.starmap(
            answer, [(file, names, start, stop, part) for start, stop, part in zip(cuts, cuts[1:], parts, strict=False)]
        )
        with result.open("wb") as whole_file:
            whole_file.write((",".join([*names, "prediction", "p0", "p1"]) + "\n").encode())
            for part in parts:
                with part.open("rb") as source:
                    shutil.copyfileobj(source, whole_file, 1 << 24)


ASK: list[Probabilities] = []


def begin(engine: str, model: Path) -> None:
    """Load the model in a process of the pool."""
    ASK.append(opened(engine, model, 1))


def answer(file: Path, names: list[str], start: int, stop: int, part: Path) -> None:
    """Answer a range."""
    with file.open("rb") as lines:
        lines.seek(start)
        data = lines.read(stop - start)
    frame = pl.read_csv(data, has_header=False, new_columns=names)
    write(frame, ASK[0](frame.to_numpy()), part, header=False)


def write(frame: pl.DataFrame, probabilities: Any, path: Path, *, header: bool) -> None:
    """Write the rows with the answers beside them."""
    labels = np.array(["benign", "malignant"])[probabilities.argmax(axis=1)]
    answers = [
        pl.Series("prediction", labels),
        pl.Series("p0", probabilities[:, 0]),
        pl.Series("p1", probabilities[:, 1]),
    ]
    frame.with_columns(answers).write_csv(path, include_header=header)


def opened(engine: str, model: Path, threads: int) -> Probabilities:
    """Return what gives the probabilities of rows, with so many threads."""
    if engine == "onnx":
        os.environ.update(TELEMETRY_OFF)
        import onnxruntime  # noqa: PLC0415  # only one engine is wanted

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(model / "model.onnx"), options)
        name, output = session.get_inputs()[0].name, session.get_outputs()[1].name
        return lambda rows: session.run([output], {name: rows.astype(np.float32)})[0]
    import skops.io  # noqa: PLC0415  # as above

    artifact = model / "artifact"
    estimator = skops.io.load(artifact, trusted=skops.io.get_untrusted_types(file=artifact))
    last = getattr(estimator, "steps", [(None, estimator)])[-1][1]
    if hasattr(last, "n_jobs"):
        last.n_jobs = threads
    ask: Probabilities = estimator.predict_proba
    return ask


if __name__ == "__main__":
    main()
