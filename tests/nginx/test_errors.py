"""What nginx says itself: a page to people, our error shape to programs, each with the request's name."""

import socket
from contextlib import suppress

import pytest

from tests.nginx.running_front import RunningFront

pytestmark = pytest.mark.box

PAGE = "/jobs/"
API = "/api/v1/endpoints"
PREDICT = "/api/v1/endpoints/flowers/predict"
LARGE = b"x" * ((4 << 20) + 1)
LOG_INS_AT_ONCE = 31
KEY = f"Bearer bst_{'k' * 40}"


@pytest.fixture
def fresh_front(tmp_path):
    """nginx that has counted nothing yet, before a site that does not run."""
    with RunningFront(tmp_path, "127.0.0.1:1") as running:
        yield running


def assert_told(answer, status, code, retry_after=None):
    """Hold that an answer is the one for a page, or for a program where the path is a program's."""
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert answer.headers.get("retry-after") == retry_after
    if answer.request.url.path.startswith("/api/"):
        assert answer.headers["content-type"] == "application/json"
        assert (set(answer.json()), answer.json()["code"]) == ({"error", "code", "hint"}, code)
    else:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert f"<code>{answer.headers['x-request-id']}</code>" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", [PAGE, API])
def test_a_site_that_does_not_run_is_told_of(lonely_front, path):
    with lonely_front.client() as client:
        assert_told(client.get(path), 502, "not_running", "5")


def test_a_program_is_told_the_name_of_a_request_that_failed(lonely_front):
    with lonely_front.client() as client:
        assert "name request mine-1." in client.get(API, headers={"X-Request-ID": "mine-1"}).json()["hint"]


@pytest.mark.parametrize("path", [PAGE, API, PREDICT])
def test_a_large_body_is_refused(lonely_front, path):
    with lonely_front.client() as client:
        assert_told(client.post(path, content=LARGE), 413, "body_too_large")


TAKING_FILES = (
    "/api/v1/uploads",
    f"/api/v1/uploads/{'0' * 32}",
    "/api/v1/models/a/versions",
    "/api/v1/endpoints/a/jobs",
    "/models/publish/",
    "/models/a/publish/",
    "/endpoints/a/jobs/",
)


@pytest.mark.parametrize("path", TAKING_FILES)
def test_files_may_be_larger_up_to_the_admins_limit(lonely_front, path):
    with lonely_front.client() as client:
        assert_told(client.post(path, content=LARGE), 502, "not_running", "5")
        assert_told(client.post(path, content=LARGE * 2), 413, "body_too_large")


@pytest.mark.parametrize("path", ["/login/", "/admin/login/"])
def test_log_ins_from_one_address_are_counted(fresh_front, path):
    with fresh_front.client() as client:
        statuses = [client.post(path).status_code for _ in range(LOG_INS_AT_ONCE)]
        assert_told(client.post(path), 429, "rate_limited", "1")
        assert_told(client.get(path), 502, "not_running", "5")
    assert set(statuses) == {502}


def test_a_program_that_asks_too_much_is_told_so(fresh_front):
    with fresh_front.client() as client:
        answers = [client.get(API) for _ in range(600)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert_told(refused, 429, "rate_limited", "1")
    assert answers.index(refused) >= 300


def test_another_key_behind_the_same_address_is_not_held_up(fresh_front):
    with fresh_front.client() as client:
        assert 429 in {client.get(API).status_code for _ in range(600)}
        assert client.get(API, headers={"Authorization": KEY}).status_code == 502


def test_predictions_with_a_key_are_not_held_up(fresh_front):
    with fresh_front.client(headers={"Authorization": KEY}) as client:
        assert {client.post(PREDICT, content=b"{}").status_code for _ in range(1500)} == {502}


def test_files_and_styles_are_not_counted(fresh_front):
    (fresh_front.front.static / "site.css").write_text("p {}")
    with fresh_front.client() as client:
        assert {client.get("/static/site.css").status_code for _ in range(600)} == {200}


@pytest.mark.parametrize("path", ["/models/publish/", "/api/v1/uploads"])
def test_a_site_that_does_not_answer_in_time_is_told_of(tmp_path, path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        site = f"127.0.0.1:{silent.getsockname()[1]}"
        shorter = ("read_timeout 300s", "read_timeout 1s")
        with RunningFront(tmp_path, site, replaced=shorter) as running, running.client() as client:
            assert_told(client.post(path), 504, "no_answer", "5")


def test_the_log_tells_what_was_asked_for_and_not_the_page_of_the_error(lonely_front):
    with lonely_front.client() as client:
        client.post("/jobs/logged/", content=b"x" * 200_000)
    line = lonely_front.logged(lambda line: line["path"] == "/jobs/logged/")
    assert (line["method"], line["status"], line["site_status"]) == ("POST", "502", "502")


def test_one_address_has_only_so_many_requests_under_way(tmp_path):
    fewer = ("limit_conn connections 500", "limit_conn connections 1")
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        RunningFront(tmp_path, f"127.0.0.1:{silent.getsockname()[1]}", replaced=fewer) as running,
        running.secured() as caller,
        running.client() as client,
    ):
        caller.sendall(b"GET /jobs/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with silent.accept()[0]:  # now it is under way
            assert_told(client.get(API), 429, "rate_limited", "1")


def test_a_body_that_stalls_is_not_waited_for(tmp_path):
    shorter = ("client_body_timeout 15s", "client_body_timeout 1s")
    with RunningFront(tmp_path, "127.0.0.1:1", replaced=shorter) as running, running.secured() as caller:
        caller.sendall(b"POST /jobs/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1")
        with suppress(ConnectionResetError):
            assert caller.recv(100) == b""


@pytest.mark.parametrize("path", ["/static/none.css", "/static/", "/trust/none"])
def test_a_file_that_is_not_there_is_told_of(lonely_front, path):
    with lonely_front.client() as client:
        answer = client.get(path)
    assert_told(answer, 404, "not_found")
    assert "<title>Not found · Bastide</title>" in answer.text
    assert "Cette machine est dans vos murs" in answer.text


def test_nothing_can_be_sent_to_a_file(lonely_front):
    (lonely_front.front.static / "read.css").write_text("p {}")
    with lonely_front.client() as client:
        assert_told(client.post("/static/read.css", content=b"x" * 100_000), 405, "method_not_allowed")


@pytest.mark.parametrize("path", [PAGE, API])
def test_headers_that_are_too_large_are_told_of(lonely_front, path):
    with lonely_front.client() as client:
        assert_told(client.get(path, headers={"Cookie": "x" * 40_000}), 400, "invalid_input")


def test_an_address_that_is_too_long_is_told_of(lonely_front):
    with lonely_front.client() as client:
        answer = client.get(PAGE, params="x" * 40_000)
    assert_told(answer, 414, "")
    assert "Cette adresse est trop longue" in answer.text


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: twice\r\n\r\n"])
def test_what_is_no_http_is_told_so(lonely_front, sent):
    with lonely_front.secured() as caller:
        caller.sendall(sent)
        told = b"".join(iter(lambda: caller.recv(1 << 16), b"")).decode()
    assert told.startswith("HTTP/1.1 400")
    assert "This request cannot be understood" in told
    assert "<center>nginx" not in told
