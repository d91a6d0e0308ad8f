"""A graph that a publisher made: its signature from what it takes and the reference data, its answers to them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from worker.contract.inspection import Publication
from worker.contract.manifest import Engine
from worker.contract.signature import Output, OutputKind, Signature
from worker.contract.words import Piece, Words
from worker.inspection import signature
from worker.inspection.asking import ask
from worker.inspection.declared import check_inputs, with_words
from worker.inspection.engines import Choice
from worker.inspection.formats.onnx_graph import CheckedGraph, check_graph
from worker.inspection.formats.packages import DeclaredInput
from worker.inspection.labels import check_labels
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.models.answers import Label
from worker.models.foreign_graph import ForeignGraph, Layout, layout_of
from worker.models.onnx_engine import open_session

DECLARED: Final = {
    "tensor(string)": "string", "tensor(bool)": "boolean", "tensor(int64)": "long", "tensor(int32)": "long",
    "tensor(float)": "double", "tensor(double)": "double",
}  # fmt: skip
GRAPH: Final = Piece("The ONNX graph")
PUBLISHED: Final = Words("The published graph is served as it is.")
LABELS_MAX: Final = 1_000


class OpenedGraph(msgspec.Struct, frozen=True, kw_only=True):
    """A published graph, what it takes and answers, and how."""

    checked: CheckedGraph
    signature: Signature
    values: pl.DataFrame
    choice: Choice
    engine: ForeignGraph


def open_graph(path: Path, data: pl.DataFrame, publication: Publication) -> OpenedGraph:
    """Return the graph, asked the reference data. Raise `Refused` or ModelRefused for one that cannot be served."""
    checked = check_graph(path)
    layout = layout_of(open_session(checked.graph))
    names = _names(layout, data.columns, publication.target)
    inputs = _declared(layout, names)
    features, values = signature.features(data, names, with_words(publication, inputs, data))
    derived = Signature(features=features, output=_output(layout, (), publication))
    check_inputs(GRAPH, inputs, derived, values)
    table = to_table(values, derived)
    if layout.label is not None:
        labels = checked.labels or _observed(open_session(checked.graph), ForeignGraph(checked.graph, derived), table)
        check_labels(labels)
        derived = msgspec.structs.replace(derived, output=_output(layout, labels, publication))
    engine = ForeignGraph(checked.graph, derived)
    answers = ask(engine, table)
    choice = Choice(engine=Engine.ONNX, words=(PUBLISHED,), graph=checked.graph, answers=answers)
    return OpenedGraph(checked=checked, signature=derived, values=values, choice=choice, engine=engine)


def _names(layout: Layout, columns: Sequence[str], target: str | None) -> tuple[str, ...]:
    if target is not None and target not in columns:
        raise signature.absent(Piece("the target column"), [target], columns)
    known = [name for name in columns if name != target]
    if layout.is_matrix:
        width = layout.inputs[0].width
        if width is not None and width != len(known):
            words = Words(
                "The ONNX graph takes {width:,} columns, the reference data has {columns:,} beside the target.",
                {"width": width, "columns": len(known)},
            )
            raise Refused(words, Words("Hand over the inputs in the graph's order and the target, nothing else."))
        return tuple(known)
    names = tuple(each.name for each in layout.inputs)
    if len(names) == 1 and len(known) == 1:
        return tuple(known)
    missing = [name for name in names if name not in columns]
    if missing:
        raise signature.absent(Piece("the graph's input"), missing, columns)
    return names


def _declared(layout: Layout, names: Sequence[str]) -> tuple[DeclaredInput, ...]:
    kinds = [each.type for each in layout.inputs] * (len(names) if len(layout.inputs) == 1 else 1)
    return tuple(
        # Only text and floats have a value that stands for a missing one.
        DeclaredInput(name=name, type=DECLARED[kind], required=DECLARED[kind] in {"boolean", "long"})
        for name, kind in zip(names, kinds, strict=True)
    )


def _output(layout: Layout, labels: tuple[Label, ...], publication: Publication) -> Output:
    name = publication.output_name or publication.target or "prediction"
    if layout.label is None:
        return Output(kind=OutputKind.NUMBER, name=name, unit=publication.output_unit)
    with_probabilities = layout.probabilities is not None and bool(labels)
    return Output(kind=OutputKind.CLASS, name=name, labels=labels, probabilities=with_probabilities)


def _observed(session: Any, engine: ForeignGraph, table: Any) -> tuple[Label, ...]:  # noqa: ANN401  # onnxruntime is untyped
    """Return the labels of a graph that does not list them: those that it answers, when that is plain."""
    given = session.run([engine.layout.label], engine.feeds(table))[0].reshape(-1).tolist()
    labels = tuple(sorted(set(given)))
    if len(labels) > LABELS_MAX:
        words = Words("The ONNX graph answers {labels:,} different labels.", {"labels": len(labels)})
        raise Refused(words, Words("Export a regressor with one number a row as its output."))
    if engine.layout.probabilities is not None:
        raise Refused(
            Words("The ONNX graph gives probabilities, but does not say of which classes."),
            Words("Export it with its class labels (an operator of ai.onnx.ml), or without probabilities."),
        )
    return labels
