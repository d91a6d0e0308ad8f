"""Predicts with onnxruntime: one thread, little memory, no scikit-learn in the process."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from worker.contract.signature import FeatureType, OutputKind, Signature
from worker.contract.words import Words
from worker.models.answers import Answers
from worker.models.errors import ModelFailed, ModelRefused
from worker.models.labels import LabelDecoder
from worker.tables.columns import is_all_numeric
from worker.tables.table import Column, Table

ROWS_INPUT: Final = "rows"
"""The input of a graph that takes all features as one matrix; other graphs take one input for each feature, by name."""

MISSING_TEXT: Final = ""
"""What stands for a missing string: a graph has no null, and an empty cell of a file is a missing one."""


def open_session(graph: bytes | Path) -> onnxruntime.InferenceSession:
    """Return a session of one thread. Raise ModelRefused if the graph cannot be run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    source = graph if isinstance(graph, bytes) else str(graph)
    try:
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has many exceptions and no common one
        words = Words("onnxruntime cannot run the graph: {error}", {"error": str(error)[:300]})
        raise ModelRefused(words, Words("Publish the model again.")) from error


class OnnxEngine:
    """A graph made by `worker.models.onnx.convert` and how to ask it."""

    def __init__(self, graph: bytes | Path, signature: Signature) -> None:
        self._run = open_session(graph).run
        session_inputs, outputs = _names(self._run.__self__)
        self._as_matrix = session_inputs == (ROWS_INPUT,) and is_all_numeric(signature)
        self._features = [
            (position, feature.name, feature.type)
            for position, feature in enumerate(signature.features)
            if feature.name in session_inputs
        ]
        output = signature.output
        self._decoder = LabelDecoder(output.labels or ()) if output.kind is OutputKind.CLASS else None
        self._probabilities = self._decoder is not None and output.probabilities
        self._outputs = list(outputs[: 2 if self._probabilities else 1])

    def predict(self, table: Table) -> Answers:
        """Return the answers to all rows. Raise ModelFailed if the graph does."""
        inputs = {ROWS_INPUT: _matrix(table)} if self._as_matrix else self._by_name(table)
        try:
            outputs: list[npt.NDArray[Any]] = self._run(self._outputs, inputs)
        except Exception as error:  # onnxruntime has many exceptions and no common one
            words = Words("The model could not answer these rows: {error}", {"error": str(error)[:300]})
            raise ModelFailed(words, Words("Compare the values with the endpoint's description.")) from error
        if self._decoder is None:
            return Answers(outputs[0].reshape(-1))
        return self._decoder.answers(outputs[0], outputs[1] if self._probabilities else None)

    def _by_name(self, table: Table) -> dict[str, npt.NDArray[Any]]:
        columns = table.columns
        return {name: _tensor(columns[position], kind) for position, name, kind in self._features}


def _names(session: onnxruntime.InferenceSession) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(argument.name for argument in session.get_inputs()),
        tuple(argument.name for argument in session.get_outputs()),
    )


def _matrix(table: Table) -> npt.NDArray[np.float32]:
    if table.matrix is not None:
        return table.matrix.astype(np.float32)
    return np.column_stack([column.astype(np.float32) for column in table.columns])


def _tensor(column: Column, kind: FeatureType) -> npt.NDArray[Any]:
    if kind in (FeatureType.CATEGORY, FeatureType.TEXT):
        missing = column == None  # noqa: E711  # for each element
        return np.where(missing, MISSING_TEXT, column).reshape(-1, 1)
    return column.astype(np.float32).reshape(-1, 1)
