"""The three examples, trained once for all tests that need them."""

import importlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

NAMES = ("penguins", "diamonds", "biopsy")
TARGETS = {"penguins": "species", "diamonds": "price", "biopsy": "diagnosis"}


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the directory that an example's script writes, by the example's name."""

    @lru_cache
    def written(name: str) -> Path:
        directory = tmp_path_factory.mktemp(name)
        importlib.import_module(f"examples.{name}").main(directory)
        return directory

    return written
