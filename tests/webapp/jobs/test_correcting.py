"""The form that corrects what was understood, and the choice that it makes."""

import msgspec
import pytest

from tests.webapp.jobs.builders import add_job, understanding
from webapp.jobs import correcting
from webapp.jobs.correcting import corrected, form_of
from webapp.jobs.errors import ColumnTakenError, ColumnUnknownError, JobChoiceError
from webapp.jobs.models import Status
from worker.contract.batch import Choice, ColumnFound, FileFormat

pytestmark = pytest.mark.django_db


def said(job) -> dict[str, str]:
    """Return what a browser sends of the form as it is shown."""
    form = form_of(job)
    fields = {field.name: field.value for field in form.reading} | {field.name: field.column for field in form.features}
    return fields | {"identifier": form.identifier}


def test_a_form_that_is_sent_as_it_is_changes_nothing(waiting):
    assert corrected(waiting, said(waiting)) == Choice()


def test_only_what_is_corrected_is_chosen(waiting):
    choice = corrected(waiting, said(waiting) | {"column-0": "", "identifier": "bird", "output": "xlsx"})
    assert choice == Choice(mapping={"bill_mm": ""}, identifier="bird", output=FileFormat.XLSX)


def test_two_columns_may_be_swapped(waiting):
    choice = corrected(waiting, said(waiting) | {"column-2": "ringed", "column-3": "Year"})
    assert choice.mapping == {"year": "ringed", "ringed": "Year"}


def test_what_was_chosen_before_stays_chosen(waiting):
    waiting.choice_json = {"mapping": {"island": "Island"}}
    assert corrected(waiting, said(waiting)).mapping == {"island": "Island"}


@pytest.mark.parametrize("field", [{"encoding": "utf-8"}, {"separator": ","}])
def test_a_file_read_otherwise_has_other_columns(waiting, field):
    choice = corrected(waiting, said(waiting) | field | {"column-0": "", "identifier": "bird"})
    assert (choice.mapping, choice.identifier) == ({}, "")


def test_what_was_found_may_be_chosen_without_losing_columns(waiting):
    choice = corrected(waiting, said(waiting) | {"encoding": "windows-1252", "column-0": ""})
    assert choice == Choice(encoding="windows-1252", mapping={"bill_mm": ""})


@pytest.mark.parametrize("field", [{"column-0": "Weight"}, {"identifier": "Weight"}])
def test_a_column_that_is_not_there_is_refused(waiting, field):
    with pytest.raises(ColumnUnknownError, match="no column 'Weight'"):
        corrected(waiting, said(waiting) | field)


def test_a_column_is_chosen_once(waiting):
    with pytest.raises(ColumnTakenError, match="'Year' is chosen for 'Year' and for 'Ringed'"):
        corrected(waiting, said(waiting) | {"column-3": "Year"})


@pytest.mark.parametrize("field", ["encoding", "separator", "decimal", "output"])
def test_what_the_form_does_not_offer_is_refused(waiting, field):
    with pytest.raises(JobChoiceError):
        corrected(waiting, said(waiting) | {field: "x"})


def test_before_anything_is_understood_only_the_reading_is_asked(bob, penguins):
    job = add_job(bob, penguins, Status.FAILED)
    form = form_of(job)
    assert [field.name for field in form.reading] == ["encoding", "separator", "decimal", "output"]
    assert (form.features, form.columns) == ((), ())
    assert corrected(job, said(job) | {"encoding": "utf-8"}) == Choice(encoding="utf-8")


def test_a_field_says_what_was_found(waiting):
    words = {field.name: field.options[0][1] for field in form_of(waiting).reading}
    assert words["encoding"] == "Windows-1252, as found"
    assert words["separator"] == "semicolon, as found"


def test_of_very_many_features_those_are_asked_for_that_have_no_column(waiting, monkeypatch):
    monkeypatch.setattr(correcting, "FEATURES_MAX", 3)
    columns = tuple(column for column in understanding().columns if column.feature != "note")
    waiting.understanding_json = msgspec.to_builtins(understanding(columns=columns))
    form = form_of(waiting)
    assert [field.label for field in form.features] == ["Note"]
    assert form.left_out == 4
    assert corrected(waiting, said(waiting)) == Choice()


def test_of_very_many_columns_one_is_typed(as_bob, waiting):
    columns = tuple(ColumnFound(name=f"column {number}") for number in range(100))
    waiting.understanding_json = msgspec.to_builtins(understanding(columns=columns))
    waiting.save()
    text = as_bob.get(f"/jobs/{waiting.job_id}/").content.decode()
    assert text.count("<datalist") == 1
    assert "60 more columns are not shown." in text
