"""What an examination finds beside the signature: remarks, the positive label, plots' figures."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from tests.worker.inspection.publishing import inbox, request
from worker.contract.inspection import Publication
from worker.contract.manifest import Manifest
from worker.contract.report import Report
from worker.inspection.examination import examine, outcome_of

GENERATOR = np.random.default_rng(0)
ROWS = pd.DataFrame({"long": GENERATOR.normal(size=200), "wide": GENERATOR.normal(size=200), "same": 1.0})
ROWS["kind"] = np.where(ROWS["long"] + GENERATOR.normal(0, 0.5, 200) > 0, "yes", "no")
INPUTS = ["long", "wide", "same"]


def examined(tmp_path, model, reference, **said) -> tuple[Manifest, Report]:
    manifest, _ = examine(inbox(tmp_path, model, reference), Publication(**said))
    assert manifest.report is not None
    return manifest, manifest.report


def classifier():
    return LogisticRegression().fit(ROWS[INPUTS], ROWS["kind"])


def remarks(report: Report) -> list[str]:
    return [str(remark) for remark in report.remarks]


def test_a_classifier_has_the_figures_of_its_plots(tmp_path):
    manifest, report = examined(tmp_path, classifier(), ROWS, target="kind")
    assert manifest.quality_rows == sum(each.rows for each in report.calibration) == 200
    assert report.confusion is not None
    assert sum(map(sum, report.confusion.counts)) == 200
    assert report.positive_label == "yes"
    assert max(report.importance, key=lambda each: each.value).feature == "long"
    assert "“same” has the same value in all reference rows." in remarks(report)


def test_numbers_have_residuals(tmp_path):
    model = LinearRegression().fit(ROWS[["long"]], ROWS["wide"])
    _, report = examined(tmp_path, model, ROWS, target="wide")
    assert len(report.residuals) == 200
    assert report.confusion is None


def test_a_positive_label_that_is_none_is_refused_with_the_nearest(tmp_path):
    outcome = outcome_of(
        request(Publication(target="kind", positive_label="yess")), inbox(tmp_path, classifier(), ROWS), tmp_path
    )
    assert outcome.reason == "The positive label 'yess' is none of the model's labels."
    assert outcome.hint == "The nearest label is 'yes'."


def test_a_positive_label_of_numbers_is_refused(tmp_path):
    directory = inbox(tmp_path, LinearRegression().fit(ROWS[["long"]], ROWS["wide"]), ROWS)
    outcome = outcome_of(request(Publication(target="wide", positive_label="1")), directory, tmp_path)
    assert outcome.reason == "The positive label is '1', but the model answers numbers."


@pytest.mark.parametrize(
    ("reference", "said", "remark"),
    [
        (ROWS, {}, "No target was named, so nothing is known of how good the answers are."),
        (ROWS.head(20), {"target": "kind"}, "With 20 known outcomes, some figures have no interval."),
        (ROWS.head(20), {}, "The reference data has 20 rows; with fewer than 100 every figure is uncertain."),
        (ROWS.assign(kind=None), {"target": "kind"}, "The target is empty in all reference rows, so nothing"),
        (ROWS[ROWS["kind"] == "no"], {"target": "kind"}, "No reference row is “yes”: how well it is recognised"),
        (ROWS.assign(long=-5.0), {}, "The model gives the same answer to all reference rows."),
    ],
)
def test_what_stands_out_is_remarked(tmp_path, reference, said, remark):
    _, report = examined(tmp_path, classifier(), reference, **said)
    assert any(each.startswith(remark) for each in remarks(report)), remarks(report)


def test_answers_that_are_all_right_are_suspect(tmp_path):
    rows = ROWS.assign(kind=classifier().predict(ROWS[INPUTS]))
    _, report = examined(tmp_path, classifier(), rows, target="kind")
    assert any(each.startswith("All 200 answers are right, which is rare") for each in remarks(report))


def test_categories_that_only_the_model_knows_are_named(tmp_path):
    encoder = make_column_transformer((OneHotEncoder(), ["kind"]))
    model = make_pipeline(encoder, LinearRegression()).fit(ROWS[["kind"]].replace("no", "never"), ROWS["long"])
    _, report = examined(tmp_path, model, ROWS[ROWS["kind"] == "yes"])
    assert any("1 values of “kind”" in each and "“never”" in each for each in remarks(report)), remarks(report)


def test_a_feature_without_weight_is_called_ignored(tmp_path):
    model = classifier()
    model.coef_[0, 1] = 0.0
    _, report = examined(tmp_path, model, ROWS)
    assert "“wide” changes no answer: the model ignores it." in remarks(report)
