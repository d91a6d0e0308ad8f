"""A made-up classifier whose true probabilities are known."""

import numpy as np


def outcomes(rng, rows: int, skew: float = 1.0, labels: int = 2):
    """Return true probabilities (rows, labels) and the truths that came of them."""
    if labels == 2:
        one = rng.beta(2 * skew, 2, rows)
        p = np.column_stack([1 - one, one])
    else:
        p = rng.dirichlet(np.r_[skew, np.ones(labels - 1)], rows)
    truth = (p.cumsum(axis=1) < rng.random((rows, 1))).sum(axis=1).clip(0, labels - 1)
    return p, truth


def sharpened(p):
    """Return the scores of a classifier that is too sure of itself."""
    return p**3 / (p**3).sum(axis=1, keepdims=True)
