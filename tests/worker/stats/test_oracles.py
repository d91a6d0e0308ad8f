"""The figures are those of Evidently and of NannyML, run on the same data in environments of their own."""

import numpy as np
import pytest

from tests.worker.stats.oracles import ask
from worker.stats import psi, two_samples
from worker.stats.distribution import Distribution
from worker.stats.estimated import calibrators, estimated

EXACT = 1e-6


@pytest.fixture(scope="module")
def columns():
    """Enough rows that Evidently's p-value is the asymptotic one, as ours is."""
    rng = np.random.default_rng(11)
    return {
        "reference_numbers": rng.gamma(2, size=12_000),
        "current_numbers": rng.gamma(2.1, size=3_000) + 0.02,
        "reference_categories": rng.choice(6, 12_000, p=[0.4, 0.3, 0.2, 0.06, 0.04, 0]),
        "current_categories": rng.choice(6, 3_000, p=[0.35, 0.33, 0.2, 0, 0.1, 0.02]),
    }


@pytest.fixture(scope="module")
def evidently(columns):
    return ask("evidently", **columns)


@pytest.fixture
def numbers(columns):
    """Counts over Evidently's bins: it cuts both samples together into parts of equal width (Sturges)."""
    both = columns["reference_numbers"], columns["current_numbers"]
    edges = np.histogram_bin_edges(np.concatenate(both), bins="sturges")
    return [np.histogram(each, edges)[0] for each in both]


@pytest.fixture
def categories(columns):
    return [np.bincount(columns[f"{side}_categories"], minlength=6) for side in ("reference", "current")]


@pytest.mark.parametrize("kind", ["numbers", "categories"])
def test_psi_is_evidentlys(evidently, kind, request):
    assert psi.psi(*request.getfixturevalue(kind)) == pytest.approx(evidently[kind]["psi"], abs=EXACT)


@pytest.mark.parametrize("kind", ["numbers", "categories"])
def test_the_jensen_shannon_distance_is_evidentlys(evidently, kind, request):
    found = two_samples.jensen_shannon(*request.getfixturevalue(kind))
    assert found == pytest.approx(evidently[kind]["jensen_shannon"], abs=EXACT)


def test_the_wasserstein_distance_in_standard_deviations_is_evidentlys(evidently, columns):
    reference = columns["reference_numbers"]
    found = two_samples.wasserstein(Distribution.of_values(reference), np.sort(columns["current_numbers"]))
    # Evidently divides by the sample's own standard deviation, without the correction of n - 1.
    assert found / reference.std(ddof=0) == pytest.approx(evidently["wasserstein"], abs=EXACT)


def test_p_of_the_kolmogorov_smirnov_test_is_evidentlys(evidently, columns):
    reference, current = columns["reference_numbers"], columns["current_numbers"]
    distance = two_samples.kolmogorov_smirnov(Distribution.of_values(reference), np.sort(current))
    p = two_samples.kolmogorov_p(distance, len(current), len(reference))
    assert p == pytest.approx(evidently["ks_p"], abs=EXACT)
    assert p == pytest.approx(evidently["ks_p"], rel=EXACT)


def two(scores):
    return np.column_stack([1 - scores, scores])


def classifier(rows: int, skew: float, labels: int, *, calibrated: bool) -> dict[str, np.ndarray]:
    """Return scores, answers and truths of a made-up classifier."""
    rng = np.random.default_rng([rows, labels, calibrated])
    p = two(rng.beta(2 * skew, 3, rows)) if labels == 2 else rng.dirichlet(np.r_[skew, np.ones(labels - 1)], rows)
    scores = p if calibrated else p**2 / (p**2).sum(axis=1, keepdims=True)
    truth = (p.cumsum(axis=1) < rng.random((rows, 1))).sum(axis=1).clip(0, labels - 1)
    return {"scores": scores, "said": scores.argmax(axis=1), "truth": truth}


@pytest.mark.parametrize("labels", [2, 3])
@pytest.mark.parametrize("calibrated", [False, True], ids=["overconfident", "calibrated"])
def test_estimated_performance_is_nannymls(labels, calibrated):
    reference = classifier(4_000, 1, labels, calibrated=calibrated)
    current = classifier(2_500, 1.6, labels, calibrated=calibrated)
    columns = {f"reference_{name}": each for name, each in reference.items()}
    known = ask("nannyml", **columns, current_scores=current["scores"], current_said=current["said"])
    positive = 1 if labels == 2 else None
    learned = calibrators(reference["scores"], reference["truth"], positive)
    found = estimated(current["scores"], current["said"], learned, positive)
    assert {each.name: each.value for each in found} == pytest.approx(known, abs=EXACT)
    if not calibrated:
        assert any(learned), "What is overconfident is calibrated, so the calibration is compared as well"
