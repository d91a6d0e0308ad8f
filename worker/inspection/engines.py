"""Chooses what will serve: onnxruntime where the converted model agrees with scikit-learn, else scikit-learn."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

import polars as pl
from sklearn.base import BaseEstimator

from worker.contract.manifest import Engine
from worker.contract.signature import Signature
from worker.contract.words import Fact, Piece, Words
from worker.inspection.asking import Predicts, ask
from worker.inspection.tables import to_table
from worker.models.agreement import compare
from worker.models.answers import Answers
from worker.models.errors import ModelError
from worker.models.onnx import convert
from worker.models.onnx_engine import OnnxEngine
from worker.models.sklearn_engine import SklearnEngine
from worker.tables.table import Table
from worker.tables.wording import named

TRIAL_ROWS: Final = 20
"""So many reference rows are asked once more with each optional value taken away."""

TIMED_CALLS: Final = 15
SLOWER_MAX: Final = 3
"""A graph may be slower by less: it needs a tenth of the memory, and a busy machine times badly."""
NAMES: Final = {Engine.ONNX: "onnxruntime", Engine.SKLEARN: "scikit-learn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What serves and why, the graph where that is onnxruntime, and scikit-learn's answers to the reference data."""

    engine: Engine
    words: tuple[Words, ...]
    graph: bytes | None
    answers: Answers
    detail: str = ""

    @property
    def reason(self) -> str:
        """The engine and why, in English."""
        return f"{NAMES[self.engine]}: {' '.join(map(str, self.words))}"


def choose(estimator: BaseEstimator, signature: Signature, values: pl.DataFrame) -> Choice:
    """Return the choice. Raise `Refused` when the model cannot answer the reference data."""
    conversion = convert(estimator, signature)  # before the engine below takes the names from the estimator
    sklearn = SklearnEngine(estimator, signature)
    table = to_table(values, signature)
    answers = ask(sklearn, table)
    asked = [(table, answers), *_asked_without(sklearn, values, signature)]
    if conversion.graph is None:
        why = (conversion.words,)
        return Choice(engine=Engine.SKLEARN, words=why, graph=None, answers=answers, detail=conversion.detail)
    try:
        serves, words = _agreement(conversion.graph, sklearn, signature, asked)
    except ModelError as error:
        why = (Words("The converted model could not answer the reference data."),)
        return Choice(engine=Engine.SKLEARN, words=why, graph=None, answers=answers, detail=error.message)
    if not serves:
        return Choice(engine=Engine.SKLEARN, words=words, graph=None, answers=answers)
    return Choice(engine=Engine.ONNX, words=words, graph=conversion.graph, answers=answers)


def _asked_without(
    sklearn: SklearnEngine, values: pl.DataFrame, signature: Signature
) -> Iterator[tuple[Table, Answers]]:
    """Yield the answers to rows from which each optional value is taken in turn."""
    few = values.head(TRIAL_ROWS)
    for feature in signature.features:
        if not feature.required:
            missing = pl.lit(None, dtype=few.schema[feature.name]).alias(feature.name)
            table = to_table(few.with_columns(missing), signature)
            rows = Piece("the reference data without {feature}", {"feature": named(feature.name)})
            yield table, ask(sklearn, table, rows)


def _agreement(
    graph: bytes, sklearn: SklearnEngine, signature: Signature, asked: list[tuple[Table, Answers]]
) -> tuple[bool, tuple[Words, ...]]:
    """Return whether ONNX answers all tables as scikit-learn does and not far slower, with words on both or why not."""
    onnx = OnnxEngine(graph, signature)
    found = [compare(onnx.predict(table), answers) for table, answers in asked]
    different = next((agreement for agreement in found if not agreement.agrees), None)
    if different is not None:
        return False, (different.words,)
    row = asked[0][0].slice(0, 1)
    onnx_ms, sklearn_ms = _milliseconds(onnx, row), _milliseconds(sklearn, row)
    times: dict[str, Fact] = {"onnx": onnx_ms, "sklearn": sklearn_ms}
    if onnx_ms > SLOWER_MAX * sklearn_ms:  # neighbours among many points, for one, which scikit-learn finds by a tree
        return False, (Words("ONNX agrees but is slower: {onnx} ms for a row, scikit-learn {sklearn} ms.", times),)
    return True, (found[0].words, Words("One row takes {onnx} ms, with scikit-learn {sklearn} ms.", times))


def _milliseconds(engine: Predicts, row: Table) -> float:
    """Return the usual time for a row, in two digits: more would be noise."""
    times_ms = []
    for _ in range(TIMED_CALLS):
        started_s = time.perf_counter()
        engine.predict(row)
        times_ms.append((time.perf_counter() - started_s) * 1000)
    return float(f"{median(times_ms):.2g}")
