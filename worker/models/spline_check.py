"""Looks through splines before they may be evaluated: scipy follows their knots in C, by the degree that they name."""

from typing import Any, Final

import numpy as np
from scipy.interpolate import BSpline

from worker.contract.words import Piece, Words
from worker.models.errors import ModelRefused
from worker.models.estimators import objects

FIELDS: Final = {"_t", "_c", "k", "extrapolate", "axis", "_asarray"}
DEGREE_MAX: Final = 25
"""scipy's own work space is of the degree's size; nobody fits splines of more."""


def check_splines(model: object) -> None:
    """Raise ModelRefused if a spline in the model has a structure that no training produces."""
    for value in objects(model):
        if isinstance(value, BSpline):
            problem = _problem(vars(value))
            if problem:
                words = Words("A spline of the model is damaged or forged: {what}.", {"what": problem})
                raise ModelRefused(words, Words("Save the model again with skops and upload that file."))


def _problem(fields: dict[str, Any]) -> Piece | None:
    """Return what is wrong, None if nothing is."""
    # Another name, or a method under its own, would take the place of what scipy checks.
    if set(fields) != FIELDS:
        return Piece("it has other fields than a spline")
    knots, coefficients, degree = fields["_t"], fields["_c"], fields["k"]
    if type(degree) is not int or not 0 <= degree <= DEGREE_MAX:
        return Piece("its degree is none")
    if not (type(knots) is np.ndarray and knots.dtype == np.float64 and knots.ndim == 1):
        return Piece("its knots are no row of numbers")
    if not np.isfinite(knots).all() or (np.diff(knots) < 0).any() or len(knots) < 2 * degree + 2:
        return Piece("its knots are too few or out of order")
    if not (type(coefficients) is np.ndarray and coefficients.dtype == np.float64 and coefficients.ndim in (1, 2)):
        return Piece("its coefficients are no table of numbers")
    if len(coefficients) < len(knots) - degree - 1:
        return Piece("it has fewer coefficients than its knots need")
    if fields["extrapolate"] not in (True, False, "periodic") or fields["axis"] != 0:
        return Piece("it is evaluated in a way that there is not")
    return None
