"""One box a data directory."""

import os

import pytest

from appliance import lock
from appliance.errors import ApplianceError
from appliance.paths import DataDirectory

URL = "http://127.0.0.1:8000"


@pytest.fixture
def data(data_root):
    made = DataDirectory(root=data_root)
    made.make()
    return made


def test_nobody_holds_a_new_directory(data):
    assert lock.holder(data) is None


def test_the_holder_is_known_while_it_holds(data):
    with lock.held(data, URL):
        assert lock.holder(data) == lock.Holder(pid=os.getpid(), url=URL)
    assert lock.holder(data) is None


def test_a_second_box_is_told_who_is_there(data):
    refused = pytest.raises(ApplianceError, match=f"process {os.getpid()}, {URL}")
    with lock.held(data, URL), refused, lock.held(data, URL):
        pass


def test_what_the_first_wrote_survives_the_refusal(data):
    with lock.held(data, URL):
        with pytest.raises(ApplianceError), lock.held(data, "http://elsewhere"):
            pass
        holder = lock.holder(data)
    assert holder is not None
    assert holder.url == URL
