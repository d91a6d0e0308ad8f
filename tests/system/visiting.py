"""Comes to an installed box as people and programs do, by its front; and to its planes, as their services are."""

import html
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx

from tests.system.installation import NAME
from tests.system.machine import Machine

RELEASE: Final = "/opt/bastide/current"
PYTHON: Final = f"{RELEASE}/.venv/bin/python"
BY_THE_SITE: Final = "import sys; from appliance.installing.running import python; print(python(*sys.argv[1:]))"
NO_PROPERTY: Final = (
    r"^(?!Exec|Restart|\[|#|Type|Slice|Description|PartOf|After|Start|Wanted|Timeout|Watchdog)(\w+=.*)$"
)
WAITED_S: Final = 60.0
LOOKED_EVERY_S: Final = 0.5


class Towards(httpx.HTTPTransport):
    """Reaches the box under its name, which no name server knows."""

    def __init__(self, machine: Machine) -> None:
        authority = machine.root / "etc/bastide/tls/authority.crt"
        super().__init__(verify=ssl.create_default_context(cafile=authority))
        self._address = machine.address

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the machine."""
        url = request.url.copy_with(host=self._address)
        extensions = {**request.extensions, "sni_hostname": NAME}
        sent = httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)
        return super().handle_request(sent)


class Visitor:
    """A browser without a screen, or a program with a key."""

    def __init__(self, machine: Machine, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = httpx.Client(
            base_url=f"https://{NAME}", transport=Towards(machine), headers=headers, follow_redirects=True, timeout=60
        )

    def post(self, address: str, **said: Any) -> httpx.Response:
        """Send a form."""
        token = {"csrfmiddlewaretoken": self.client.cookies["csrftoken"]}
        return self.client.post(address, data=token | said, headers={"Referer": f"https://{NAME}/"})

    def text(self, address: str, **query: str) -> str:
        """Return what a page says."""
        return words_of(self.client.get(address, params=query))

    def sees(self, words: str, address: str, timeout_s: float = WAITED_S, **query: str) -> bool:
        """Return whether a page comes to say this."""
        deadline_s = time.monotonic() + timeout_s
        while not (is_said := words in self.text(address, **query)) and time.monotonic() < deadline_s:
            time.sleep(LOOKED_EVERY_S)  # a box that is asked without a pause has no time for anything else
        return is_said


def words_of(answer: httpx.Response) -> str:
    """Return the words of a page that could be had."""
    assert answer.status_code == 200, f"{answer.url}: {answer.status_code} {answer.text[:2000]}"
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


@contextmanager
def visiting(machine: Machine, key: str = "") -> Iterator[Visitor]:
    """Come with a key, or as the administrator who has logged in."""
    visitor = Visitor(machine, key)
    with visitor.client:
        if not key:
            password = machine.run("cat", "/var/lib/bastide/admin-password").strip()
            visitor.client.get("/login/")
            assert "Log out" in words_of(visitor.post("/login/", username="admin", password=password))
        yield visitor


def by_the_site(machine: Machine, *arguments: str) -> str:
    """Return what the release's Python printed as the site, in its sandbox: `manage.py …`, `-m …`, `-c …`."""
    argv = (PYTHON, "-c", BY_THE_SITE, *arguments)
    return machine.run(*argv, variables={"PYTHONPATH": RELEASE}, timeout_s=600)


def within(machine: Machine, unit: str, *argv: str) -> str:
    """Return what a program printed that ran as a service would: its user, its sandbox."""
    found = re.findall(NO_PROPERTY, machine.run("systemctl", "cat", unit), re.MULTILINE)
    options = [f"--property={each}" for each in found]
    return machine.run("systemd-run", "--quiet", "--wait", "--pipe", "--collect", *options, "/usr/bin/env", *argv)
