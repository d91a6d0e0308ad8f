"""Publishing as programs do it: from the terminal, here and by HTTP, to answers of the endpoint."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from appliance.steps import manage
from tests.box.publishers import SPOOL
from tests.box.test_records import browsing
from tests.running_box import LAUNCHER, RunningBox, eventually

pytestmark = pytest.mark.box

ROW = {"island": "Dream", "bill_length_mm": 39.5, "bill_depth_mm": 17.4, "flipper_length_mm": 186}
ROW |= {"body_mass_g": 3800, "sex": "female", "year": 2007}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("penguins")
    subprocess.run([sys.executable, "-m", "examples.penguins", str(directory)], check=True, capture_output=True)
    return directory


@pytest.fixture(scope="module", autouse=True)
def _closed_again(box: RunningBox) -> Iterator[None]:
    """Close what these tests open to everybody: other tests count the endpoints that one may ask."""
    yield
    endpoints = "Endpoint.objects.filter(name__startswith='pushed-')"
    manage(
        box.data, "shell", "-c", f"from webapp.endpoints.models import Endpoint; {endpoints}.update(is_active=False)"
    )


def push(files: Path, name: str, *options: str, artifact: str = "model.skops") -> "subprocess.CompletedProcess[str]":
    argv = [LAUNCHER, "model", "push", str(files / artifact), "--name", name]
    argv += ["--reference", str(files / "reference.csv"), "--target", "species", *options]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)


def predicted(box: RunningBox, endpoint: str) -> str:
    headers = {"Authorization": f"Bearer {box.key()}"}
    url = f"{box.url}/api/v1/endpoints/{endpoint}/predict"
    answer = httpx.post(url, json={"rows": [ROW]}, headers=headers)
    return str(answer.json()["predictions"][0]["prediction"]) if answer.status_code == 200 else answer.text


def uploads(box: RunningBox) -> list[Path]:
    places = (box.data_dir / "spool" / name for name in SPOOL)
    return [path for place in places for path in place.rglob("*") if path.is_file()]


def test_a_model_is_pushed_here_and_answers(box, files):
    done = push(files, "pushed-here", "--deploy", "champion", "--data-dir", str(box.data_dir))
    assert done.returncode == 0, done.stderr
    page = f"{box.url}/models/pushed-here/versions/1/"
    assert done.stdout.splitlines() == ["pushed-here version 1 is ready", page]
    assert eventually(lambda: predicted(box, "pushed-here") == "Adelie")
    assert "pushed-here" in box.bastide("model", "list")


def test_a_model_is_pushed_by_http_and_answers(box, files, tmp_path):
    (tmp_path / "key").write_text(box.key() + "\n")
    site = ("--url", box.url, "--key-file", str(tmp_path / "key"))
    done = push(files, "pushed-there", "--unit", "body_mass_g=g", "--deploy", "champion", *site)
    assert done.returncode == 0, done.stderr
    assert "Sent" in done.stderr
    assert eventually(lambda: predicted(box, "pushed-there") == "Adelie")
    listed = subprocess.run([LAUNCHER, "model", "list", *site], capture_output=True, text=True, check=True).stdout
    assert "pushed-there" in listed
    assert eventually(lambda: uploads(box) == [])


def test_what_is_no_model_is_rejected_with_a_reason(box, files):
    done = push(files, "no-model", "--data-dir", str(box.data_dir), artifact="reference.csv")
    assert done.returncode == 1
    assert done.stdout.startswith("no-model version 1 is rejected: ")
    assert eventually(lambda: uploads(box) == [])


def test_a_large_upload_is_refused_before_it_is_sent(box, files):
    headers = {"Authorization": f"Bearer {box.key()}", "Content-Type": "multipart/form-data; boundary=x"}

    def body():
        for _ in range(10_000):
            yield b"x" * 1_000_000

    with httpx.Client(timeout=30) as client:
        answer = client.post(
            f"{box.url}/api/v1/models/huge/versions", content=body(), headers={**headers, "Content-Length": str(10**10)}
        )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.headers["Connection"] == "close"
    assert uploads(box) == []


def test_a_published_version_describes_itself(box, files):
    headers = {"Authorization": f"Bearer {box.key()}"}
    sent = {"artifact": (files / "model.skops").read_bytes(), "reference": (files / "reference.csv").read_bytes()}
    answer = httpx.post(
        f"{box.url}/api/v1/models/described/versions", files=sent, data={"notes": "N"}, headers=headers
    ).json()

    def described() -> dict[str, object]:
        found: dict[str, object] = httpx.get(answer["url"], headers=headers).json()
        return found

    assert eventually(lambda: described()["status"] == "ready", timeout_s=60)
    assert described()["notes"] == "N"
    assert json.dumps(described()["signature"]).count("mm") >= 3


def test_a_version_tells_the_run_that_it_came_from_on_its_page_and_by_the_api(box, files):
    run = "https://mlflow.example/#/experiments/1/runs/4f1d0c"
    headers = {"Authorization": f"Bearer {box.key()}"}
    with httpx.Client(base_url=box.url, headers=headers, timeout=60) as client:
        sent = {"artifact": (files / "model.skops").read_bytes(), "reference": (files / "reference.csv").read_bytes()}
        address = "/api/v1/models/pushed-tracked/versions"
        refused = client.post(address, files=sent, data={"target": "species", "mlflow_run": "my run"})
        assert refused.status_code == 400
        assert "“my run” is neither the id of an MLflow run nor its address" in refused.json()["error"]
        url = client.post(address, files=sent, data={"target": "species", "mlflow_run": run}).json()["url"]
        assert eventually(lambda: client.get(url).json()["status"] == "ready", 120.0)
        assert client.get(url).json()["mlflow_run"] == run
    with closing(browsing(box, "admin", box.admin_password)) as admin:
        page = admin.get("/models/pushed-tracked/versions/1/").text
    assert f'<a class="reason" href="{run}" rel="noreferrer">{run}</a>' in page
