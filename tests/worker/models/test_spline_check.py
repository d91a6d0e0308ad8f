"""A spline that was fitted passes; a forged one is refused before C code follows its knots."""

import numpy as np
import pytest
from scipy.interpolate import BSpline
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from worker.models.errors import ModelRefused
from worker.models.spline_check import check_splines


def fitted():
    rows = np.random.default_rng(0).random((50, 2))
    return make_pipeline(SplineTransformer(n_knots=4), Ridge()).fit(rows, rows[:, 0])


def spline_of(model) -> BSpline:
    return model[0].bsplines_[0]


def test_a_fitted_spline_passes():
    check_splines(fitted())


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("k", 10**6, "degree"),
        ("k", 3.0, "degree"),
        ("_t", np.array([0.0, 1.0]), "too few"),
        ("_t", np.full(10, np.nan), "out of order"),
        ("_t", np.zeros((10, 1)), "no row of numbers"),
        ("_c", np.zeros((2, 6)), "fewer coefficients"),
        ("_c", np.array([None] * 6), "no table of numbers"),
        ("extrapolate", "always", "evaluated"),
        ("_ensure_c_contiguous", print, "other fields"),
    ],
)
def test_a_forged_spline_is_refused(field, value, problem):
    model = fitted()
    vars(spline_of(model))[field] = value
    with pytest.raises(ModelRefused, match=problem):
        check_splines(model)
