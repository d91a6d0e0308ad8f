"""What strangers may send, and what they get. After each of them the box answers as before."""

import json
import socket

import httpx
import pytest

from tests.box.callers import biopsy_rows

pytestmark = pytest.mark.box

PATH = "/api/v1/endpoints/biopsy/predict"
ROW = biopsy_rows()[0]


@pytest.fixture
def client(box):
    with httpx.Client(base_url=box.url, headers={"Authorization": f"Bearer {box.key()}"}, timeout=30) as client:
        yield client
        assert client.post(PATH, json={"rows": [ROW]}).status_code == 200, "The box must answer afterwards"


def post(client: httpx.Client, body: bytes, content_type: str = "application/json") -> httpx.Response:
    return client.post(PATH, content=body, headers={"Content-Type": content_type})


def body_with(value: str) -> bytes:
    """Return a body whose first number is this JSON text."""
    name, *others = ROW
    rest = ", ".join(f"{json.dumps(other)}: {ROW[other]}" for other in others)
    return f'{{"rows": [{{{json.dumps(name)}: {value}, {rest}}}]}}'.encode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"", 400, "not_json", id="empty"),
        pytest.param(b"{", 400, "not_json", id="cut off"),
        pytest.param(b"\xff\xfe\x00", 400, "not_json", id="no UTF-8"),
        pytest.param(b"[" * 100_000, 400, None, id="deeply nested"),
        pytest.param(b'{"rows":' * 50_000, 400, None, id="deeply nested objects"),
        pytest.param(b"[1, 2]", 400, "invalid_input", id="no object"),
        pytest.param(b'{"rows": []}', 400, "invalid_input", id="no rows"),
        pytest.param(b'{"rows": {}}', 400, "invalid_input", id="rows is no list"),
        pytest.param(b'{"rows": [[' + b"1," * 10_000 + b"1]]}", 400, "invalid_input", id="10,000 columns"),
        pytest.param(body_with("1e400"), 400, "invalid_input", id="1e400"),
        pytest.param(body_with('"17"'), 400, "invalid_input", id="number as a string"),
        pytest.param(body_with("true"), 400, "invalid_input", id="boolean for a number"),
        pytest.param(body_with("null"), 400, "invalid_input", id="null"),
        pytest.param(body_with('"\\ud800"'), 400, None, id="lone surrogate"),
        pytest.param(body_with("NaN"), 400, None, id="NaN"),
        pytest.param(body_with("-Infinity"), 400, None, id="Infinity"),
        pytest.param(b'{"rows": [' + b"{}," * 100_000 + b"{}]}", 413, "too_many_rows", id="too many rows"),
        pytest.param(b" " * 10_000_000, 413, "body_too_large", id="10 MB"),
    ],
)
def test_bad_bodies_get_a_clear_error(client, body, status, code):
    answer = post(client, body)
    assert answer.status_code == status
    error = answer.json()
    assert set(error) == {"error", "code", "hint", "rows"}
    assert error["error"].endswith(".")
    assert code is None or error["code"] == code


def test_the_error_names_the_row_and_the_feature(client):
    body = json.dumps({"rows": [ROW, ROW | {"mean radius": "old"}]}).encode()
    problem = post(client, body).json()["rows"][0]
    assert (problem["row"], problem["feature"]) == (2, "mean radius")
    assert "'old'" in problem["message"]


def test_another_media_type_is_refused_by_name(client):
    answer = post(client, b"<rows/>", "application/xml")
    assert answer.status_code == 415
    assert "application/xml" in answer.json()["error"]


def test_half_a_body_gets_no_answer_and_holds_nothing_up(box, client):
    host, port = box.url.removeprefix("http://").split(":")
    head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {box.key()}\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
        assert client.post(PATH, json={"rows": [ROW]}).status_code == 200
        assert connection.recv(4096).split(b"\r\n")[0] == b"HTTP/1.1 408 Request Timeout"


def test_a_wrong_key_a_thousand_times_is_refused_a_thousand_times(box, client):
    with httpx.Client(base_url=box.url, headers={"Authorization": "Bearer bst_wrong"}) as stranger:
        statuses = {stranger.post(PATH, json={"rows": [ROW]}).status_code for _ in range(1000)}
    assert statuses == {401}


def test_without_a_key_the_answer_says_how_to_get_one(box):
    answer = httpx.post(f"{box.url}{PATH}", json={"rows": [ROW]})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"


def test_absent_and_not_yours_look_the_same(box):
    box.add_user("charlie", role="user", groups=())
    stranger = {"Authorization": f"Bearer {box.key('charlie')}"}
    url = f"{box.url}/api/v1/endpoints/{{}}/predict"
    absent = httpx.post(url.format("nowhere"), json={"rows": [ROW]}, headers=stranger)
    not_yours = httpx.post(url.format("biopsy"), json={"rows": [ROW]}, headers=stranger)
    assert absent.status_code == not_yours.status_code == 404
    assert absent.json()["error"].replace("nowhere", "biopsy") == not_yours.json()["error"]


def test_only_post_predicts(client):
    answer = client.get(PATH)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
