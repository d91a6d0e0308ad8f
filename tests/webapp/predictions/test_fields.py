"""A form from a signature, and the row that it asks about."""

import msgspec
import pytest
from django.utils import translation

from tests.playground import SPECIES
from webapp.predictions.fields import (
    asked_values,
    canonical_query,
    example_values,
    fields_of,
    label_of,
    parameter_of,
    row_of,
)
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature

FULL = {"bill_mm": "46.1", "island": "Biscoe", "year": "2007", "ringed": "true", "note": "calm"}


def sent_row(values: dict[str, str]) -> str:
    return msgspec.json.encode(row_of(SPECIES, values)).decode()


def signature(*features: Feature) -> Signature:
    return Signature(features=features, output=Output(kind=OutputKind.NUMBER, name="y"))


def test_values_go_with_their_types():
    assert sent_row(FULL) == '{"bill_mm":46.1,"island":"Biscoe","year":2007,"ringed":true,"note":"calm"}'


@pytest.mark.parametrize("text", ["46.100000000000000001", "1e400", "-0", "2007.5", "123456789012345678901234567890"])
def test_a_number_goes_as_it_was_typed(text):
    assert f'"bill_mm":{text},' in sent_row(FULL | {"bill_mm": text})


@pytest.mark.parametrize("text", ["abc", "46,1", "NaN", "Infinity", "0x10", "1_000", "05", '1}, {"a": 2'])
def test_what_is_no_json_number_goes_as_text_for_the_worker_to_refuse(text):
    assert msgspec.json.decode(sent_row(FULL | {"bill_mm": text}))["bill_mm"] == text


def test_nothing_is_null():
    assert sent_row({}) == '{"bill_mm":null,"island":null,"year":null,"ringed":null,"note":null}'


def test_a_truth_value_that_is_none_goes_as_text():
    assert msgspec.json.decode(sent_row(FULL | {"ringed": "maybe"}))["ringed"] == "maybe"


def test_an_empty_address_asks_nothing():
    assert asked_values(SPECIES, {}) is None
    assert asked_values(SPECIES, {"_example": "1", "utm": "x"}) is None


def test_one_value_is_a_question():
    assert asked_values(SPECIES, {"year": "2007"}) == {
        "bill_mm": "", "island": "", "year": "2007", "ringed": "", "note": ""
    }  # fmt: skip


def test_a_feature_may_be_called_like_a_parameter_of_the_page():
    odd = signature(
        Feature(name="_example", type=FeatureType.NUMBER), Feature(name="__example", type=FeatureType.NUMBER)
    )
    assert [parameter_of(feature) for feature in odd.features] == ["__example", "___example"]
    assert asked_values(odd, {"_example": "1"}) is None


def test_an_example_fills_the_form():
    example = {"bill_mm": 46.1, "island": "Biscoe", "year": 2007, "ringed": False, "note": None}
    assert example_values(SPECIES, example) == FULL | {"ringed": "false", "note": ""}


def test_fields_have_the_widget_of_their_type():
    fields = fields_of(SPECIES, {}, {}, is_asked=False)
    assert [field.widget for field in fields] == ["number", "select", "number", "select", "text"]
    assert [field.keyboard for field in fields][:3] == ["decimal", "text", "numeric"]
    assert fields[1].options == (("Biscoe", "Biscoe"), ("Dream", "Dream"))


def test_advice_tells_the_range_and_what_may_stay_empty():
    bill, island, year, ringed, _note = fields_of(SPECIES, {}, {}, is_asked=False)
    assert bill.advice == "32.1 to 59.6\N{NO-BREAK SPACE}mm · optional"
    assert island.advice == ""
    assert year.advice == "2007 to 2009"
    assert ringed.advice == "optional"


@pytest.mark.parametrize(
    ("text", "is_noted"), [("80", True), ("46", False), ("59.6", False), ("abc", False), ("1e999", False)]
)
def test_an_unusual_value_is_noted_gently(text, is_noted):
    fields = fields_of(SPECIES, FULL | {"bill_mm": text}, {}, is_asked=True)
    assert bool(fields[0].notice) is is_noted


def test_problems_stand_at_their_field():
    field = fields_of(SPECIES, {}, {"bill_mm": ("This must be a number.",)}, is_asked=True)[0]
    assert field.problems == ("This must be a number.",)
    assert field.described_by == "feature-1-advice feature-1-problems"


@pytest.mark.parametrize(
    ("values", "is_foreign"),
    [
        ({"island": "Biscow"}, True),
        ({"island": "Dream"}, False),
        ({"bill_mm": "abc"}, False),
        ({"bill_mm": "4"}, False),
        ({}, False),
    ],
)
def test_a_value_that_the_widget_does_not_offer_is_known(values, is_foreign):
    assert any(field.is_foreign for field in fields_of(SPECIES, values, {}, is_asked=True)) is is_foreign


@pytest.mark.parametrize(
    ("name", "unit", "label"),
    [("bill_length_mm", "mm", "Bill length"), ("mean radius", "", "Mean radius"), ("mm", "mm", "Mm"), ("x", "", "X")],
)
def test_a_label_reads_well(name, unit, label):
    assert label_of(Feature(name=name, type=FeatureType.NUMBER, unit=unit)) == label


def test_a_unit_that_is_the_name_is_not_repeated():
    carat = Feature(name="carat", type=FeatureType.NUMBER, unit="carat")
    assert fields_of(signature(carat), {}, {}, is_asked=False)[0].unit == ""


def test_a_phone_shows_the_minus_sign_where_a_number_may_be_negative():
    cold = Feature(name="temperature", type=FeatureType.NUMBER, minimum=-20.0, maximum=40.0)
    assert fields_of(signature(cold), {}, {}, is_asked=False)[0].keyboard == "text"


def test_an_example_reads_as_a_person_would_type_it():
    assert example_values(SPECIES, {"bill_mm": 46.0, "year": 2007})["bill_mm"] == "46"


def test_fields_show_numbers_with_the_mark_of_the_language_and_words_as_they_are():
    with translation.override("fr"):
        fields = fields_of(SPECIES, FULL | {"note": "46.1"}, {}, is_asked=True)
    assert [fields[0].value, fields[4].value] == ["46,1", "46.1"]


def test_the_address_is_the_same_in_every_language():
    with translation.override("fr"):
        query = canonical_query(SPECIES, FULL | {"bill_mm": "46,1", "note": "46,1"})
    assert query == FULL | {"note": "46,1"}
