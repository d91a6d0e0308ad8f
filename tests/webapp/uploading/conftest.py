"""Programs of two users, who may both upload though neither publishes."""

import pytest

from tests.playground import add_user
from tests.webapp.uploading.program import Program
from webapp.accounts.models import User


@pytest.fixture
def uli(transactional_db) -> User:
    return add_user("uli")


@pytest.fixture
def program(uli) -> Program:
    return Program.of(uli)


@pytest.fixture
def stranger(transactional_db) -> Program:
    return Program.of(add_user("sam"))
