"""The configuration of the front is made of safe values only, and says what it must."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.errors import ApplianceError
from appliance.proxy import ERRORS, SOURCES, Front, command, inherited_sockets, installed_version, render

FRONT = Front(
    names=("models.corp.example", "192.0.2.7", "2001:db8::7"),
    certificate=Path("/run/credentials/front/certificate"),
    key=Path("/run/credentials/front/key"),
    upstream="unix:/run/bastide/web.sock",
    static=Path("/var/lib/bastide/static"),
    data=Path("/var/lib/bastide"),
    trust=Path("/var/lib/bastide/trust"),
    acme=Path("/var/lib/bastide/acme"),
    exports=Path("/var/lib/bastide/spool/exports"),
    results=Path("/var/lib/bastide/spool/batch"),
    run=Path("/run/bastide-nginx"),
    upload_bytes_max=2 << 30,
)
INTERPRETED = [
    "a b",
    "a;b",
    "a{b",
    "a}b",
    "a'b",
    'a"b',
    "a$b",
    "a\nb",
    "a\\b",
    "a#b",
    "*.a",
    "~a",
    "",
    "a_b",
    "é",
    "fe80::1%a;b",
]


@pytest.mark.parametrize("name", INTERPRETED)
def test_a_name_that_nginx_would_interpret_is_refused(name):
    with pytest.raises(ApplianceError, match="neither a DNS name nor an IP address"):
        render(replace(FRONT, names=(name,)))


def test_a_box_without_a_name_is_refused():
    with pytest.raises(ApplianceError, match="no name"):
        render(replace(FRONT, names=()))


@pytest.mark.parametrize("field", ["certificate", "key", "static", "data", "trust", "acme", "results", "run", "errors"])
@pytest.mark.parametrize("path", ["relative", "/a b", "/a;b", "/a$b", "/a{b", '/a"b', "/a\nb", "/@RUN@", "/"])
def test_a_path_that_nginx_would_interpret_is_refused(field, path):
    values: dict[str, Any] = {field: Path(path)}
    with pytest.raises(ApplianceError, match="nginx could misread"):
        render(replace(FRONT, **values))


ADDRESSES = [
    "443",
    "localhost:443",
    "127.0.0.1",
    "127.0.0.1:0",
    "127.0.0.1:65536",
    "1.2.3:4",
    "[::1;]:1",
    "[1.2.3.4]:1",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ApplianceError, match="not an IP address with a port"):
        render(replace(FRONT, tls=(address,)))


@pytest.mark.parametrize("upstream", ["unix:relative", "unix:/a;b", "http://site", "127.0.0.1", ""])
def test_a_site_that_listens_nowhere_is_refused(upstream):
    with pytest.raises(ApplianceError):
        render(replace(FRONT, upstream=upstream))


@pytest.mark.parametrize("target", ["", "log.json", "/var/log/a b", "/a;b", "syslog:server=$x"])
def test_a_log_that_nginx_would_interpret_is_refused(target):
    with pytest.raises(ApplianceError, match="cannot be logged"):
        render(replace(FRONT, access_log=target))


def test_uploads_have_a_limit():
    with pytest.raises(ApplianceError, match="limited to 0 bytes"):
        render(replace(FRONT, upload_bytes_max=0))


def test_no_mark_and_no_file_of_ours_is_left():
    assert re.findall(r"@[A-Z0-9_]+@|include \w+\.conf", render(FRONT)) == []


def test_every_file_has_its_place():
    wanted = set(re.findall(r"include (\w+\.conf);", "".join(path.read_text() for path in SOURCES.glob("*.conf"))))
    assert {path.name for path in SOURCES.glob("*.conf")} == wanted | {"nginx.conf"}


def test_names_are_written_as_in_a_host_header_and_once():
    text = render(replace(FRONT, names=("Models.Corp.example", "models.corp.example", "::1", "[::1]", "10.0.0.1")))
    assert re.findall(r"server_name (?!_)(.*);", text) == ["models.corp.example [::1] 10.0.0.1"] * 2


def test_it_listens_exactly_where_the_socket_unit_does():
    found = re.findall(r"listen (\S+) default_server", render(FRONT))
    assert found == ["0.0.0.0:80", "[::]:80", "0.0.0.0:443", "[::]:443"]


def test_ipv6_is_kept_apart_once_for_each_address():
    assert re.findall(r"listen (\S+) .*ipv6only=on", render(FRONT)) == ["[::]:80", "[::]:443"]


def test_each_inherited_socket_is_named():
    assert inherited_sockets(FRONT) == "3;4;5;6;"
    assert inherited_sockets(replace(FRONT, plain=("127.0.0.1:80",), tls=("127.0.0.1:443",))) == "3;4;"


def test_http_2_is_said_as_this_version_understands_it():
    assert "    http2 on;\n" in render(FRONT)
    older = render(replace(FRONT, nginx_version=(1, 22, 1)))
    assert "http2 on" not in older
    assert older.count(" ssl http2;") == 4


def test_an_unusual_port_stands_in_redirects():
    assert "return 308 https://$host$request_uri;" in render(FRONT)
    assert "return 308 https://$host:8443$request_uri;" in render(replace(FRONT, tls=("127.0.0.1:8443",)))


def test_it_says_nothing_of_users_and_stays_in_the_foreground():
    assert re.findall(r"^(user|daemon) (.*);", render(FRONT), re.MULTILINE) == [("daemon", "off")]


def test_no_query_and_no_referrer_is_logged():
    told = re.search(r"log_format.*?;", render(FRONT), re.DOTALL)
    assert told is not None
    assert not re.search(r"\$(request|request_uri|args|query_string|http_referer|uri)\b", told[0])


def test_the_version_is_read_from_what_nginx_says():
    assert installed_version("nginx version: nginx/1.22.1\n") == (1, 22, 1)


def test_a_version_that_is_none_is_refused():
    with pytest.raises(ApplianceError, match="which version"):
        installed_version("Segmentation fault")


def test_it_is_tried_with_an_option():
    assert command(Path("/a/b"), "-t") == ("/usr/sbin/nginx", "-e", "stderr", "-c", "/a/b", "-t")


ERRORS_CONF = (SOURCES / "errors.conf").read_text()
STATUSES = [400, 404, 405, 413, 414, 421, 429, 502, 503, 504]


@pytest.mark.parametrize("status", STATUSES)
def test_each_error_is_told_in_both_languages_without_scripts_and_without_help_from_elsewhere(status):
    page = (ERRORS / f"{status}.html").read_text()
    page = re.sub(r'<!--# include file="(\w+\.html)" -->', lambda found: (ERRORS / found[1]).read_text(), page)
    assert re.search('<section lang="fr">\\s*<h2>', page)
    assert not re.search(r"<script|style=|https?://(?!www\.w3\.org/2000/svg)", page)
    assert '<!--# echo var="bastide_request_id" -->' in page
    assert f'<!--# set var="number" value="{status}" -->' in page


def test_each_page_of_an_error_is_used_and_has_its_words_for_programs():
    used = set(re.findall(r"^error_page .*/(\d+)\.(?:html|\$error_form);", ERRORS_CONF, re.MULTILINE))
    pages, answers = ({path.stem for path in ERRORS.glob(f"[0-9]*.{form}")} for form in ("html", "json"))
    assert used == pages == answers | {"414"} == set(map(str, STATUSES))


@pytest.mark.parametrize(
    ("most", "said"), [(500, ["500"]), (1, ["1"]), (65_535, ["65535"]), (999_999, ["65535"]), (None, [])]
)
def test_nginx_bounds_what_is_under_way_by_the_number_that_bounds_connections(most, said):
    assert re.findall(r"limit_conn connections (\d+);", render(replace(FRONT, connections_max=most))) == said
