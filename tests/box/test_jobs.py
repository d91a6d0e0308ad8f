"""Files of rows, handed to a running box by its API, and what comes back."""

import gzip
import io
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import openpyxl
import polars as pl
import pytest

from tests.box.callers import biopsy_rows
from tests.box.job_program import JobProgram, answers_in, biopsies, csv_of
from tests.running_box import RunningBox
from tests.worker.batch.workbooks import save

pytestmark = pytest.mark.box

PEOPLE: Final = tuple(f"batch-{number}" for number in range(10))
EACH: Final = 20
ROWS: Final = 25
GIANT_ROWS: Final = 200_000


@pytest.fixture(scope="module")
def program(box: RunningBox) -> Iterator[JobProgram]:
    with JobProgram(box) as program:
        yield program


@pytest.fixture(scope="module")
def expected(program: JobProgram) -> list[str]:
    """What the box answers for each biopsy when it is asked at once."""
    answer = program.client.post("/api/v1/endpoints/biopsy/predict", json={"rows": biopsy_rows()})
    return [row["prediction"] for row in answer.raise_for_status().json()["predictions"]]


@pytest.fixture(scope="module")
def giant() -> bytes:
    return csv_of(biopsies(GIANT_ROWS))


def xlsx_of(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    save(buffer, [frame.columns, *frame.rows()])  # type: ignore[arg-type]  # openpyxl takes files, too
    return buffer.getvalue()


def frame_of_xlsx(content: bytes) -> pl.DataFrame:
    rows = list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].values)
    return pl.DataFrame(rows[1:], schema=[str(name) for name in rows[0]], orient="row")


def parquet_of(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def jsonl_of(frame: pl.DataFrame) -> bytes:
    return frame.write_ndjson().encode()


Write = Callable[[pl.DataFrame], bytes]
Read = Callable[[bytes], pl.DataFrame]

FORMATS: Final[dict[str, tuple[Write, Read]]] = {
    "rows.csv": (csv_of, answers_in),
    "rows.xlsx": (xlsx_of, frame_of_xlsx),
    "rows.parquet": (parquet_of, lambda content: pl.read_parquet(io.BytesIO(content))),
    "rows.jsonl": (jsonl_of, lambda content: pl.read_ndjson(io.BytesIO(content))),
    "rows.csv.gz": (lambda frame: gzip.compress(csv_of(frame)), answers_in),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_comes_back_in_its_format_with_an_answer_beside_each_row(program, expected, name):
    write, read = FORMATS[name]
    answered = read(program.result(program.begun(write(biopsies(569)), name)))
    assert answered["number"].to_list() == list(range(569))
    assert answered["prediction"].to_list() == expected
    assert set(answered["status"]) == {"ok"}
    assert answered["mean radius"].to_list() == [row["mean radius"] for row in biopsy_rows()]


def test_rows_that_cannot_be_answered_come_back_as_a_file_of_their_own(program):
    frame = biopsies(100).with_columns(pl.col("mean radius").cast(pl.String))
    frame[3, "mean radius"], frame[77, "mean radius"] = "large", "n/a?"
    job_id = program.begun(csv_of(frame), "rows.csv")
    answered = answers_in(program.result(job_id))
    assert answered.filter(status="invalid")["number"].to_list() == [3, 77]
    wrong = program.client.get(f"/api/v1/jobs/{job_id}/wrong-rows")
    assert answers_in(wrong.content)["number"].to_list() == [3, 77]
    assert [problem["row"] for problem in program.told(job_id)["problems"]] == [5, 79]


def test_a_file_that_is_no_table_fails_and_says_why(program):
    told = program.ended(program.begun(b"%PDF-1.7 nothing", "rows.csv"))
    assert told["status"] == "failed"
    assert told["reason"]
    assert program.client.get(f"{told['url']}/result").status_code == 409


def test_what_failed_is_tried_again_and_told_again(program):
    job_id = program.begun(b"a,b\n1,2\n", "rows.csv")
    told = program.ended(job_id)
    assert "No column gives" in told["reason"]
    assert program.client.post(f"/api/v1/jobs/{job_id}/retry").status_code == 202
    assert program.ended(job_id)["reason"] == told["reason"]


def test_a_version_compared_with_itself_answers_alike(program):
    job_id = program.begun(csv_of(biopsies(200)), "rows.csv")
    program.result(job_id)
    again = program.client.post(f"/api/v1/jobs/{job_id}/again", params={"version": 1}).json()["id"]
    told = program.ended(again)
    assert (told["differences"]["rows"], told["differences"]["different"]) == (200, 0)


def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(box):
    with socket.create_connection(("127.0.0.1", box.port), timeout=10) as line:
        head = "POST /api/v1/endpoints/biopsy/jobs?name=rows.csv HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += f"Authorization: Bearer {box.key()}\r\nContent-Length: {5 << 30}\r\n\r\n"
        line.sendall(head.encode())
        assert line.recv(12) == b"HTTP/1.1 413"


def test_a_job_is_canceled_tried_again_at_once_and_whole(program, giant):
    job_id = program.begun(giant, "giant.csv")
    while not program.told(job_id)["rows_done"]:
        time.sleep(0.05)
    assert program.client.delete(f"/api/v1/jobs/{job_id}").json()["status"] == "canceled"
    assert program.client.get(f"/api/v1/jobs/{job_id}/result").status_code == 409
    assert program.client.post(f"/api/v1/jobs/{job_id}/retry").status_code == 202
    answered = answers_in(program.result(job_id))
    assert answered["number"].to_list() == list(range(GIANT_ROWS))
    assert set(answered["status"]) == {"ok"}


def test_a_deleted_job_leaves_nothing(box, program):
    job_id = program.begun(csv_of(biopsies(5)), "rows.csv")
    program.result(job_id)
    assert program.client.delete(f"/api/v1/jobs/{job_id}").status_code == 204
    assert program.client.get(f"/api/v1/jobs/{job_id}").status_code == 404
    assert not Path(box.data_dir / "spool" / "batch" / job_id).exists()


def test_a_small_job_beside_a_giant_ends_long_before_it(box, program, giant):
    box.add_user("small-job")
    header, _, rows = giant.partition(b"\n")
    with JobProgram(box, "small-job") as other:
        giant_id = program.begun(header + b"\n" + rows * 5, "giant.csv")
        while not program.told(giant_id)["rows_done"]:
            time.sleep(0.05)
        assert other.client.get(f"/api/v1/jobs/{giant_id}").status_code == 404
        assert answers_in(other.result(other.begun(csv_of(biopsies(50)), "small.csv"))).height == 50
    assert program.told(giant_id)["rows_done"] < 5 * GIANT_ROWS
    program.client.delete(f"/api/v1/jobs/{giant_id}")


def test_two_hundred_jobs_at_once_of_ten_people_each_get_their_own_rows(box, expected):
    for name in PEOPLE:
        box.add_user(name)
        box.key(name)
    with ThreadPoolExecutor(len(PEOPLE)) as people:
        found = list(people.map(lambda number: served(box, number), range(len(PEOPLE))))
    for number, results in enumerate(found):
        for turn, answered in enumerate(results):
            first = first_row(number, turn)
            assert answered["number"].to_list() == list(range(first, first + ROWS))
            assert answered["prediction"].to_list() == [expected[row % 569] for row in range(first, first + ROWS)]


def first_row(number: int, turn: int) -> int:
    return (number * EACH + turn) * ROWS


def served(box: RunningBox, number: int) -> list[pl.DataFrame]:
    """Hand in all files of one person, then fetch what came of each."""
    with JobProgram(box, PEOPLE[number]) as program:
        files = [csv_of(biopsies(ROWS, first_row(number, turn))) for turn in range(EACH)]
        jobs = [program.begun(content, f"rows-{turn}.csv") for turn, content in enumerate(files)]
        return [answers_in(program.result(job_id)) for job_id in jobs]
