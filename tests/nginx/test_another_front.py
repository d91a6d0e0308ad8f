"""The file for Apache in the how-to does what our own front does, as a real Apache shows."""

import os
import re
import ssl
import subprocess
from collections import Counter
from contextlib import suppress

import httpx
import pytest

from tests.nginx.running_front import make_certificate
from tests.nginx.site import running_site
from tests.running_box import ENDS_WITH_US, eventually, free_port
from tests.test_style import ROOT

pytestmark = pytest.mark.box

CONFIGURATION = ROOT / "docs" / "how-to" / "front" / "apache.conf"
MODULES = (
    "mpm_event",
    "authz_core",
    "alias",
    "headers",
    "http2",
    "proxy",
    "proxy_http",
    "reqtimeout",
    "rewrite",
    "socache_shmcb",
    "ssl",
    "unique_id",
)
LARGE = b"x" * ((4 << 20) + 1)


class Apache:
    """Where it listens, and its directory."""

    def __init__(self, directory, site):
        self.directory = directory
        self.certificate = directory / "certificate.pem"
        self.plain, self.tls = free_port(), free_port()
        self.url, self.plain_url = f"https://localhost:{self.tls}", f"http://localhost:{self.plain}"
        defined = {
            "NAME": "localhost",
            "SITE": f"http://{site}",
            "CERTIFICATE": self.certificate,
            "KEY": directory / "key.pem",
            "PLAIN_PORT": self.plain,
            "TLS_PORT": self.tls,
            "PORT_IN_ADDRESS": f":{self.tls}",
        }
        told = re.sub(r"^Define BASTIDE_(\w+) .*$", lambda line: f"Define BASTIDE_{line[1]} {defined[line[1]]}",
            CONFIGURATION.read_text(), flags=re.MULTILINE)  # fmt: skip  # the values of this test
        (directory / "apache.conf").write_text(self.preamble() + told)

    def preamble(self):
        """Return what Debian's own files say before."""
        user = ["User www-data", "Group www-data"] if os.geteuid() == 0 else []
        modules = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES]
        own = [f"PidFile {self.directory}/pid", f"ErrorLog {self.directory}/error.log", f"ServerRoot {self.directory}"]
        where = [f"Listen 127.0.0.1:{self.plain}", f"Listen 127.0.0.1:{self.tls}"]
        return "\n".join([*modules, *own, *where, "ServerName localhost", "Mutex file:${APACHE_RUN_DIR}", *user, ""])

    def get(self, path, **headers):
        """Ask by TLS."""
        return httpx.get(f"{self.url}{path}", headers=headers, verify=self.trusted)

    @property
    def trusted(self):
        """Return what a client trusts."""
        return ssl.create_default_context(cafile=self.certificate)

    def answers(self):
        """Return whether it listens."""
        with suppress(httpx.TransportError):
            httpx.get(self.plain_url)
            return True
        return False


@pytest.fixture(scope="module")
def apache(tmp_path_factory):
    directory = tmp_path_factory.mktemp("apache")
    make_certificate(directory / "certificate.pem", directory / "key.pem")
    with running_site() as site:
        apache = Apache(directory, site)
        argv = [*ENDS_WITH_US, "/usr/sbin/apache2", "-D", "FOREGROUND", "-f", str(directory / "apache.conf")]
        environment = os.environ | {"APACHE_RUN_DIR": str(directory), "APACHE_LOG_DIR": str(directory)}
        process = subprocess.Popen(argv, env=environment, stdin=subprocess.DEVNULL)
        try:
            assert eventually(lambda: process.poll() is not None or apache.answers()), (
                directory / "error.log"
            ).read_text()
            yield apache
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_another_name_is_refused(apache):
    assert apache.get("/", Host="elsewhere.example").status_code == 421
    assert httpx.get(apache.plain_url, headers={"Host": "elsewhere.example"}).status_code == 421


def test_plain_http_leads_to_tls(apache):
    answer = httpx.post(f"{apache.plain_url}/jobs/?page=2")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{apache.url}/jobs/?page=2")


def test_the_site_learns_who_asks_from_apache_alone(apache):
    lies = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil.example"}
    lies |= {"Forwarded": "for=192.0.2.1", "X-Real-IP": "192.0.2.1", "X-Forwarded-Port": "1", "Proxy": "evil"}
    told = [(name.lower(), value) for name, value in apache.get("/", **lies).json()["headers"]]
    here = f"localhost:{apache.tls}"
    assert sorted(each for each in told if "forwarded" in each[0] or each[0] in {"host", "proxy", "x-real-ip"}) == [
        ("host", here), ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-host", here), ("x-forwarded-proto", "https"),
    ]  # fmt: skip  # a table


@pytest.mark.parametrize("path", ["/", "/refused"])
def test_no_header_comes_twice(apache, path):
    headers = apache.get(path).headers
    assert [name for name, count in Counter(name for name, _ in headers.multi_items()).items() if count > 1] == []
    assert headers["strict-transport-security"] == "max-age=2592000"


def test_a_request_keeps_its_name(apache):
    answer = apache.get("/", **{"X-Request-ID": "mine-1.a_B"})
    assert answer.headers.get_list("x-request-id") == ["mine-1.a_B"]
    assert dict(answer.json()["headers"])["X-Request-ID"] == "mine-1.a_B"


@pytest.mark.parametrize("sent", ["", "a b", "a" * 65])
def test_a_name_that_is_not_well_formed_is_replaced(apache, sent):
    answer = apache.get("/", **{"X-Request-ID": sent})
    assert re.fullmatch("[A-Za-z0-9._-]{20,64}", answer.headers["x-request-id"])
    assert dict(answer.json()["headers"])["X-Request-ID"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(("path", "status"), [("/jobs/", 413), ("/api/v1/uploads", 200), ("/models/publish/", 200)])
def test_only_files_may_be_large(apache, path, status):
    answer = httpx.post(f"{apache.url}{path}", content=LARGE, verify=apache.trusted)
    assert answer.status_code == status


def test_http_2_is_chosen(apache):
    argv = ["curl", "-sS", "--cacert", apache.certificate, "-o", "/dev/null", "-w", "%{http_version}", apache.url]
    assert subprocess.run(argv, check=True, capture_output=True, text=True).stdout == "2"
