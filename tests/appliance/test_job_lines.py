"""What the terminal says of a job."""

import pytest

from appliance.job_lines import Ticker, duration, outcome, sending, working
from tests.appliance.job_box import job


def test_bytes_are_counted_while_a_file_is_sent():
    assert sending(3 << 20, 12 << 20) == "Sending [######------------------]  25% of 12.0 MiB"


def test_rows_speed_and_time_are_told_while_a_job_runs():
    line = working(job(status="running", rows_done=600, rows_per_s=1234.5, seconds_left=65, rows_failed=2))
    assert line == ("Answering [############------------]  50% of 1,200 rows, 1,234 rows/s, 1:05 left, 2 not answered")


def test_a_job_that_nobody_has_cut_yet_waits():
    assert working(job(status="queued", rows_total=None)) == "Waiting for its turn"


def test_rows_are_told_while_the_rest_of_a_file_is_cut():
    running = job(status="running", rows_total=None, rows_done=6_500)
    assert working(running) == "Answering: 6,500 rows so far"


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0:00"), (65, "1:05"), (7500, "2 h 05 min")])
def test_times_are_written_as_people_write_them(seconds, said):
    assert duration(seconds) == said


def test_unusual_rows_are_told_of():
    assert outcome(job(rows_unusual=4)).endswith("; 4 with a value outside the range of the reference data.")


def test_one_row_is_one():
    assert outcome(job(rows_total=1)).startswith("1 row,")


def test_on_a_terminal_a_line_is_written_over():
    written: list[str] = []
    ticker = Ticker(write=written.append, is_terminal=True)
    ticker.show("a long line")
    ticker.show("short", is_last=True)
    assert written == ["\ra long line", "\rshort      \n"]


def test_elsewhere_a_line_comes_now_and_then_and_at_the_end():
    written: list[str] = []
    ticker = Ticker(write=written.append, is_terminal=False)
    for number in range(5):
        ticker.show(f"line {number}")
    ticker.show("the last", is_last=True)
    ticker.end()
    assert written == ["line 0\n", "the last\n"]
