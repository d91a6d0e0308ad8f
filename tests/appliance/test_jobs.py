"""`bastide job`: a file goes to a box and comes back answered; a real server answers here."""

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance import jobs
from appliance.asking import NoAnswer
from appliance.cli import main
from appliance.errors import ApplianceError
from tests.appliance.job_box import HARDLY, JOB_ID, QUICK, JobBox, job, running, site

Run = Callable[..., int]


@pytest.fixture
def box() -> Iterator[JobBox]:
    with running(JobBox()) as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(b"a\n1\n")
    return path


@pytest.fixture
def run(box, file, monkeypatch) -> Run:
    monkeypatch.setenv("BASTIDE_API_KEY", "bst_key")
    monkeypatch.setattr(jobs, "POLL_S", 0.01)

    def run_with(*options: str, output: str = str(file.parent / "answered.csv")) -> int:
        return main(["job", "run", str(file), "--endpoint", "income", "-o", output, "--url", box.url, *options])

    return run_with


def order(file: Path) -> jobs.Order:
    return jobs.Order(path=file, endpoint="income", fields={})


def ignore(*_: Any) -> None:
    pass


def test_without_a_key_the_command_that_makes_one_is_named(file, capsys, monkeypatch):
    monkeypatch.delenv("BASTIDE_API_KEY", raising=False)
    assert main(["job", "run", str(file), "--endpoint", "e", "-o", "x", "--url", "http://127.0.0.1:1"]) == 1
    assert "--key-file" in capsys.readouterr().err


def test_without_a_box_the_next_step_is_named(tmp_path, capsys):
    assert main(["job", "list", "--data-dir", str(tmp_path)]) == 1
    assert "try: start it with ./bastide up" in capsys.readouterr().err


@pytest.mark.parametrize(("content", "said"), [(None, "There is no file"), (b"", "is empty")])
def test_a_file_without_anything_is_told_before_anything_is_sent(run, box, file, capsys, content, said):
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert run() == 1
    assert said in capsys.readouterr().err
    assert box.asked == []


def test_what_somebody_has_is_never_overwritten(run, box, file, capsys):
    assert run(output=str(file)) == 1
    assert run("--wrong-rows", str(file)) == 1
    assert "different files" in capsys.readouterr().err
    assert (file.read_bytes(), box.asked) == (b"a\n1\n", [])


def test_a_place_that_cannot_be_written_to_is_told_before_anything_is_sent(run, box, tmp_path, capsys):
    assert run(output=str(tmp_path / "nowhere" / "out.csv")) == 1
    assert run(output=str(tmp_path)) == 1
    assert "Nothing can be written in" in capsys.readouterr().err
    assert box.asked == []


def test_a_map_that_is_none_is_named(run, capsys):
    assert run("--map", "Income") == 1
    assert "--map 'Income' is not FEATURE=COLUMN." in capsys.readouterr().err


def test_rows_that_are_all_answered_end_with_0(run, box, tmp_path, capsys):
    box.states = [job(status="queued", rows_total=None), job(status="running", rows_done=600), job()]
    assert run() == 0
    assert (tmp_path / "answered.csv").read_bytes() == box.files["result"]
    assert box.uploaded == b"a\n1\n"
    assert "1,200 rows, all of them answered." in capsys.readouterr().out


def test_nothing_but_the_result_is_left_beside_it(run, tmp_path, file):
    assert run() == 0
    assert {each.name for each in tmp_path.iterdir()} == {"answered.csv", file.name}


def test_the_options_are_sent_in_the_words_of_the_api(run, box):
    options = ["--encoding", "windows-1252", "--separator", "semicolon", "--decimal", "comma", "--accept-wrong-rows"]
    maps = ["--map", "Income=Revenu", "--map", "Age=", "--identifier", "id", "--sheet", "Feuil1"]
    assert run(*options, *maps, "--output-format", "parquet") == 0
    assert json.loads(box.forms[0].pop("mapping")) == {"Income": "Revenu", "Age": ""}
    assert box.forms[0] == {
        "upload": "up1",
        "encoding": "windows-1252",
        "separator": "semicolon",
        "decimal": "comma",
        "accept_wrong_rows": "1",
        "identifier": "id",
        "sheet": "Feuil1",
        "output": "parquet",
        "language": "en",
    }


def test_rows_that_are_not_answered_end_with_2_and_a_file_of_them(run, box, tmp_path, capsys):
    box.states = [job(rows_failed=3, problems=[{"row": 7, "message": "Feature 'age' in line 7 is missing."}])]
    assert run("--wrong-rows", str(tmp_path / "wrong.csv")) == 2
    assert (tmp_path / "wrong.csv").read_bytes() == b"line,problem\n"
    said = capsys.readouterr().out
    assert "1,200 rows: 1,197 answered, 3 not." in said
    assert "Feature 'age' in line 7 is missing.\n" in said


def test_where_the_wrong_rows_are_is_told(run, box, capsys):
    box.states = [job(rows_failed=3)]
    assert run() == 2
    assert f"{box.url}/api/v1/jobs/{JOB_ID}/wrong-rows" in capsys.readouterr().out


def test_a_job_that_failed_ends_with_1_and_says_why(run, box, tmp_path, capsys):
    box.states = [job(status="failed", reason="The file has no column for 'age'.", hint="Name it with --map.")]
    assert run() == 1
    said = capsys.readouterr().err
    assert "error: The job failed: The file has no column for 'age'." in said
    assert "try: Name it with --map." in said
    assert not (tmp_path / "answered.csv").exists()


def test_a_job_that_somebody_else_canceled_ends_with_1(run, box, capsys):
    box.states = [job(status="canceled")]
    assert run() == 1
    assert "was canceled" in capsys.readouterr().err


def test_a_result_for_stdout_stands_there_alone(run, box, capfdbinary):
    assert run(output="-") == 0
    assert capfdbinary.readouterr().out == box.files["result"]


def test_what_is_no_plain_file_is_written_to_and_not_replaced(run, box, tmp_path, capfd):
    assert run(output="/dev/null") == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_progress_is_told_in_plain_lines_where_there_is_no_terminal(run, box, capsys):
    box.states = [job(status="running", rows_done=300, seconds_left=1.5, rows_per_s=None), job()]
    assert run() == 0
    said = capsys.readouterr().err
    assert "\r" not in said
    assert "Sending [########################] 100% of 4 bytes\n" in said
    assert "of 1,200 rows" in said


def test_ctrl_c_cancels_the_job_and_says_so(run, box, capsys, monkeypatch):
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    box.states = [job(status="running")]
    monkeypatch.setattr(jobs, "wait", interrupted)
    assert run() == 130
    assert f"POST /api/v1/jobs/{JOB_ID}/cancel" in box.asked
    assert "The job is canceled." in capsys.readouterr().err


def test_ctrl_c_leaves_a_job_that_has_just_ended(run, box, capsys, monkeypatch):
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "wait", interrupted)
    assert run() == 130
    assert "had ended already" in capsys.readouterr().err


def test_a_box_that_restarts_is_waited_for(box):
    address = f"GET /api/v1/jobs/{JOB_ID}"
    box.drops = [address] * 4
    told: list[Any] = []
    assert jobs.wait(site(box), JOB_ID, told.append, QUICK)["status"] == "succeeded"
    assert (box.asked.count(address), len(told)) == (5, 1)


def test_a_box_that_stays_away_is_told_in_the_end(box):
    box.drops = [f"GET /api/v1/jobs/{JOB_ID}"] * 1000
    with pytest.raises(NoAnswer, match="does not answer"):
        jobs.wait(site(box), JOB_ID, ignore, HARDLY)


def test_a_job_that_was_deleted_meanwhile_is_told(box):
    with pytest.raises(ApplianceError, match="no job other of yours"):
        jobs.wait(site(box), "other", ignore, QUICK)


def test_a_job_whose_beginning_nobody_confirmed_is_found_and_not_begun_twice(box, file):
    box.drops, box.begins_before_dropping = ["POST /api/v1/endpoints/income/jobs"], True
    assert jobs.begin(site(box), order(file), ignore, QUICK) == JOB_ID
    assert len(box.jobs) == 1


def test_a_job_that_was_not_begun_when_the_box_ended_is_begun_then(box, file):
    box.drops = ["POST /api/v1/endpoints/income/jobs"]
    assert jobs.begin(site(box), order(file), ignore, QUICK) == JOB_ID
    assert len(box.forms) == 1


def test_an_endpoint_that_is_not_there_is_told_at_once(box, file):
    box.jobs = [job(id="b" * 32)]  # of another file: this box knows but one upload
    with pytest.raises(ApplianceError, match="nothing by this name"):
        jobs.begin(site(box), order(file), ignore, QUICK)


@pytest.mark.parametrize(
    ("came", "wanted", "output"),
    [
        ("people.csv", "out.csv", ""),
        ("people.tsv", "out.csv", ""),
        ("people.csv", "out.xlsx", "xlsx"),
        ("people.csv.gz", "out.csv", ""),
        ("people.parquet", "out.jsonl", "jsonl"),
        ("people", "out", ""),
        ("people.csv", "-", ""),
    ],
)
def test_the_name_of_the_result_says_its_format(came, wanted, output):
    assert jobs.output_for(Path(came), wanted) == output


def test_jobs_are_listed_a_line_each(box, capsys, monkeypatch):
    monkeypatch.setenv("BASTIDE_API_KEY", "bst_key")
    box.jobs = [job(), job(status="queued", rows_total=None, rows_done=0)]
    assert main(["job", "list", "--url", box.url]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{JOB_ID}  succeeded  1,200/1,200  income  people.csv"
    assert second == f"{JOB_ID}  queued     0 rows       income  people.csv"


def test_a_job_is_canceled(box, capsys, monkeypatch):
    monkeypatch.setenv("BASTIDE_API_KEY", "bst_key")
    box.states = [job(status="running")]
    assert main(["job", "cancel", JOB_ID, "--url", box.url]) == 0
    assert capsys.readouterr().out == "The job is canceled.\n"


def test_a_job_that_has_ended_is_left_as_it_is(box, capsys, monkeypatch):
    monkeypatch.setenv("BASTIDE_API_KEY", "bst_key")
    assert main(["job", "cancel", JOB_ID, "--url", box.url]) == 0
    assert capsys.readouterr().out == "The job had ended already.\n"
