"""Estimates are right on average, and their bands hold what is realised; slopes are those of the figures."""

import numpy as np
import pytest
from sklearn import metrics

from tests.worker.stats.classifiers import outcomes, sharpened
from worker.stats.estimated import calibrators, estimated

RNG = np.random.default_rng(4)
BINARY = {
    "accuracy": metrics.accuracy_score,
    "precision": metrics.precision_score,
    "recall": metrics.recall_score,
    "f1": metrics.f1_score,
}


def test_no_rows_have_no_estimate():
    assert estimated(np.zeros((0, 2)), np.zeros(0, dtype=np.int64), (None,), 1) == ()


@pytest.mark.parametrize("positive", [0, 1])
@pytest.mark.parametrize("rows", [300, 3_000])
def test_bands_hold_what_is_realised(rows, positive):
    missed = dict.fromkeys([*BINARY, "auc"], 0)
    for _ in range(150):
        p, truth = outcomes(RNG, rows, skew=1.4)
        said = p.argmax(axis=1)
        for each in estimated(p, said, (None,), positive):
            if each.name == "auc":
                realised = metrics.roc_auc_score(truth == positive, p[:, positive])
            else:
                realised = BINARY[each.name](truth == positive, said == positive)
            missed[each.name] += not each.low <= realised <= each.high
    assert max(missed.values()) <= 4, "±3 standard errors leave out 0.3 % of realised figures"


def test_the_error_of_the_accuracy_is_that_of_the_formula():
    p, _ = outcomes(RNG, 500)
    found = estimated(p, p.argmax(axis=1), (None,), 1)[0]
    right = p.max(axis=1)
    assert found.value == pytest.approx(right.mean())
    assert (found.high - found.value) / 3 == pytest.approx(np.sqrt((right * (1 - right)).sum()) / 500)


def test_bands_of_several_labels_hold_what_is_realised():
    missed = 0
    for _ in range(100):
        p, truth = outcomes(RNG, 900, labels=3)
        said = p.argmax(axis=1)
        found = {each.name: each for each in estimated(p, said, (None,) * 3, None)}
        realised = {
            "accuracy": metrics.accuracy_score(truth, said),
            "f1": metrics.f1_score(truth, said, average="macro"),
            "recall": metrics.recall_score(truth, said, average="macro"),
            "auc": metrics.roc_auc_score(truth, p, multi_class="ovr"),
        }
        missed += sum(not found[name].low <= value <= found[name].high for name, value in realised.items())
    assert missed <= 6


def test_a_calibrated_estimate_is_right_where_scores_are_too_sure():
    p, truth = outcomes(RNG, 8_000)
    scores = sharpened(p)
    learned = calibrators(scores, truth, 1)
    later, later_truth = outcomes(RNG, 8_000, skew=1.5)
    said = later.argmax(axis=1)
    raw, calibrated = (estimated(sharpened(later), said, each, 1)[0].value for each in ((None,), learned))
    realised = float((said == later_truth).mean())
    assert abs(calibrated - realised) < 0.02 < abs(raw - realised)


def test_a_changed_concept_is_not_seen():
    p, truth = outcomes(RNG, 4_000)
    found = estimated(p, p.argmax(axis=1), (None,), 1)[0]
    assert found.low > float((p.argmax(axis=1) != truth).mean()), "truths turned round: the estimate stays"


def test_a_label_that_is_never_answered_is_never_right():
    p = np.column_stack([np.full(50, 0.9), np.full(50, 0.1)])
    found = {each.name: each.value for each in estimated(p, np.zeros(50, dtype=np.int64), (None,), 1)}
    assert (found["precision"], found["recall"], found["f1"]) == (0, 0, 0)
    assert found["auc"] == pytest.approx(0.5)


def test_a_certain_classifier_has_no_area():
    p = np.column_stack([np.ones(50), np.zeros(50)])
    found = {each.name: each for each in estimated(p, np.zeros(50, dtype=np.int64), (None,), 1)}
    assert "auc" not in found
    assert (found["accuracy"].low, found["accuracy"].high) == pytest.approx((1, 1))


def test_a_row_that_no_label_claims_counts_for_all_alike():
    zero = np.zeros((40, 3))
    assert estimated(zero, np.zeros(40, dtype=np.int64), (None,) * 3, None)[0].value == pytest.approx(1 / 3)
