"""The relay: what it lets through, what it refuses, and that webhooks and mail go by it."""

import http.server
import os
import socket
import socketserver
import subprocess
import sys
import threading

import pytest
from django.core.mail import EmailMessage

from appliance.paths import ROOT
from appliance.tls.acme.account import hosts_file
from webapp.egress.going_out import Mail, connect
from webapp.egress.relay import targets
from webapp.jobs.webhooks import WebhookError, post

HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.execv(sys.executable, [sys.executable, "-m", "webapp.egress.relay"])
"""


def taken_by(handler: socketserver.BaseRequestHandler) -> list[bytes]:
    """Return what the handler's server took."""
    found: list[bytes] = vars(handler.server)["taken"]
    return found


class Taking(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        taken_by(self).append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(500 if self.path == "/broken" else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


class MailServer(socketserver.StreamRequestHandler):
    """Speaks as much of SMTP as one letter needs."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while (line := self.rfile.readline()) != b".\r\n":
                    taken_by(self).append(line)
            elif word == b"QUIT":
                break
            self.wfile.write(b"250 yes\r\n")


def served(server):
    server.taken = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def web():
    with served(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking)) as server:
        yield server
        server.shutdown()


@pytest.fixture
def post_office():
    with served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer)) as server:
        yield server
        server.shutdown()


@pytest.fixture
def relay(tmp_path, settings):
    """Return what starts a relay, as its service does, for these hosts."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "egress.sock"))
    listener.listen()
    settings.EGRESS_SOCKET = tmp_path / "egress.sock"
    started = []

    def start(*hosts, **more):
        argv = [sys.executable, "-c", HAND_OVER, str(listener.fileno())]
        environment = {**os.environ, "BASTIDE_WEBHOOK_HOSTS": ",".join(hosts), **more}
        started.append(subprocess.Popen(argv, env=environment, pass_fds=[listener.fileno()], cwd=ROOT))

    yield start
    for process in started:
        process.kill()
        process.wait()
    listener.close()


@pytest.mark.parametrize(
    ("hosts", "smtp", "allowed"),
    [
        ("", "", set()),
        ("n8n.example", "", {("n8n.example", 80), ("n8n.example", 443)}),
        ("n8n.example:5678, [fd00::1]:80", "", {("n8n.example", 5678), ("fd00::1", 80)}),
        ("", "smtp+starttls://user:secret@mail.example", {("mail.example", 587)}),
        (",ca.example:443,", "", {("ca.example", 443)}),
        ("", "smtps://mail.example:1465", {("mail.example", 1465)}),
    ],
)
def test_hosts_are_those_that_an_administrator_named(hosts, smtp, allowed):
    assert targets(hosts, smtp) == allowed


def test_a_webhook_goes_by_the_relay(relay, web):
    relay(f"127.0.0.1:{web.server_port}")
    post(f"http://127.0.0.1:{web.server_port}/hook", b'{"id": 1}')
    assert web.taken == [b'{"id": 1}']
    with pytest.raises(WebhookError, match="500"):
        post(f"http://127.0.0.1:{web.server_port}/broken", b"{}")


def test_where_an_acme_server_was_reached_is_let_through_as_systemd_hands_it_over(relay, web, tmp_path):
    (tmp_path / "acme-hosts").write_bytes(hosts_file([f"127.0.0.1:{web.server_port}"]))
    relay(CREDENTIALS_DIRECTORY=str(tmp_path))
    post(f"http://127.0.0.1:{web.server_port}/hook", b"{}")
    assert web.taken == [b"{}"]


def test_systemd_is_told_that_it_is_ready_and_again_and_again_that_it_lives(relay, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        relay("n8n.example", NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="400000")
        assert [systemd.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


def test_a_relay_that_nobody_watches_says_only_that_it_is_ready(relay, tmp_path, web):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        relay(f"127.0.0.1:{web.server_port}", NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="")
        post(f"http://127.0.0.1:{web.server_port}/hook", b"{}")
        systemd.setblocking(False)
        assert systemd.recv(64) == b"READY=1"
        with pytest.raises(BlockingIOError):
            systemd.recv(64)


def test_mail_goes_by_the_relay(relay, post_office):
    relay(f"127.0.0.1:{post_office.server_address[1]}")
    way = Mail(host="127.0.0.1", port=post_office.server_address[1], use_tls=False, use_ssl=False)
    assert EmailMessage("Ready", "Your file", "box@example.org", ["bob@example.org"], connection=way).send() == 1
    assert b"Subject: Ready\r\n" in post_office.taken


@pytest.mark.parametrize("port", [80, 443])
def test_the_boxs_own_front_is_always_let_through_to(relay, settings, port):
    relay()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(settings.EGRESS_SOCKET))
        connection.sendall(f"CONNECT 127.0.0.1:{port}\n".encode())
        said = connection.recv(200)
    assert said == b"OK\n" or b"Connect call failed" in said  # nobody may listen there where this is tried


@pytest.mark.parametrize("address", [("127.0.0.1", 22), ("127.0.0.2", 443), ("localhost", 443)])
def test_nothing_else_of_the_machine_is(relay, address):
    relay()
    with pytest.raises(ConnectionRefusedError, match="is not among the hosts"):
        connect(address, 20)


def test_another_host_is_refused_by_name(relay, web):
    relay("elsewhere.example")
    with pytest.raises(ConnectionRefusedError, match=f"127.0.0.1:{web.server_port} is not among the hosts"):
        post(f"http://127.0.0.1:{web.server_port}/hook", b"{}")
    assert web.taken == []


def test_a_host_that_does_not_answer_is_told(relay):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        where = closed.getsockname()
        relay(f"127.0.0.1:{where[1]}")
        with pytest.raises(ConnectionRefusedError, match="Connect call failed"):
            connect(where, 2)


@pytest.mark.parametrize(
    "line", [b"CONNECT nowhere\n", b"GET / HTTP/1.1\n", b"CONNECT a:b\n", b"\xff\n", b"x" * 600 + b"\n"]
)
def test_what_is_no_question_gets_an_answer_all_the_same(relay, settings, line):
    relay()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(settings.EGRESS_SOCKET))
        connection.sendall(line)
        assert connection.recv(200) == b"what was asked is not understood\n"


def test_without_a_relay_the_way_is_straight(web, settings):
    settings.EGRESS_SOCKET = None
    post(f"http://127.0.0.1:{web.server_port}/hook", b"{}")
    assert web.taken == [b"{}"]


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("https://user:secret@mlflow.example/base", ("mlflow.example", 443)),
        ("http://mlflow.example", ("mlflow.example", 80)),
        ("http://10.0.0.9:5000", ("10.0.0.9", 5000)),
    ],
)
def test_the_tracking_server_is_let_through_to_at_its_port_alone(uri, target):
    assert targets("", "", uri) == {target}
