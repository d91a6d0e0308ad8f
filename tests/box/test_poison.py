"""A row that kills whoever asks the model about it: the job ends, and only the rows beside it in its chunk suffer."""

from collections.abc import Iterator
from typing import Final

import polars as pl
import pytest

from tests.box.job_program import JobProgram, answers_in
from tests.box.lethal import LETHAL, lethal_bytes
from tests.box.publishers import Publisher, close
from tests.running_box import RunningBox, eventually
from tests.worker.inspection.uploads import flower_model, flowers

pytestmark = pytest.mark.box

REFERENCE: Final = flowers().to_csv(index=False).encode()
PUBLISHED: Final = {"target": "target", "deploy": "champion"}
ROWS: Final = 12_000
POISONED: Final = 4_321


@pytest.fixture(scope="module")
def lethal(box: RunningBox, publisher: Publisher) -> Iterator[str]:
    """An endpoint whose model is lethal for one value."""
    found = publisher.published("lethal", lethal_bytes(), REFERENCE, name="model.onnx", **PUBLISHED)
    assert found["status"] == "ready", found["reason"]
    assert eventually(lambda: publisher.client.get("/api/v1/endpoints/lethal").status_code == 200)
    yield "lethal"
    close(box, "lethal")


def rows() -> pl.DataFrame:
    known = pl.DataFrame(flowers().drop(columns="target").to_dict("list"))
    return known[[number % known.height for number in range(ROWS)]].with_columns(number=pl.int_range(ROWS))


def test_a_chunk_that_kills_its_workers_is_written_without_answers_and_the_others_with_them(box, lethal):
    frame = rows()
    frame[POISONED, "sepal_length"] = LETHAL
    with JobProgram(box) as program:
        job_id = program.begun(frame.write_csv().encode(), "flowers.csv", lethal)
        answered = answers_in(program.result(job_id))
        told = program.told(job_id)
    failed = answered.filter(status="failed")
    assert answered["number"].to_list() == list(range(ROWS))
    assert POISONED in failed["number"].to_list()
    assert 0 < failed.height == told["rows_failed"] < ROWS / 2
    assert failed["prediction"].null_count() == failed.height
    assert all(problem for problem in failed["problem"])
    right = flower_model().predict(flowers().drop(columns="target"))
    good = answered.filter(status="ok")
    assert good["prediction"].to_list() == [int(right[number % len(right)]) for number in good["number"]]
