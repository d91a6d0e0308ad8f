"""Fixtures of the tests of models: each trained model by its name, and artifacts on disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import skops.io

from tests.worker.models import trained
from tests.worker.models.trained import Trained

Save = Callable[[Any], Path]


@pytest.fixture(params=trained.ALL)
def each(request: pytest.FixtureRequest) -> Trained:
    """One after the other, every trained model."""
    return trained.ALL[request.param]()


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write an object as a skops file and return its path."""

    def write(model: Any) -> Path:
        path = tmp_path / "artifact"
        skops.io.dump(model, path)
        return path

    return write
