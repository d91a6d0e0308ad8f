"""An installed box watches its models: its planes are shut in, each as its own user, and there is one way out."""

import hashlib
import hmac
import http.server
import io
import json
import re
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import pytest

from tests.running_box import eventually, free_port
from tests.system.machine import Machine
from tests.system.penguin import PENGUIN
from tests.system.test_install import key_of_admin
from tests.system.visiting import Visitor, by_the_site, visiting, within
from tests.webapp.alerts.far_sides import MailServer, Receiver, serving
from tests.webapp.retraining.running_mlflow import asked as asked_of_mlflow
from tests.webapp.retraining.running_mlflow import running_mlflow

pytestmark = [pytest.mark.system, pytest.mark.long]

SPOOL: Final = "/var/lib/bastide/spool"
DAYS: Final = 6
STORY: Final = f"""
import pathlib
from examples import drift
drift.DAYS, drift.WRONG_FROM = {DAYS}, 3
drift.main(pathlib.Path("{SPOOL}"), pathlib.Path("/var/lib/bastide/models"))
"""
CHALLENGER: Final = """
import pathlib, sys
from examples import penguins
from sklearn.linear_model import LogisticRegression
penguins.LogisticRegression = lambda **options: LogisticRegression(C=0.001, **options)
penguins.main(pathlib.Path(sys.argv[1]))
"""
OTHERS: Final = "/var/lib/bastide/examples/challenger"
EMAIL: Final = "ada@corp.example"
PREDICTIONS: Final = "/endpoints/penguins/predictions/"
GREEDY: Final = """
import mmap, time
def main(job):
    shared = mmap.mmap(-1, 900_000_000)
    for start in range(0, len(shared), 4096):
        shared[start] = 1
    time.sleep(60)
"""
GREED: Final = f"""
import pathlib
from worker.inspection import disposable
from worker.inspection.confinement import Limits
limits = Limits(memory_bytes=200_000_000, timeout_s=20.0, cpu_s=20)
job = pathlib.Path("{SPOOL}/working/greedy.json")
job.parent.mkdir(exist_ok=True)
job.write_text("")
print(disposable.run("worker.greedy", job, job.with_suffix(""), limits).exceeded)
"""


@dataclass(frozen=True, kw_only=True)
class FarSides:
    """Where the box sends what it has to say, on this side of the machine's network; none listens at first."""

    host: str
    mail: int
    hook: int
    mlflow: str

    @contextmanager
    def listening(self) -> Iterator[tuple[Any, Any]]:
        """Begin to take mail and posts."""
        mail = socketserver.ThreadingTCPServer((self.host, self.mail), MailServer)
        hook = http.server.ThreadingHTTPServer((self.host, self.hook), Receiver)
        with serving(mail, b"250 taken\r\n") as post_office, serving(hook, 204) as receiver:
            yield post_office, receiver


@pytest.fixture(scope="module")
def far_sides(installed: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarSides]:
    host = installed.network.gateway
    with running_mlflow(tmp_path_factory.mktemp("mlflow"), host) as mlflow:
        yield FarSides(host=host, mail=free_port(), hook=free_port(), mlflow=mlflow)


@pytest.fixture(scope="module")
def visitor(installed: Machine) -> Iterator[Visitor]:
    with visiting(installed) as browsing:
        yield browsing


@pytest.fixture(scope="module")
def program(installed: Machine) -> Iterator[Visitor]:
    with visiting(installed, key_of_admin(installed)) as calling:
        yield calling


@pytest.fixture(scope="module")
def sending(installed: Machine, visitor: Visitor, far_sides: FarSides) -> None:
    """Let the box send, as the documentation says; nobody listens yet."""
    for name, value in {
        "BASTIDE_MAIL_FROM": "box@corp.example",
        "BASTIDE_SMTP_URL": f"smtp://{far_sides.host}:{far_sides.mail}",
        "BASTIDE_WEBHOOK_HOSTS": f"{far_sides.host}:{far_sides.hook}",
        "BASTIDE_ALERT_HOUR": "0",
        "BASTIDE_MLFLOW_TRACKING_URI": far_sides.mlflow,
    }.items():
        installed.run("bastide", "config", "set", name, value)
    installed.run("bastide", "install", timeout_s=300)
    known = f"from webapp.accounts.models import User; User.objects.filter(username='admin').update(email='{EMAIL}')"
    by_the_site(installed, "manage.py", "shell", "-v", "0", "-c", known)
    rules = ["changed", "data_fault", "worse", "biased", "look_failed", "look_missing"]
    hook = f"http://{far_sides.host}:{far_sides.hook}/hook"
    visitor.client.get("/endpoints/diamonds/alerts/")
    kept = visitor.post("/endpoints/diamonds/alerts/", mail="on", webhook=hook, rules=rules)
    assert kept.status_code == 200
    assert "This is kept." in kept.text


@pytest.fixture(scope="module")
def watched(installed: Machine, sending: None) -> str:
    """Days of requests, the last ones with a wrong unit, written by the data plane; what a look says of them."""
    story = within(installed, "bastide-jobs.service", ".venv/bin/python", "-c", STORY)
    assert f"{DAYS} days" in story
    return by_the_site(installed, "manage.py", "look", "diamonds")


@pytest.fixture(scope="module")
def told(installed: Machine, visitor: Visitor, far_sides: FarSides, watched: str) -> Iterator[tuple[Any, Any]]:
    """What arrives by mail and at the webhook, once the box has said that it could not deliver the digest."""
    assert visitor.sees("Connect call failed", "/alerts/"), visitor.text("/alerts/")
    assert eventually(lambda: "2 did not arrive" in installed.run("bastide", "doctor", check=False), 60)
    with far_sides.listening() as both:
        yield both


@pytest.fixture(scope="module")
def challenger(installed: Machine) -> int:
    """Another version of a model, which answers from now on."""
    by_the_site(installed, "-c", CHALLENGER, OTHERS)
    assert "is ready" in by_the_site(installed, "manage.py", "publish", OTHERS, "--wait")
    return 2


def predicted(program: Visitor, request_id: str, rows: int = 1) -> list[str]:
    answer = program.client.post(
        "/api/v1/endpoints/penguins/predict",
        json={"rows": [PENGUIN | {"body_mass_g": 3000 + 50 * number} for number in range(rows)]},
        headers={"X-Request-ID": request_id},
    )
    assert answer.status_code == 200, answer.text
    return [str(each["prediction"]) for each in answer.json()["predictions"]]


def test_a_look_finds_what_was_written_and_its_page_says_it(watched, visitor):
    assert f"{DAYS} windows; the last one: changed" in watched
    page = visitor.text("/endpoints/diamonds/health/")
    assert "carat" in page
    assert "unit has probably changed (carat to mg)" in page


def test_what_inference_workers_answer_is_journaled_and_looked_at_from_the_page(program, visitor):
    predicted(program, "looked-at", rows=20)
    assert visitor.sees("It was answered", PREDICTIONS, by="request", id="looked-at", row="0")
    visitor.post("/endpoints/penguins/health/")
    assert visitor.sees("Not enough data yet: ", "/endpoints/penguins/health/", timeout_s=90)


def test_a_prediction_is_found_asked_again_and_told_true(program, visitor, challenger):
    (answer,) = predicted(program, "found-1")
    search = {"by": "request", "id": "found-1"}
    assert visitor.sees(f"It was answered {answer}", PREDICTIONS, **search)
    again = visitor.text(PREDICTIONS, **search, row="0", again=f"{challenger}")
    assert "The same as was answered then." in again
    assert "Now, version 1" in visitor.text(PREDICTIONS, **search, row="0", again="1")
    told = visitor.post("/endpoints/penguins/outcomes/", request_id="found-1", row="0", value="Gentoo")
    assert "Thank you." in told.text
    assert visitor.sees("It came true: Gentoo", PREDICTIONS, **search)


def test_a_program_tells_outcomes(program, visitor):
    predicted(program, "true-1")
    assert visitor.sees("It was answered", PREDICTIONS, by="request", id="true-1", row="0")  # it is written down
    sent = program.client.post(
        "/api/v1/endpoints/penguins/ground-truth", json={"truths": [{"request_id": "true-1", "value": "Adelie"}]}
    )
    assert sent.status_code == 202, sent.text
    address = f"/api/v1/ground-truth/{sent.json()['id']}"
    assert eventually(lambda: program.client.get(address).json()["matched"] == 1, 60), program.client.get(address).text


def test_a_persons_rows_are_deleted_by_the_page_with_a_proof(installed, program, visitor):
    predicted(program, "forgotten-1", rows=3)
    assert visitor.sees("It was answered", PREDICTIONS, by="request", id="forgotten-1", row="0")
    wish = {"endpoints": "penguins", "by": "request", "ids": "forgotten-1", "reason": "a test"}
    here = visitor.post("/deletions/", **wish).url.path
    assert visitor.sees("3 rows are meant", here)
    visitor.post(here, typed="3")
    assert visitor.sees("3 rows are deleted.", here)
    proof = visitor.client.get(f"{here}proof.json").json()
    assert proof["is_complete"] is True
    assert installed.run("grep", "--recursive", "--files-with-matches", "forgotten-1", SPOOL, check=False) == ""


def test_a_persons_rows_are_deleted_by_the_command(installed, program, visitor):
    predicted(program, "forgotten-2")
    assert visitor.sees("It was answered", PREDICTIONS, by="request", id="forgotten-2")
    said = ("penguins", "--by", "request", "--value", "forgotten-2", "--user", "admin", "--reason", "a test")
    assert "1 rows and outcomes; nothing is deleted." in by_the_site(installed, "manage.py", "forget_rows", *said)
    proof = json.loads(by_the_site(installed, "manage.py", "forget_rows", *said, "--confirm", "1"))
    assert proof["is_complete"] is True


def test_rows_to_train_on_go_out_by_the_front_and_to_nobody_else(installed, watched, visitor):
    page = "/endpoints/diamonds/export/"
    visitor.client.get(page)
    asked = visitor.post(page, format="parquet", with_truth="on", rows="1000")
    assert asked.status_code == 200, asked.text
    assert visitor.sees("Download (", page, timeout_s=120), visitor.text(page)
    (address,) = re.findall(r'href="(/endpoints/diamonds/export/\w+/rows)"', visitor.client.get(page).text)
    answer = visitor.client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith('.parquet"')
    rows = pl.read_parquet(io.BytesIO(answer.content))
    assert (rows.height, rows["price"].null_count()) == (1000, 0)
    (file,) = installed.run("sh", "-c", f"ls {SPOOL}/exports/*/*").split()
    assert installed.run("stat", "--format=%U %G %a", file).strip() == "bastide-worker bastide-worker 640"
    refused = installed.run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "cat", file, check=False)
    assert "Permission denied" in refused


def test_another_version_is_asked_what_was_asked(program, visitor, challenger):
    predicted(program, "replayed", rows=30)
    assert visitor.sees("It was answered", PREDICTIONS, by="request", id="replayed", row="0")
    visitor.client.get("/endpoints/penguins/replay/")
    asked = visitor.post("/endpoints/penguins/replay/", version="1", rows="500")
    assert visitor.sees("would have answered", asked.url.path, timeout_s=120), visitor.text(asked.url.path)


def test_a_digest_that_did_not_arrive_arrives_when_somebody_listens(installed, visitor, told):
    post_office, receiver = told
    assert eventually(lambda: bool(post_office.taken and receiver.taken), 90)
    letter = b"".join(post_office.taken).decode()
    assert f"To: {EMAIL}" in letter
    assert "https://box.example/alerts/" in letter
    ((headers, body),) = receiver.taken
    assert json.loads(body)["endpoint"] == "diamonds"
    page = visitor.client.get("/endpoints/diamonds/alerts/").text
    (secret,) = re.findall(r"\b[0-9a-f]{64}\b", page)
    signed = hmac.new(secret.encode(), headers["X-Bastide-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Bastide-Signature"] == f"sha256={signed.hexdigest()}"
    assert eventually(lambda: "each arrived" in installed.run("bastide", "doctor", check=False), 60)


def test_closed_windows_are_logged_to_the_tracking_server(watched, far_sides):
    named = "/api/2.0/mlflow/runs/search"

    def logged() -> list[dict[str, Any]]:
        every = asked_of_mlflow(far_sides.mlflow, "/api/2.0/mlflow/experiments/search", {"max_results": 10})
        known = [each["experiment_id"] for each in every["experiments"] if each["name"] == "bastide/diamonds"]
        found = asked_of_mlflow(far_sides.mlflow, named, {"experiment_ids": known}) if known else {}
        return [each for run in found.get("runs", ()) for each in run["data"].get("metrics", ())]

    assert eventually(lambda: any(each["key"] == "drift/psi/carat" for each in logged()), 90)
    assert eventually(lambda: any(each["key"] == "rows" and each["step"] == DAYS - 1 for each in logged()), 30)


def test_a_shut_in_process_has_a_bound_on_shared_memory_too(installed):
    greedy = installed.root / installed.run("readlink", "-f", "/opt/bastide/current/worker").strip()[1:] / "greedy.py"
    greedy.write_text(GREEDY)
    try:
        told = within(installed, "bastide-jobs.service", ".venv/bin/python", "-c", GREED)
    finally:
        greedy.unlink()
    assert told.strip() == "memory"
