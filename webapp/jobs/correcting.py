"""The form by which a person corrects what was understood of a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from webapp.jobs.errors import ColumnTakenError, ColumnUnknownError
from webapp.jobs.models import BatchJob
from webapp.jobs.options import ENCODINGS as ENCODING_NAMES
from webapp.jobs.options import choice_of
from webapp.jobs.understood import ENCODINGS, FORMATS
from webapp.predictions.fields import label_of
from worker.contract.batch import Choice, FileFormat, Understanding

SELECTED_FROM_MAX: Final = 60
"""With more columns a list to choose from would be endless in every field: they are typed, and the browser offers."""

FEATURES_MAX: Final = 200
"""A form with more fields is not taken. Of more features those are asked for that no column gives."""

READING: Final = ("encoding", "separator", "decimal", "sheet", "output")

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingField:
    """One thing about how the file is read or the result is written."""

    name: str
    label: str
    value: str
    options: Options


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureField:
    """Which column gives a feature; empty for none."""

    name: str
    label: str
    unit: str
    column: str
    is_required: bool
    is_absent: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionForm:
    """The form, filled in with what holds now."""

    reading: tuple[ReadingField, ...]
    features: tuple[FeatureField, ...]
    columns: tuple[str, ...]
    identifier: str
    left_out: int

    @property
    def is_typed(self) -> bool:
        """Whether columns are typed, for there are too many to choose from."""
        return len(self.columns) > SELECTED_FROM_MAX


def form_of(job: BatchJob) -> CorrectionForm:
    """Return the form of a job. Before anything was understood it asks only how the file is read."""
    understanding = job.understanding
    columns = understanding.columns if understanding else ()
    features = tuple(_features(job, understanding)) if understanding else ()
    if len(features) > FEATURES_MAX:
        shown = tuple(field for field in features if not field.column)[:FEATURES_MAX]
    else:
        shown = features
    return CorrectionForm(
        reading=tuple(_reading(job.choice, understanding)),
        features=shown,
        columns=tuple(column.name for column in columns),
        identifier=job.choice.identifier,
        left_out=len(features) - len(shown),
    )


def corrected(job: BatchJob, said: Mapping[str, str]) -> Choice:
    """Return the choice that the form makes.

    Raise JobChoiceError, ColumnUnknownError, ColumnTakenError. Where the file is read otherwise its columns are other
    ones too: then they are matched by name anew.
    """
    choice = choice_of({name: said.get(name, "") for name in READING})
    understanding = job.understanding
    if understanding is None or _makes_other_columns(choice, job.choice, understanding):
        return choice
    known = {column.name for column in understanding.columns}
    identifier = said.get("identifier", "")
    if identifier and identifier not in known:
        raise ColumnUnknownError(identifier)
    return msgspec.structs.replace(choice, identifier=identifier, mapping=_mapping(job, understanding, said))


def _makes_other_columns(choice: Choice, before: Choice, found: Understanding) -> bool:
    return (
        choice.encoding not in {before.encoding, found.encoding}
        or choice.separator not in {before.separator, found.separator}
        or choice.sheet not in {before.sheet, found.sheet}
    )


def _mapping(job: BatchJob, understanding: Understanding, said: Mapping[str, str]) -> dict[str, str]:
    """Return what differs from the columns that were found, and what was decided before."""
    found = _columns_by_feature(understanding)
    known, labels = {column.name for column in understanding.columns}, {}
    mapping, taken = {}, dict[str, str]()
    for at, feature in enumerate(job.version.manifest.signature.features):
        labels[feature.name] = label_of(feature)
        column = said.get(_parameter(at), found.get(feature.name, ""))
        if column and column not in known:
            raise ColumnUnknownError(column)
        if column in taken:
            raise ColumnTakenError(column, labels[taken[column]], labels[feature.name])
        if column:
            taken[column] = feature.name
        if column != found.get(feature.name, "") or feature.name in job.choice.mapping:
            mapping[feature.name] = column
    return mapping


def _reading(choice: Choice, understanding: Understanding | None) -> Iterator[ReadingField]:
    if understanding is None or understanding.format is FileFormat.CSV:
        found = understanding or Understanding(format=FileFormat.CSV, decimal="")
        encodings = tuple((name, str(ENCODINGS[name])) for name in ENCODING_NAMES)
        separators = ((",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", _("vertical bar")))
        decimals = ((".", _("point")), (",", _("comma")))
        yield _as_found("encoding", _("Encoding"), (choice.encoding, found.encoding), encodings)
        yield _as_found("separator", _("Separator"), (choice.separator, found.separator), separators)
        yield _as_found("decimal", _("Decimal mark"), (choice.decimal, found.decimal), decimals)
    if understanding is not None and len(understanding.sheets) > 1:
        sheets = tuple((name, name) for name in understanding.sheets)
        yield ReadingField(name="sheet", label=_("Sheet"), value=understanding.sheet, options=sheets)
    formats = tuple((each.value, str(words)) for each, words in FORMATS.items())
    same = (("", _("As the file")), *formats)
    yield ReadingField(name="output", label=_("Format of the result"), value=choice.output or "", options=same)


def _as_found(name: str, label: str, values: tuple[str, str], options: Options) -> ReadingField:
    """Return a field whose first option leaves it to the box, and says what that found."""
    chosen, found = values
    words = dict(options).get(found)
    first = _("%(what)s, as found") % {"what": words} if words and not chosen else _("As found")
    return ReadingField(name=name, label=label, value=chosen, options=(("", first), *options))


def _features(job: BatchJob, understanding: Understanding) -> Iterator[FeatureField]:
    found = _columns_by_feature(understanding)
    for at, feature in enumerate(job.version.manifest.signature.features):
        yield FeatureField(
            name=_parameter(at),
            label=label_of(feature),
            unit=feature.unit,
            column=found.get(feature.name, ""),
            is_required=feature.required,
            is_absent=feature.name in understanding.absent,
        )


def _columns_by_feature(understanding: Understanding) -> dict[str, str]:
    return {column.feature: column.name for column in understanding.columns if column.feature}


def _parameter(at: int) -> str:
    return f"column-{at}"
