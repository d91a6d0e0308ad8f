"""What files are called on their way out, and when there are none."""

from contextlib import closing

import pytest

from tests.webapp.jobs.builders import add_job, understanding
from webapp.jobs import downloads, files
from webapp.jobs.errors import InputGoneError, JobStateError
from webapp.jobs.models import BatchJob, Status
from worker.contract.batch import Compression, FileFormat, Understanding


def job(name: str, found: FileFormat = FileFormat.CSV, written: FileFormat | None = None) -> BatchJob:
    understood = Understanding(format=found, compression=Compression.NONE)
    return BatchJob(
        file_name=name, understanding_json={"format": understood.format}, result_format=written or found, status="x"
    )


@pytest.mark.parametrize(
    ("came", "found", "written", "goes"),
    [
        ("birds.csv", FileFormat.CSV, FileFormat.CSV, "birds predictions.csv"),
        ("birds.CSV", FileFormat.CSV, FileFormat.CSV, "birds predictions.CSV"),
        ("birds.tsv", FileFormat.CSV, FileFormat.CSV, "birds predictions.tsv"),
        ("birds.csv.gz", FileFormat.CSV, FileFormat.CSV, "birds predictions.csv"),
        ("birds.zip", FileFormat.CSV, FileFormat.CSV, "birds predictions.csv"),
        ("birds.xlsm", FileFormat.XLSX, FileFormat.XLSX, "birds predictions.xlsx"),
        ("birds.csv", FileFormat.CSV, FileFormat.PARQUET, "birds predictions.parquet"),
        ("birds.ndjson", FileFormat.JSONL, FileFormat.JSONL, "birds predictions.ndjson"),
        ("birds", FileFormat.JSONL, FileFormat.JSONL, "birds predictions.jsonl"),
        ("a.b.csv", FileFormat.CSV, FileFormat.CSV, "a.b predictions.csv"),
        (".csv", FileFormat.CSV, FileFormat.CSV, "rows predictions.csv"),
    ],
)
def test_a_result_is_called_as_what_came(came, found, written, goes):
    assert downloads.name_of(job(came, found, written), "predictions") == goes


def test_wrong_rows_are_in_the_format_of_what_came():
    found = job("birds.csv", FileFormat.CSV, FileFormat.XLSX)
    assert downloads.name_of(found, "wrong rows", is_result=False) == "birds wrong rows.csv"


@pytest.mark.parametrize("status", [each for each in Status if each != Status.SUCCEEDED])
def test_only_what_succeeded_has_files(bob, penguins, status):
    found = add_job(bob, penguins, status)
    for download in (downloads.result, downloads.wrong_rows):
        with pytest.raises(JobStateError, match="cannot be downloaded"):
            download(found)


def test_a_file_that_somebody_removed_is_told_of(bob, penguins):
    found = add_job(bob, penguins, Status.SUCCEEDED)
    files.result(found).unlink()
    with pytest.raises(InputGoneError):
        downloads.result(found)


def test_wrong_rows_go_out_as_a_file(bob, penguins):
    found = add_job(bob, penguins, Status.SUCCEEDED)
    assert found.understanding == understanding()
    with closing(downloads.wrong_rows(found)) as response:
        assert response.getvalue() == b"wrong-rows\n"
