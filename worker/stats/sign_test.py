"""Whether one of two is right more often, on the rows that only one of them is right about."""

from scipy.stats import binom


def sign_test(one: int, other: int) -> float:
    """Return how probable so uneven a split is for a fair coin, either way round.

    The exact form of McNemar's test (Q. McNemar, Psychometrika 12, 1947).
    """
    rows = one + other
    return min(1.0, 2 * float(binom.cdf(min(one, other), rows, 0.5))) if rows else 1.0
