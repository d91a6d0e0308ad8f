"""Estimated errors follow the inputs, and their bands hold what is realised, as long as the concept stands still."""

import numpy as np
import pytest

from worker.stats.estimated_errors import ErrorModel

RNG = np.random.default_rng(6)


def rows(count: int, low: float = 0.0, high: float = 1.0):
    """Return inputs, answers and truths of a model that errs the more, the larger the first input is."""
    inputs = np.column_stack([RNG.uniform(low, high, count), RNG.normal(size=count)])
    said = 3 * inputs[:, 0]
    return inputs, said, said + RNG.normal(size=count) * (0.1 + inputs[:, 0])


@pytest.fixture(scope="module")
def model() -> ErrorModel:
    return ErrorModel.of(*rows(4_000))


def test_too_few_truths_are_an_error():
    with pytest.raises(ValueError, match="at least 100 rows with a known truth, got 99"):
        ErrorModel.of(*rows(99))


def test_no_rows_have_no_estimate(model):
    assert model.estimated(np.zeros((0, 2)), np.zeros(0)) == ()


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.6, 1), (0, 0.3)])
def test_bands_hold_what_is_realised(model, low, high):
    missed = np.zeros(2)
    for _ in range(40):
        inputs, said, truth = rows(400, low, high)
        mae, rmse = model.estimated(inputs, said)
        errors = np.abs(said - truth)
        missed += [
            not mae.low <= errors.mean() <= mae.high,
            not rmse.low <= np.sqrt((errors**2).mean()) <= rmse.high,
        ]
    assert missed.max() <= 3


def test_harder_rows_have_larger_errors(model):
    hard, easy = (model.estimated(*rows(500, *bounds)[:2])[0] for bounds in ((0.7, 1), (0, 0.3)))
    assert hard.low > easy.high


def test_a_perfect_model_has_no_errors():
    inputs, said, _ = rows(300)
    mae, rmse = ErrorModel.of(inputs, said, said).estimated(inputs, said)
    assert mae.value == pytest.approx(0, abs=1e-6)
    assert rmse.value == pytest.approx(0, abs=1e-5)
