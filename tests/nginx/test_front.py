"""What nginx does by itself: names, TLS, headers, files, slow callers."""

import gzip
import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from contextlib import suppress

import httpx
import pytest

from appliance.proxy import ERRORS, JOURNAL, command
from tests.nginx.running_front import MADE_BY_ROOT, RunningFront
from tests.nginx.site import running_site

pytestmark = pytest.mark.box

HASHED = "site.0123456789ab.css"


def headers_of(front, path, **sent):
    with front.client() as client:
        return client.get(path, headers=sent)


def asked(front, path="/", **sent):
    """Return the headers with which the site was asked, small names first."""
    told = headers_of(front, path, **sent).json()["headers"]
    return [(name.lower(), value) for name, value in told]


def test_nginx_takes_the_configuration_without_a_warning(front):
    argv = command(front.configuration, "-t", *MADE_BY_ROOT)
    said = subprocess.run(argv, check=True, capture_output=True, text=True).stderr
    assert "successful" in said
    assert "[warn]" not in said


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost.evil.example", "192.0.2.1", "[::1]"])
def test_another_name_is_refused_on_both_addresses(front, host):
    for url in (front.url, front.plain_url):
        answer = httpx.get(url, headers={"Host": host}, verify=front.trust)
        assert (answer.status_code, answer.headers["cache-control"]) == (421, "no-store")
        assert "not known by this name" in answer.text
        assert (
            httpx.get(f"{url}/api/v1/endpoints", headers={"Host": host}, verify=front.trust).json()["code"]
            == "unknown_name"
        )


def test_the_page_of_an_error_has_its_style_under_any_name(front):
    answer = httpx.get(f"{front.plain_url}/front.css", headers={"Host": "elsewhere.example"})
    assert (answer.text, answer.headers["content-type"]) == (
        (ERRORS / "front.css").read_text(),
        "text/css; charset=utf-8",
    )


def test_plain_http_leads_to_tls_with_the_same_method(front):
    answer = httpx.post(f"{front.plain_url}/jobs/?page=2")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{front.url}/jobs/?page=2")
    assert "strict-transport-security" not in answer.headers


def test_plain_http_on_the_address_of_tls_leads_to_tls(front):
    answer = httpx.get(f"{front.url.replace('https', 'http')}/jobs/")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{front.url}/jobs/")


def test_trust_is_shown_with_and_without_tls(front):
    (front.front.trust / "index.html").write_text("fingerprint")
    for url in (front.url, front.plain_url):
        answer = httpx.get(f"{url}/trust/", verify=front.trust)
        assert (answer.status_code, answer.text) == (200, "fingerprint")


def test_an_acme_server_finds_its_answer_without_tls(front):
    (front.front.acme / "token").write_text("answer")
    assert httpx.get(f"{front.plain_url}/.well-known/acme-challenge/token").text == "answer"


@pytest.mark.parametrize("path", ["/502.html", "/413.json", "/-/results/job/result", "/-/results/../../key.pem"])
def test_what_is_internal_cannot_be_asked_for(front, path):
    with front.client() as client:
        answer = client.send(client.build_request("GET", httpx.URL(front.url, raw_path=path.encode())))
    assert answer.status_code == 404 or "x-forwarded-for" in answer.text.lower()  # the site was asked for it
    assert "PRIVATE KEY" not in answer.text


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_these_versions_of_tls_are_spoken(front, version):
    assert handshake(front, version) == version.name.replace("_", ".")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_of_tls_are_refused(front, version):
    with pytest.raises(ssl.SSLError):
        handshake(front, version)


def handshake(front, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or this side would refuse to ask
    context.minimum_version = context.maximum_version = version
    context.load_verify_locations(front.front.certificate)
    with (
        socket.create_connection(("127.0.0.1", front.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        return secure.version()


def test_http_2_is_chosen(front):
    argv = ["curl", "-sS", "--cacert", front.front.certificate, "-o", "/dev/null", "-w", "%{http_version}", front.url]
    assert subprocess.run(argv, check=True, capture_output=True, text=True).stdout == "2"


def test_the_site_learns_who_asks_from_nginx_alone(front):
    lies = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil.example"}
    lies |= {"Forwarded": "for=192.0.2.1", "X-Real-IP": "192.0.2.1", "X-Forwarded-Port": "1", "Proxy": "evil"}
    told = [(name, value) for name, value in asked(front, **lies) if "forwarded" in name or name in {"host", "proxy"}]
    here = front.url.removeprefix("https://")
    assert sorted(told) == [
        ("host", here), ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-host", here), ("x-forwarded-proto", "https"),
    ]  # fmt: skip  # a table


@pytest.mark.parametrize("sent", ["mine-1.a_B", "a" * 64])
def test_a_request_keeps_its_name_everywhere(front, sent):
    answer = headers_of(front, f"/{sent}", **{"X-Request-ID": sent})
    assert answer.headers.get_list("x-request-id") == [sent]
    assert ["X-Request-ID", sent] in answer.json()["headers"]
    assert front.logged(lambda line: line["path"] == f"/{sent}")["request_id"] == sent


@pytest.mark.parametrize("sent", ["", "a b", '"', "<b>", "a" * 65, "é"])
def test_a_name_that_is_not_well_formed_is_replaced(front, sent):
    answer = headers_of(front, "/", **{"X-Request-ID": sent.encode()})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert dict(answer.json()["headers"])["X-Request-ID"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/", "/refused", "/file", "/static/" + HASHED, "/trust/", "/front.css"])
def test_no_header_comes_twice(front, path, result):
    (front.front.static / HASHED).write_text("p {}")
    (front.front.trust / "index.html").write_text("fingerprint")
    headers = headers_of(front, path).headers
    assert [name for name, count in Counter(name for name, _ in headers.multi_items()).items() if count > 1] == []
    assert headers["strict-transport-security"] == "max-age=2592000"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["server"] == "nginx"


def test_an_error_of_the_site_is_left_as_it_is(front):
    answer = headers_of(front, "/refused")
    assert (answer.status_code, answer.json()["path"], answer.headers["x-frame-options"]) == (503, "/refused", "DENY")


def test_a_name_with_a_digest_is_kept_for_ever(front):
    (front.front.static / HASHED).write_text("p {}")
    answer = headers_of(front, f"/static/{HASHED}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


def test_a_name_without_one_is_not(front):
    (front.front.static / "site.css").write_text("p {}")
    assert headers_of(front, "/static/site.css").headers["cache-control"] == "public, max-age=60"


def test_what_is_compressed_already_is_sent_so(front):
    (front.front.static / "big.css").write_text("p {}")
    (front.front.static / "big.css.gz").write_bytes(gzip.compress(b"p { margin: 0 }"))
    answer = headers_of(front, "/static/big.css")
    assert (answer.text, answer.headers["content-encoding"], answer.headers["vary"]) == (
        "p { margin: 0 }", "gzip", "Accept-Encoding",
    )  # fmt: skip  # two triples


@pytest.fixture
def result(front):
    (front.front.results / "job").mkdir(exist_ok=True)
    (front.front.results / "job" / "result").write_text("a,b\n1,2\n")


def test_a_result_goes_out_in_parts(front, result):
    answer = headers_of(front, "/file", Range="bytes=4-6")
    assert (answer.status_code, answer.text, answer.headers["content-range"]) == (206, "1,2", "bytes 4-6/8")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("text/csv", "no-store")


def test_an_export_goes_out_and_nobody_asks_for_its_place(front):
    (front.front.exports / "export").mkdir(exist_ok=True)
    (front.front.exports / "export" / "rows").write_text("PAR1")
    assert headers_of(front, "/export").text == "PAR1"
    assert headers_of(front, "/-/exports/export/rows").status_code == 404


@pytest.mark.parametrize(("path", "kind", "name"), [("/file", "results", "job"), ("/export", "exports", "export")])
@pytest.mark.parametrize("is_directory", [False, True])
def test_a_link_in_the_spool_leads_nowhere(front, path, kind, name, is_directory):
    directory = getattr(front.front, kind) / name
    file = directory / ("result" if kind == "results" else "rows")
    shutil.rmtree(directory, ignore_errors=True)
    kept = front.directory / f"kept-{name}-{is_directory}"
    kept.mkdir()
    (kept / file.name).write_text("PRIVATE KEY")
    if is_directory:
        directory.symlink_to(kept)
    else:
        directory.mkdir()
        file.symlink_to(kept / file.name)
    answer = headers_of(front, path)
    directory.unlink() if is_directory else shutil.rmtree(directory)
    assert answer.status_code == 404
    assert "PRIVATE KEY" not in answer.text


def test_the_data_may_lie_behind_a_link_and_the_spool_in_it_not(tmp_path):
    (tmp_path / "disk/batch/job").mkdir(parents=True)
    (tmp_path / "disk/batch/job/result").write_text("a,b\n")
    (tmp_path / "data").symlink_to("disk")
    where = {"data": tmp_path / "data", "results": tmp_path / "data/batch"}
    with running_site() as site, RunningFront(tmp_path, site, **where) as running:
        assert headers_of(running, "/file").text == "a,b\n"
        (tmp_path / "disk/batch").rename(tmp_path / "disk/moved")
        (tmp_path / "disk/batch").symlink_to("moved")
        assert headers_of(running, "/file").status_code == 404


@pytest.mark.parametrize(("kind", "path"), [("trust", "/trust/box"), ("acme", "/.well-known/acme-challenge/box")])
def test_a_link_where_pages_and_answers_lie_leads_nowhere(front, kind, path):
    link = getattr(front.front, kind) / "box"
    link.symlink_to(front.front.key)
    answer = httpx.get(f"{front.plain_url}{path}")
    link.unlink()
    assert answer.status_code == 404
    assert "PRIVATE KEY" not in answer.text


def test_the_log_holds_no_query(front):
    headers_of(front, "/quiet?token=secret", Referer="https://a.example/?token=secret")
    line = front.logged(lambda line: line["path"] == "/quiet")
    assert "secret" not in str(line)
    assert (line["method"], line["status"], line["client"], line["site_status"]) == ("GET", "200", "127.0.0.1", "200")


def test_headers_that_do_not_end_are_not_waited_for(front):
    started_s = time.monotonic()
    with front.connected() as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        with suppress(ConnectionResetError):
            assert caller.recv(100) == b""
    assert 8 < time.monotonic() - started_s < 20


def test_addresses_that_were_opened_before_are_taken_over(tmp_path, unused_sockets):
    plain, tls = unused_sockets
    addresses = [(f"127.0.0.1:{each.getsockname()[1]}",) for each in (plain, tls)]
    inherited = {"inherited": (plain, tls), "plain": addresses[0], "tls": addresses[1]}
    with RunningFront(tmp_path, "127.0.0.1:1", **inherited) as running:
        assert httpx.get(running.url, verify=running.trust).status_code == 502


@pytest.fixture
def unused_sockets():
    with socket.socket() as plain, socket.socket() as tls:
        for each in (plain, tls):
            each.bind(("127.0.0.1", 0))
            each.listen()
        yield plain, tls


def test_the_journal_is_told_of_requests(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "log"))
        journal.settimeout(20)
        target = JOURNAL.replace("/dev/log", str(tmp_path / "log"))
        with RunningFront(tmp_path, "127.0.0.1:1", access_log=target) as running:
            httpx.get(f"{running.plain_url}/heard")
            said = journal.recv(65536).decode()
    assert re.match(r"<190>\w+ +\d+ [\d:]+ bastide_nginx: \{", said)
    assert json.loads(said.partition("bastide_nginx: ")[2])["path"] == "/heard"


@pytest.mark.parametrize("name", ["upgrade", "expect"])
def test_what_holds_of_one_connection_goes_no_further(front, name):
    assert name not in dict(asked(front, Upgrade="h2c", Connection="Upgrade", Expect="100-continue"))
