"""Areas are scikit-learn's, their variance that of DeLong's paper written out, their interval covers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from worker.stats.ranking import area

TWO = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=4, max_size=60).filter(
    lambda rows: 1 < sum(positive for _, positive in rows) < len(rows) - 1
)


def columns(scores):
    scores = np.asarray(scores, dtype=np.float64) / 10
    return np.column_stack([1 - scores, scores])


def written_out(scores, right) -> float:
    """Return DeLong's variance, every positive compared with every negative."""
    above, below = scores[right == 1], scores[right == 0]
    wins = (above[:, None] > below[None]) + 0.5 * (above[:, None] == below[None])
    return float(wins.mean(axis=1).var(ddof=1) / len(above) + wins.mean(axis=0).var(ddof=1) / len(below))


@given(TWO)
def test_area_and_interval_are_those_of_the_definition(rows):
    scores, right = columns([score for score, _ in rows]), np.array([int(positive) for _, positive in rows])
    found = area(scores, right, [1])
    assert found is not None
    assert found.value == pytest.approx(roc_auc_score(right, scores[:, 1]))
    variance = written_out(scores[:, 1], right)
    if found.interval is None:
        assert variance == pytest.approx(0) or found.value in {0, 1}
    else:
        low, high = (math.log(end / (1 - end)) for end in found.interval)
        assert (high - low) / 2 == pytest.approx(1.96 * math.sqrt(variance) / found.value / (1 - found.value), rel=1e-3)


def test_the_area_of_many_classes_is_the_mean_of_each_against_the_rest():
    generator = np.random.default_rng(3)
    right = generator.integers(3, size=200)
    scores = generator.dirichlet([1, 1, 1], 200)
    found = area(scores, right, [0, 1, 2])
    assert found is not None
    assert found.value == pytest.approx(roc_auc_score(right, scores, multi_class="ovr"))


def test_the_interval_covers_the_true_area_about_as_often_as_it_says():
    generator, hits = np.random.default_rng(5), 0
    for _ in range(400):
        right = np.repeat([0, 1], 50)
        scores = generator.normal(right, 1.0)
        found = area(np.column_stack([-scores, scores]), right, [1])
        assert found is not None
        assert found.interval is not None
        hits += found.interval[0] <= 0.7602499 <= found.interval[1]  # the normal distribution at 1/√2
    assert 0.92 < hits / 400 < 0.98


def test_a_class_of_one_row_has_no_area():
    assert area(columns([1, 2, 3]), np.array([0, 0, 1]), [1]) is None
