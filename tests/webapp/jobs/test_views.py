"""The pages of jobs: each status says how it is in its first line, and strangers see nothing."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from tests.playground import NOON, PRICE, deployed_endpoint, manifest
from tests.webapp.jobs.builders import COMMA, add_job, differences, prices, understanding
from webapp.jobs import files
from webapp.jobs.models import Status
from worker.contract.batch import Compression, FileFormat
from worker.contract.words import Words

pytestmark = pytest.mark.django_db


def page(client: Any, url: str, status: int = 200, language: str = "en") -> str:
    answer = client.get(url, headers={"Accept-Language": language})
    assert answer.status_code == status
    return unescape(answer.content.decode())


def page_of(client: Any, job: Any, **options: Any) -> str:
    return page(client, f"/jobs/{job.job_id}/", **options)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Status.READING, "The file is being read."),
        (Status.WAITING, "Nothing is computed yet. See whether the file was understood, then start."),
        (Status.QUEUED, "It waits for its turn and starts by itself."),
        (Status.RUNNING, "It is running; more than two days left."),
        (Status.SUCCEEDED, "12,026 of 12,040 rows are answered, in about 35 seconds. 37 have unusual values."),
        (Status.FAILED, "It failed, and there is no result."),
        (Status.CANCELED, "It was canceled, and there is no result."),
    ],
)
def test_the_first_line_says_how_it_is(as_bob, bob, penguins, status, sentence):
    assert sentence in page_of(as_bob, add_job(bob, penguins, status))


@pytest.mark.parametrize("status", list(Status))
def test_only_what_changes_by_itself_looks_again(as_bob, bob, penguins, status):
    text = page_of(as_bob, add_job(bob, penguins, status))
    is_live = status in {Status.READING, Status.QUEUED, Status.RUNNING}
    assert ('http-equiv="refresh"' in text) == ("job.js" in text) == is_live


def test_a_job_of_somebody_else_is_absent(as_alice, as_charlie, waiting):
    page_of(as_charlie, waiting, status=404)
    assert waiting.file_name in page_of(as_alice, waiting)


def test_what_changes_is_told_in_words(as_bob, bob, penguins):
    now = timezone.now()
    job = add_job(bob, penguins, Status.RUNNING, started_at=now - timedelta(seconds=40))
    told = as_bob.get(f"/jobs/{job.job_id}/now.json").json()
    assert told["status"] == "running"
    assert (told["done"], told["total"], told["wrong"]) == (3100, 12_040, "4")
    assert told["progress"] == "3100 of 12,040 rows done"
    assert told["left"] == "about 2 minutes left"
    assert told["speed"].endswith("rows a second")


def test_the_preview_says_how_the_file_is_read(as_bob, bob, penguins):
    found = understanding(compression=Compression.GZIP, rows=None)
    text = page_of(as_bob, add_job(bob, penguins, Status.WAITING, understanding_json=msgspec.to_builtins(found)))
    read = "CSV, packed with gzip, Windows-1252, separated by semicolons, decimal comma, rows not counted yet."
    assert read in text
    assert "All of the first 1000 rows can be answered." in text


def test_the_preview_says_what_each_column_gives(as_bob, waiting):
    text = page_of(as_bob, waiting)
    assert '<th scope="col" class="unused">bird<span class="gives">is kept, not used</span>' in text
    assert "Bill (mm)" in text
    assert "P-009" in text


def test_wrong_rows_are_told_by_their_line(as_bob, bob, penguins):
    found = understanding(sample_wrong=12, problems=(COMMA,))
    job = add_job(bob, penguins, Status.WAITING, understanding_json=msgspec.to_builtins(found))
    text = page_of(as_bob, job)
    assert "Of the first 1000 rows 12 cannot be answered (1.2 %)." in text
    assert "bill_mm: 46,1 has a decimal comma, the file has decimal points" in text
    assert '<span class="muted">line 17</span>' in text
    assert "accept_wrong_rows" not in text


def test_what_is_wrong_in_many_lines_is_told_once(as_bob, bob, penguins):
    found = understanding(
        sample_wrong=9, problems=[msgspec.structs.replace(COMMA, row=row) for row in range(1001, 1010)]
    )
    job = add_job(bob, penguins, Status.WAITING, understanding_json=msgspec.to_builtins(found))
    text = page_of(as_bob, job)
    assert text.count("has a decimal comma") == 1
    assert "lines 1001, 1002, 1003, 1004, 1005, 1006 and 3 more" in text


def test_most_rows_wrong_must_be_accepted(as_bob, bob, penguins):
    found = msgspec.to_builtins(understanding(sample_wrong=501, problems=(COMMA,)))
    text = page_of(as_bob, add_job(bob, penguins, Status.WAITING, understanding_json=found))
    assert "50.1 % of the first rows cannot be answered." in text
    assert 'name="accept_wrong_rows"' in text


def test_without_a_needed_column_it_cannot_start(as_bob, bob, penguins):
    found = msgspec.to_builtins(understanding(absent=("island",)))
    job = add_job(bob, penguins, Status.WAITING, understanding_json=found)
    text = page_of(as_bob, job)
    assert "It cannot start yet" in text
    assert f"/jobs/{job.job_id}/start/" not in text
    assert "<li>Island</li>" in text


def test_a_result_is_there_to_download(as_bob, succeeded):
    text = page_of(as_bob, succeeded)
    assert "Download the result (1.76\N{NO-BREAK SPACE}MiB)" in text
    assert "Download the rows to mend (14)" in text
    answer = as_bob.get(f"/jobs/{succeeded.job_id}/result")
    assert b"".join(answer.streaming_content) == b"result\n"
    assert "penguins of the station predictions.csv" in answer["Content-Disposition"]
    assert b"".join(as_bob.get(f"/jobs/{succeeded.job_id}/wrong-rows").streaming_content) == b"wrong-rows\n"


def test_the_proxy_before_an_installed_box_sends_the_file_itself(as_bob, succeeded, settings):
    settings.IS_BEHIND_PROXY = True
    answer = as_bob.get(f"/jobs/{succeeded.job_id}/result")
    assert answer["X-Accel-Redirect"] == f"/-/results/{succeeded.job_id}/result"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer.content == b""
    files.result(succeeded).unlink()
    assert as_bob.get(f"/jobs/{succeeded.job_id}/result").status_code == 409


@pytest.mark.parametrize("is_behind_proxy", [False, True])
@pytest.mark.parametrize("part", ["result", "wrong-rows"])
def test_a_link_that_a_model_left_in_place_of_a_file_goes_nowhere(as_bob, succeeded, settings, part, is_behind_proxy):
    settings.IS_BEHIND_PROXY = is_behind_proxy
    path = files.directory(succeeded) / part
    path.rename(path.with_name("kept"))
    path.symlink_to("kept")
    assert as_bob.get(f"/jobs/{succeeded.job_id}/{part}").status_code == 409


def test_a_result_that_is_not_there_is_told_on_the_page(as_bob, waiting):
    text = page(as_bob, f"/jobs/{waiting.job_id}/result", status=409)
    assert "That is no longer possible" in text
    assert waiting.file_name in text


def test_classes_are_counted(as_bob, succeeded):
    text = page_of(as_bob, succeeded)
    assert "7512 rows" in text
    assert "62.5 %" in text


def test_numbers_are_drawn_with_their_numbers(as_bob, alice, bob):
    endpoint = deployed_endpoint(alice, "diamonds", PRICE)
    job = add_job(bob, endpoint, Status.SUCCEEDED, summary_json=msgspec.to_builtins(prices()))
    text = page_of(as_bob, job).replace("\N{NO-BREAK SPACE}", " ")
    assert text.count('class="column"') == 16
    assert "Half of the answers are below 497.5 USD (the line); their mean is 534.2 USD (dashed)." in text
    assert '<th scope="row">200 to 300</th>' in text
    assert "512.5 USD" in text


def test_rows_show_their_answer_or_why_there_is_none(as_bob, succeeded):
    text = page_of(as_bob, succeeded)
    assert 'Adelie <span class="muted">98.7 %</span>' in text
    assert "bill_mm: '46,1' has a decimal comma" in text


def test_unusual_values_stand_beside_the_range(as_bob, succeeded):
    text = page_of(as_bob, succeeded)
    assert "37 rows have values outside what the model was measured on." in text
    assert "Bill\N{NO-BREAK SPACE}95.2 (32.1 to 59.6\N{NO-BREAK SPACE}mm)" in text


def test_another_version_is_offered_only_if_it_takes_the_file(as_bob, succeeded):
    model = succeeded.version.model
    known = {"created_by": model.owner, "publication_json": {}}
    model.versions.create(number=2, digest="b", inspection_id="b", **known).mark_ready(manifest())
    model.versions.create(number=3, digest="c", inspection_id="c", **known).mark_ready(manifest(PRICE))
    model.versions.create(number=4, digest="d", inspection_id="d", **known)
    text = page_of(as_bob, succeeded)
    assert '<option value="2">' in text
    assert '<option value="3">' not in text
    assert '<option value="4">' not in text


def test_differences_from_the_former_run_are_told(as_bob, bob, penguins, succeeded):
    told = msgspec.to_builtins(differences())
    job = add_job(bob, penguins, Status.SUCCEEDED, former=succeeded, differences_json=told)
    text = page_of(as_bob, job)
    assert "31 of 12,026 rows are answered otherwise." in text
    assert "P-010" in text
    assert f"/jobs/{succeeded.job_id}/" in text


def test_why_it_failed_is_told(as_bob, bob, penguins):
    text = page_of(as_bob, add_job(bob, penguins, Status.FAILED))
    assert "The file is not UTF-8: 12 of its characters are not." in text
    assert "Choose Windows-1252, or let the encoding be found." in text
    assert "Try again" in text
    assert "Correct what was understood" in text


def test_why_it_failed_is_told_in_french(as_bob, bob, penguins):
    text = page_of(as_bob, add_job(bob, penguins, Status.FAILED), language="fr")
    assert "pas en UTF-8\N{NO-BREAK SPACE}: des caractères" in text
    assert "Il a échoué" in text


@pytest.mark.parametrize("reason", [Words("A new sentence."), Words("{what} is wrong."), Words("{0.__class__}")])
def test_a_reason_without_a_translation_is_told_all_the_same(as_bob, bob, penguins, reason):
    job = add_job(bob, penguins, Status.FAILED, reason_json=msgspec.to_builtins(reason))
    assert '<p class="reason" lang="en">' in page_of(as_bob, job)


def test_deleted_files_are_told_of_and_offered_no_more(as_bob, bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED, files_deleted_at=NOON, expires_at=NOON)
    text = page_of(as_bob, job)
    assert "Its files were deleted on" in text
    assert "/result" not in text
    assert "7512 rows" in text


@pytest.mark.parametrize("status", [Status.WAITING, Status.SUCCEEDED, Status.FAILED])
def test_who_may_no_longer_ask_the_endpoint_is_offered_nothing_that_computes(as_bob, bob, penguins, status):
    job = add_job(bob, penguins, status)
    penguins.groups.clear()
    text = page_of(as_bob, job)
    assert not any(f"/{act}/" in text for act in ("start", "correct", "retry", "again"))


def test_a_file_may_be_called_anything(as_bob, bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED, file_name="<script>alert(1)</script>.csv")
    answer = as_bob.get(f"/jobs/{job.job_id}/").content.decode()
    assert "<script>alert" not in answer


def test_the_list_is_one_s_own(as_bob, as_charlie, waiting):
    assert waiting.file_name in page(as_bob, "/jobs/")
    assert "send it a file under “Many rows at once”" in page(as_charlie, "/jobs/")


def test_an_admin_sees_the_jobs_of_all_or_only_theirs(as_alice, waiting):
    assert "bob" in page(as_alice, "/jobs/")
    assert waiting.file_name not in page(as_alice, "/jobs/?mine")


def test_nobody_else_sees_all_by_asking(as_charlie, waiting):
    assert waiting.file_name not in page(as_charlie, "/jobs/?all")


def test_the_list_speaks_french(as_bob, waiting, succeeded):
    text = page(as_bob, "/jobs/", language="fr")
    assert "vous attend" in text
    assert "dont 14 sans réponse" in text


def test_the_file_to_fill_in_opens_in_a_spreadsheet_of_the_country(as_bob, penguins):
    english = as_bob.get("/endpoints/penguins/jobs/blank.csv")
    assert english.content == "\ufeffbill_mm,island,year,ringed,note\r\n46.1,Biscoe,2007,true,\r\n".encode()
    french = as_bob.get("/endpoints/penguins/jobs/blank.csv", headers={"Accept-Language": "fr"})
    assert french.content == "\ufeffbill_mm;island;year;ringed;note\r\n46,1;Biscoe;2007;true;\r\n".encode()


def test_a_workbook_says_its_sheet(as_bob, alice, bob):
    endpoint = deployed_endpoint(alice, "diamonds", PRICE)
    found = understanding(format=FileFormat.XLSX, encoding="", separator="", sheet="Stock", sheets=("Old", "Stock"))
    job = add_job(bob, endpoint, Status.WAITING, understanding_json=msgspec.to_builtins(found))
    text = page_of(as_bob, job)
    assert "Excel workbook, sheet “Stock”, 12,040 rows." in text
    assert 'name="encoding"' not in text
    assert '<option value="Stock" selected>' in text


def test_the_administration_lists_jobs_and_changes_none(as_alice, succeeded):
    assert "penguins of the station.csv" in page(as_alice, "/admin/jobs/batchjob/")
    assert 'name="_save"' not in page(as_alice, f"/admin/jobs/batchjob/{succeeded.pk}/change/")


def test_the_administration_names_a_job_in_french(as_alice, succeeded):
    as_alice.cookies["django_language"] = "fr"
    labels = re.findall(r"<label>(.*?)</label>", page(as_alice, f"/admin/jobs/batchjob/{succeeded.pk}/change/"))
    told = [each.strip(" :\N{NO-BREAK SPACE}") for each in labels]
    assert told[:3] == ["Identifiant", "Fichier", "Taille en octets"]
    assert "Essais" in told
    assert "Traitements" in page(as_alice, "/admin/")
    assert files.result(succeeded).exists()
