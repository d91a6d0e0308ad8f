"""The file for IIS in the how-to is what Microsoft documents of its sections, and does what our own front is told to.

No IIS runs here. What is held against the file is the documentation of the sections: which elements and attributes
there are, and what these may say. One attribute too many and IIS answers everything with 500.19.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from appliance import environment, sizes
from appliance.proxy import SOURCES

HOW_TO = SOURCES.parent / "docs" / "how-to"
FILE = HOW_TO / "front" / "web.config"
PAGES = [HOW_TO / name for name in ("another-front.md", "another-front.fr.md")]
ROOT = ET.parse(FILE).getroot()  # noqa: S314  # a file of our own
SERVER = ROOT[0]
CONFIGURATION = (SOURCES / "nginx.conf").read_text()
HEADERS = (SOURCES / "headers.conf").read_text()
TO_THE_SITE = (SOURCES / "proxy.conf").read_text()

TEXT, NUMBER, TRUTH = r"[^\r\n]*", r"\d{1,10}", "true|false"
SYNTAX = {"name": ".+", "enabled": TRUTH, "patternSyntax": "ECMAScript|Wildcard|ExactMatch", "stopProcessing": TRUTH}
CONDITIONS = {
    "conditions": {"logicalGrouping": "MatchAll|MatchAny", "trackAllCaptures": TRUTH},
    "conditions/add": {
        "input": ".+", "matchType": "Pattern|IsFile|IsDirectory", "pattern": TEXT, "ignoreCase": TRUTH, "negate": TRUTH
    },
}  # fmt: skip  # a table
INBOUND = {
    "": SYNTAX,
    "match": {"url": ".+", "ignoreCase": TRUTH, "negate": TRUTH},
    **CONDITIONS,
    "serverVariables": {},
    "serverVariables/set": {"name": r"\w+", "value": TEXT, "replace": TRUTH},
    "action": {
        "type": "None|Rewrite|Redirect|CustomResponse|AbortRequest", "url": ".+", "appendQueryString": TRUTH,
        "logRewrittenUrl": TRUTH, "redirectType": "Permanent|Found|SeeOther|Temporary", "statusCode": r"[1-9]\d\d",
        "subStatusCode": NUMBER, "statusReason": TEXT, "statusDescription": TEXT,
    },
}  # fmt: skip  # as above
OUTBOUND = {
    "": SYNTAX | {"preCondition": ".+"},
    "match": {
        "filterByTags": TEXT, "customTags": TEXT, "serverVariable": r"\w+", "pattern": ".+", "ignoreCase": TRUTH,
        "negate": TRUTH, "occurrences": NUMBER,
    },
    **CONDITIONS,
    "action": {"type": "None|Rewrite", "value": TEXT, "replace": TRUTH},
}  # fmt: skip  # as above
SCHEMA: dict[str, dict[str, str]] = {
    "rewrite": {},
    "rewrite/rules": {},
    "rewrite/outboundRules": {"rewriteBeforeCache": TRUTH},
    **{f"rewrite/rules/rule/{name}".rstrip("/"): attributes for name, attributes in INBOUND.items()},
    **{f"rewrite/outboundRules/rule/{name}".rstrip("/"): attributes for name, attributes in OUTBOUND.items()},
    "security": {},
    "security/requestFiltering": dict.fromkeys(
        ("allowDoubleEscaping", "allowHighBitCharacters", "unescapeQueryString", "removeServerHeader"), TRUTH
    ),
    "security/requestFiltering/requestLimits": dict.fromkeys(
        ("maxAllowedContentLength", "maxUrl", "maxQueryString"), NUMBER
    ),
    "httpErrors": {"existingResponse": "Auto|Replace|PassThrough", "errorMode": "DetailedLocalOnly|Custom|Detailed"},
    "httpProtocol": {"allowKeepAlive": TRUTH},
    "httpProtocol/customHeaders": {},
    "httpProtocol/customHeaders/add": {"name": ".+", "value": TEXT},
    "httpProtocol/customHeaders/remove": {"name": ".+"},
}
PROXY = {
    "enabled": TRUTH, "preserveHostHeader": TRUTH, "reverseRewriteHostInResponseHeaders": TRUTH,
    "timeout": r"\d\d:\d\d:\d\d", "xForwardedForHeaderName": TEXT,
}  # fmt: skip  # as above
NOBODY = "Nobody's name"
NEEDED = {"rule": {"name"}, "set": {"name", "value"}, "action": {"type"}, "remove": {"name"}}
OF_ACTIONS = {"Rewrite": {"url", "value"}, "Redirect": {"url"}, "CustomResponse": {"statusCode"}}


def elements(of: ET.Element, path: str = "") -> Iterator[tuple[str, ET.Element]]:
    """Yield each element below, by the path that leads to it."""
    for each in of:
        here = f"{path}/{each.tag}".lstrip("/")
        yield here, each
        yield from elements(each, here)


def rule(kind: str, name: str) -> ET.Element:
    return next(each for each in SERVER.iterfind(f"rewrite/{kind}/rule") if each.get("name") == name)


def action(kind: str, name: str) -> dict[str, str]:
    found = rule(kind, name).find("action")
    assert found is not None
    return found.attrib


def test_it_has_nothing_beside_the_sections_of_a_web_server():
    assert (ROOT.tag, [each.tag for each in ROOT]) == ("configuration", ["system.webServer"])


@pytest.mark.parametrize(("path", "element"), [*elements(SERVER)])
def test_each_element_and_attribute_is_documented_and_says_what_it_may(path, element):
    assert path in SCHEMA
    known = SCHEMA[path]
    wrong = {name: value for name, value in element.attrib.items() if not re.fullmatch(known.get(name, "(?!)"), value)}
    assert wrong == {}
    assert NEEDED.get(element.tag, set()) <= element.attrib.keys()
    assert not (element.text or "").strip()


@pytest.mark.parametrize("kind", ["rules", "outboundRules"])
def test_each_rule_has_a_name_of_its_own_what_it_matches_and_what_it_does(kind):
    rules = SERVER.findall(f"rewrite/{kind}/rule")
    assert len({each.get("name") for each in rules}) == len(rules) > 0
    for each in rules:
        assert [child.tag for child in each if child.tag in {"match", "action"}] == ["match", "action"]
        does = action(kind, each.get("name") or "")
        assert does["type"] not in OF_ACTIONS or OF_ACTIONS[does["type"]] & does.keys()


def test_each_expression_can_be_read():
    told = [each.get(name) for _, each in elements(SERVER) for name in ("url", "pattern") if each.tag != "action"]
    assert all(re.compile(each) for each in told if each)


@pytest.mark.parametrize(
    ("host", "is_refused"),
    [("models.corp.example", False), ("models.corp.example:443", False), ("elsewhere.example", True),
     ("models.corp.example.evil.example", True), ("modelsXcorp.example", True)],
)  # fmt: skip  # a table
def test_another_name_is_refused_with_the_status_of_our_front(host, is_refused):
    condition = rule("rules", NOBODY).find("conditions/add")
    assert condition is not None
    assert condition.get("negate") == "true"
    assert (re.search(condition.get("pattern") or "", host) is None) == is_refused
    status = action("rules", NOBODY)["statusCode"]
    assert f"return {status};" in CONFIGURATION
    assert SERVER.find("rewrite/rules/rule") is rule("rules", NOBODY)


def test_the_site_is_told_what_our_front_tells_it():
    told = re.findall(r"^proxy_set_header (X-\S+|Forwarded|Proxy) (.+);$", TO_THE_SITE, re.MULTILINE)
    ours = {name.upper().replace("-", "_"): value for name, value in told if name != "X-Request-ID"}
    means = {"{REMOTE_ADDR}": "$remote_addr", "https": "$scheme", "{HTTP_HOST}": "$host$port_in_host", "": '""'}
    sent = rule("rules", "To the site").findall("serverVariables/set")
    assert {each.attrib["name"].removeprefix("HTTP_"): means[each.attrib["value"]] for each in sent} == ours


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_allows_each_variable_that_the_file_sets(page):
    allowed = re.findall(r"\[name='(\w+)'\]", page.read_text())
    assert allowed == [each.get("name") for each in SERVER.iterfind("rewrite/rules/rule/serverVariables/set")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_sets_the_proxy_as_documented_and_as_patient_as_our_front(page):
    line = next(each for each in page.read_text().splitlines() if "system.webServer/proxy" in each)
    told = dict(re.findall(r"/(\w+):(\S+)", line))
    del told["commit"]
    assert {name: value for name, value in told.items() if not re.fullmatch(PROXY[name], value)} == {}
    hours, minutes, seconds = map(int, told["timeout"].split(":"))
    assert f"proxy_read_timeout {hours * 3600 + minutes * 60 + seconds}s;" in CONFIGURATION
    assert told["preserveHostHeader"] == "true"


def test_answers_have_the_headers_of_our_front():
    assert f'on "{action("outboundRules", "HSTS")["value"]}";' in CONFIGURATION
    assert f"add_header X-Content-Type-Options {action('outboundRules', 'No sniffing')['value']} always;" in HEADERS


def test_a_body_may_be_as_large_as_the_default_of_the_box():
    limits = SERVER.find("security/requestFiltering/requestLimits")
    assert limits is not None
    default = sizes.parse(environment.UPLOAD_BYTES_MAX, environment.UPLOAD_BYTES_MAX_DEFAULT)
    assert int(limits.get("maxAllowedContentLength") or 0) == default < 1 << 32


def test_the_address_goes_on_as_it_came():
    site, tls = action("rules", "To the site"), action("rules", "To TLS")
    assert all(each["url"].endswith("{UNENCODED_URL}") for each in (site, tls))
    assert (site["appendQueryString"], tls["appendQueryString"], tls["redirectType"]) == ("false", "false", "Temporary")
