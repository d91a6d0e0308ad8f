"""The real box behind nginx, by TLS: pages, predictions, files and uploads."""

from collections import Counter

import httpx
import pytest

from tests.running_box import eventually

pytestmark = pytest.mark.box

PENGUIN = {
    "island": "Biscoe",
    "bill_length_mm": 46.1,
    "bill_depth_mm": 13.2,
    "flipper_length_mm": 211,
    "body_mass_g": 4500,
    "sex": "female",
    "year": 2007,
}
PREDICT = "/api/v1/endpoints/penguins/predict"


@pytest.fixture(scope="module")
def person(box_front):
    with box_front.client() as client:
        yield client


@pytest.fixture(scope="module")
def program(box, box_front):
    with box_front.client(headers={"Authorization": f"Bearer {box.key()}"}) as client:
        yield client


def doubled(answer: httpx.Response):
    """Return the headers that came more than once; cookies may."""
    counts = Counter(name for name, _ in answer.headers.multi_items() if name != "set-cookie")
    return [name for name, count in counts.items() if count > 1]


def test_a_stranger_is_led_to_the_log_in(person):
    assert person.get("/").headers["location"] == "/login/?next=/"


def test_the_log_in_page_is_the_sites(person, box_front):
    answer = person.get("/login/")
    assert (answer.status_code, doubled(answer)) == (200, [])
    assert "csrfmiddlewaretoken" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_its_styles_come_from_the_disk_and_stay(person, box_front):
    path = person.get("/login/").text.partition('href="/static/bastide')[2].partition('"')[0]
    page_style = "/static/bastide" + path
    answer = person.get(page_style)
    assert (answer.status_code, doubled(answer)) == (200, [])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert box_front.logged(lambda line: line["path"] == page_style)["site_status"] == ""


def test_a_prediction_comes_with_the_requests_name(program, box_front):
    answer = program.post(PREDICT, json={"rows": [PENGUIN]}, headers={"X-Request-ID": "penguin-1"})
    assert (answer.status_code, len(answer.json()["predictions"]), doubled(answer)) == (200, 1, [])
    assert answer.headers["x-request-id"] == "penguin-1"
    assert box_front.logged(lambda line: line["request_id"] == "penguin-1")["site_status"] == "200"


def test_a_prediction_without_a_key_is_refused_by_the_site(person):
    answer = person.post(PREDICT, json={"rows": [PENGUIN]})
    assert (answer.status_code, answer.json()["code"], doubled(answer)) == (401, "unauthenticated", [])


def test_a_body_over_the_endpoints_limit_is_refused_in_the_sites_words(program):
    answer = program.post(PREDICT, content=b"x" * ((2 << 20) + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert "2,097,152 bytes" in answer.json()["error"]


def test_an_upload_passes_in_pieces(program):
    tus = {"Tus-Resumable": "1.0.0"}
    where = program.post("/api/v1/uploads", headers=tus | {"Upload-Length": "6000000"}).headers["location"]
    piece = tus | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    answer = program.patch(where, content=b"x" * 5_000_000, headers=piece)
    assert (answer.status_code, answer.headers["upload-offset"], doubled(answer)) == (204, "5000000", [])
    assert program.delete(where, headers=tus).status_code == 204


def test_a_job_gives_its_file_back(program):
    content = "\n".join([",".join(PENGUIN), *[",".join(map(str, PENGUIN.values()))] * 3])
    job = program.post("/api/v1/endpoints/penguins/jobs?name=rows.csv", content=content.encode()).json()
    where = f"/api/v1/jobs/{job['id']}"
    assert eventually(lambda: program.get(where).json()["status"] == "succeeded", timeout_s=60)
    answer = program.get(f"{where}/result")
    assert (answer.status_code, doubled(answer), answer.text.count(",Gentoo,")) == (200, [], 3)


def test_the_box_is_ready(person):
    assert person.get("/readyz").json()["ready"]
