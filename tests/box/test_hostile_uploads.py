"""Whatever is uploaded, the answer is a sentence; nothing of it stays, and all the while the box answers as before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from appliance.steps import manage
from tests.box.publishers import Publisher, publishing
from tests.running_box import RunningBox
from tests.worker.inspection import hostile
from tests.worker.inspection.hostile_cases import ALL
from tests.worker.inspection.uploads import flowers, skops_bytes

pytestmark = [pytest.mark.box, pytest.mark.usefixtures("unharmed")]

PICKLES_FOR: Final = """
from webapp.accounts.models import User
User.objects.filter(username={name!r}).update(may_publish_pickles=True)
"""
CASES: Final = (
    "broken: text",
    "broken: noise",
    "broken: a picture of a program",
    "broken: skops, cut off",
    "broken: ONNX, cut off",
    "broken: tar.gz, cut off",
    "broken: a pickle named model.skops",
    "broken: a pickle in a zip",
    "archive: ../",
    "archive: absolute",
    "archive: a link",
    "archive: 100,000 entries",
    "archive: a skops bomb",
    "archive: a tar bomb",
    "archive: nested",
    "skops: a forged tree",
    "skops: a foreign class",
    "skops: a foreign function",
    "skops: several outputs",
    "graph: another file",
    "graph: a huge initializer",
    "graph: a custom operator",
    "graph: a tree in a circle",
    "package: a path out of the package",
    "reference: no rows",
    "reference: other columns",
    "reference: a column twice",
    "reference: words for numbers",
    "reference: UTF-16",
    "reference: Latin-1",
    "reference: rows of other lengths",
)
PICKLES: Final = (
    "pickle: writes a file",
    "pickle: reads a secret",
    "pickle: opens a socket",
    "pickle: forks for ever",
    "pickle: runs a program",
    "pickle: kills its parent",
    "pickle: says that it is done",
    "pickle: is no model",
)
REFERENCE: Final = flowers().to_csv(index=False).encode()


@pytest.fixture(autouse=True)
def _nothing_was_run() -> Iterator[None]:
    Path(hostile.MARK).unlink(missing_ok=True)
    yield
    assert not Path(hostile.MARK).exists()


@pytest.fixture(scope="module")
def trusted(box: RunningBox) -> Iterator[Publisher]:
    """A publisher whom an admin lets publish pickles."""
    box.add_user("tess", role="publisher")
    manage(box.data, "shell", "-c", PICKLES_FOR.format(name="tess"))
    with publishing(box, "tess") as publisher:
        yield publisher


def model_of(name: str) -> str:
    return "hostile-" + str([*CASES, *PICKLES].index(name))


def assert_rejected(publisher: Publisher, name: str) -> None:
    case = ALL[name]
    found = publisher.published(model_of(name), case.artifact(), case.rows(), target="target")
    assert (found["status"], found["reason"][: len(case.reason)]) == ("rejected", case.reason)
    assert found["hint"]
    assert found["report"] is None


@pytest.mark.parametrize("name", CASES)
def test_each_is_rejected_with_its_sentence(publisher, name):
    assert_rejected(publisher, name)


@pytest.mark.parametrize("name", PICKLES)
def test_a_pickle_does_no_harm_even_where_pickles_are_allowed(trusted, name):
    assert_rejected(trusted, name)


def test_a_pickle_that_wants_50_gigabytes_is_stopped(trusted):
    artifact = ALL["pickle: allocates 50 GB"].artifact()
    found = trusted.published("hostile-memory", artifact, REFERENCE, target="target")
    assert found["status"] == "rejected"
    assert "needed more memory than the" in found["reason"]


def test_a_publisher_without_the_permission_has_no_pickle_opened(box):
    box.add_user("uta", role="publisher")
    with publishing(box, "uta") as publisher:
        found = publisher.published("hostile-uta", ALL["pickle: writes a file"].artifact(), REFERENCE, target="target")
    assert found["status"] == "rejected"
    assert "It was not opened." in found["reason"]
    assert "An admin can also let you publish pickles." in found["hint"]


def test_a_user_may_not_publish_at_all(box):
    box.add_user("viktor")
    with publishing(box, "viktor") as user:
        answer = user.send("hostile-viktor", skops_bytes(), REFERENCE)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("artifact", "reference"), [(b"", REFERENCE), (skops_bytes(), b"")], ids=["model", "rows"])
def test_an_empty_file_is_refused_at_once(publisher, artifact, reference):
    answer = publisher.send("hostile-empty", artifact, reference)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert "empty" in answer.json()["error"]


def test_a_file_with_the_name_of_another_format_is_known_by_its_content(publisher):
    url = publisher.send("hostile-renamed", skops_bytes(), REFERENCE, name="../../model.onnx", target="target").json()[
        "url"
    ]
    found = publisher.outcome(url)
    assert (found["status"], found["format"]) == ("ready", "skops")


def test_one_row_of_reference_data_is_enough(publisher):
    reference = flowers().head(1).to_csv(index=False).encode()
    assert publisher.published("hostile-one-row", skops_bytes(), reference, target="target")["status"] == "ready"


def test_a_model_of_5000_features_is_served(publisher):
    generator = np.random.default_rng(0)
    rows = pd.DataFrame(generator.normal(size=(40, 5000))).rename(columns=lambda number: f"gene {number}")
    target = generator.choice(["sick", "well"], len(rows))
    artifact = skops.io.dumps(LogisticRegression().fit(rows, target))
    reference = rows.assign(state=target).to_csv(index=False).encode()
    found = publisher.published("hostile-wide", artifact, reference, target="state")
    assert found["status"] == "ready", found["reason"]
    assert len(found["signature"]["features"]) == 5000
