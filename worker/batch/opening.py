"""Which source reads a plan's file and which writer makes its result: the one place that knows all formats."""

from pathlib import Path

from worker.batch.blocks import PartWriter, Source
from worker.batch.formats.csv import CsvSource
from worker.batch.places import JobPlace
from worker.batch.plans import Plan
from worker.batch.writing.csv_lines import CsvLinesWriter
from worker.contract.batch import FileFormat, Understanding
from worker.contract.signature import FeatureType, Signature

NUMERIC = (FeatureType.NUMBER, FeatureType.INTEGER)


def text_of(plan: Plan, place: JobPlace) -> Path:
    """Return the file that is read: the upload, or what was unpacked or transcoded of it."""
    return place.working("text") if plan.is_copied else place.input


def open_source(plan: Plan, place: JobPlace, signature: Signature) -> Source:
    """Return the source of a plan's rows."""
    path = text_of(plan, place)
    if plan.understanding.format is FileFormat.CSV:
        return CsvSource(path, plan.understanding, plan.text_start, numeric_positions(plan.understanding, signature))
    raise NotImplementedError


def open_writer(plan: Plan, place: JobPlace) -> PartWriter:
    """Return the writer of a plan's result."""
    if plan.output is plan.understanding.format is FileFormat.CSV:
        source = CsvSource(text_of(plan, place), plan.understanding, plan.text_start)
        return CsvLinesWriter(source.header(), plan.understanding, plan.names.all, start=plan.header_start)
    raise NotImplementedError


def numeric_positions(understanding: Understanding, signature: Signature) -> frozenset[int]:
    """Return where the columns stand that give a number."""
    numeric = {feature.name for feature in signature.features if feature.type in NUMERIC}
    return frozenset(at for at, column in enumerate(understanding.columns) if column.feature in numeric)
