"""The limits that the facts show."""

import pytest

from tests.playground import PRICE, SPECIES, manifest
from webapp.catalogue.limits import limits_of
from worker.contract.report import Confusion, Report
from worker.contract.signature import Feature, FeatureType, Signature


def told(**changes) -> str:
    return " ".join(limits_of(manifest(changes.pop("signature", SPECIES), **changes))).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def confused(*counts: tuple[int, ...]) -> Report:
    return Report(confusion=Confusion(labels=("Adelie", "Gentoo"), counts=counts))


def signature(*, required: tuple[bool, ...]) -> Signature:
    kind = FeatureType.TEXT
    features = tuple(Feature(name=f"f{n}", type=kind, required=each) for n, each in enumerate(required))
    return Signature(features=features, output=SPECIES.output)


def test_ranges_and_categories_are_limits():
    assert "A number beyond them is answered all the same" in told()
    assert "A category that the table does not name is refused." in told()


def test_a_model_of_texts_has_no_ranges():
    assert "beyond them" not in told(signature=signature(required=(True,)))


@pytest.mark.parametrize(
    ("required", "words"),
    [
        ((False, False), "Every value may be missing"),
        ((True, True), "No value may be missing."),
        ((True, False), "These values may not be missing: f0."),
        ((True,) * 20 + (False,), "20 of the 21 values may not be missing"),
    ],
)
def test_what_may_be_missing_is_said(required, words):
    assert words in told(signature=signature(required=required))


def test_a_class_that_is_rarely_right_is_named():
    found = told(report=confused((40, 10), (0, 50)))
    assert "Of what truly is “Adelie” it recognises only 80.0 % (of 50 rows)." in found
    assert "Gentoo" not in found


def test_a_class_with_few_rows_is_named():
    assert "Only 12 rows are “Gentoo”" in told(report=confused((100, 0), (0, 12)))


def test_counts_that_do_not_match_the_labels_do_no_harm():
    assert "“Gentoo” it recognises only 0.0 % (of 50 rows)" in told(report=confused((40,), (50,)))


def test_large_errors_are_told_with_the_unit():
    pairs = tuple((float(n), 0.0) for n in range(100))
    assert "One answer in twenty is off by more than 95 USD." in told(signature=PRICE, report=Report(residuals=pairs))


def test_it_is_said_on_what_it_was_measured():
    assert "measured on 115 rows" in told()
    assert "Nobody has measured" in told(quality=())
