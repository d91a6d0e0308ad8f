"""Gives each test the same random numbers, in whatever order the tests run."""

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _same_numbers(request, monkeypatch):
    if hasattr(request.module, "RNG"):
        monkeypatch.setattr(request.module, "RNG", np.random.default_rng(20_261_126))
