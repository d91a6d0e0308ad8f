"""What may be said about a job, and what is refused."""

import pytest

from webapp.jobs.errors import JobChoiceError
from webapp.jobs.options import choice_of, chosen_language, is_yes
from worker.contract.batch import Choice, FileFormat


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("encoding", "klingon"),
        ("separator", ":"),
        ("decimal", ";"),
        ("output", "pickle"),
        ("mapping", "bill_mm"),
        ("mapping", '["bill_mm"]'),
        ("mapping", '{"bill_mm": 3}'),
        ("mapping", '{"bill_mm": null}'),
        ("mapping", "[" * 100_000),
        ("mapping", r'{"bill_mm": "\ud800"}'),
        ("mapping", r'{"\udfff": "bill"}'),
    ],
)
def test_what_cannot_be_chosen_is_refused_by_the_name_of_its_field(name, value):
    with pytest.raises(JobChoiceError, match=f"^Field '{name}': "):
        choice_of({name: value})


def test_a_long_wrong_value_is_not_said_back_whole():
    with pytest.raises(JobChoiceError) as refused:
        choice_of({"encoding": "x" * 10_000})
    assert len(refused.value.message) < 200


def test_a_language_that_is_not_spoken_is_refused():
    with pytest.raises(JobChoiceError, match="Field 'language': 'de' is none of 'en', 'fr'"):
        chosen_language({"language": "de"})


def test_what_is_not_said_is_found_out():
    assert choice_of({}) == choice_of({"separator": "", "mapping": " "}) == Choice()
    assert chosen_language({}) == ""


def test_everything_may_be_said():
    said = {"encoding": "windows-1252", "separator": "semicolon", "decimal": "comma", "sheet": "Rows"}
    said |= {"mapping": '{"bill_mm": "Bec"}', "identifier": "Oiseau", "output": "xlsx"}
    assert choice_of(said) == Choice(
        encoding="windows-1252",
        separator=";",
        decimal=",",
        sheet="Rows",
        mapping={"bill_mm": "Bec"},
        identifier="Oiseau",
        output=FileFormat.XLSX,
    )


@pytest.mark.parametrize(("value", "meant"), [("1", True), (" Yes ", True), ("on", True), ("0", False), ("", False)])
def test_yes_is_said_in_several_ways(value, meant):
    assert is_yes({"accept_wrong_rows": value}, "accept_wrong_rows") is meant
