"""A colleague's browser with the policy that /trust offers: it opens the box without a warning, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Error, Page

from appliance.tls import keeping, trust
from appliance.tls.directory import File, TlsDirectory
from appliance.tls.encoding import pem_of_chain, pem_of_key
from appliance.tls.names import names_of
from tests.appliance.tls.company import NOW, OTHER_NAMES, leaf_draft, new_key, signed
from tests.appliance.tls.server import served
from tests.e2e import chromium
from tests.e2e.accessibility import violations

pytestmark = pytest.mark.browser

NAME_AND_ADDRESS, NAME_ALONE, ADDRESS_ALONE = (
    names_of(texts) for texts in (["box.example", "127.0.0.1"], ["box.example"], ["127.0.0.1"])
)
with_names = partial(pytest.mark.parametrize, "directory", indirect=True, ids=lambda names: " ".join(names.texts))


@pytest.fixture
def directory(tmp_path, request):
    made = TlsDirectory(root=tmp_path / "tls")
    keeping.ensure(made, getattr(request, "param", NAME_AND_ADDRESS), NOW)
    return made


@pytest.fixture
def pages(directory, tmp_path):
    trust.write_pages(directory, tmp_path / "www", NOW)
    return tmp_path / "www"


@pytest.fixture
def policy(pages):
    """Give every Chromium of this machine the policy, for as long as the test runs."""
    with chromium.policy((pages / "chrome-policies.json").read_bytes()):
        yield


@contextmanager
def opened(browser: Browser, host: str, port: int) -> Iterator[Page]:
    """Give a page of a new Chromium for which the host is this machine."""
    with chromium.opened(browser.browser_type, {host: f"127.0.0.1:{port}"}) as page:
        yield page


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        """Say nothing of each request."""


@contextmanager
def over_http(directory: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(directory))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_without_the_policy_the_browser_refuses_the_box(browser, directory):
    with (
        served(directory.path(File.BOX), directory.path(File.BOX_KEY)) as port,
        opened(browser, "box.example", port) as page,
        pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"),
    ):
        page.goto("https://box.example/")


@with_names([NAME_AND_ADDRESS, NAME_ALONE])
def test_with_the_policy_the_browser_opens_the_box(browser, directory, policy):
    with (
        served(directory.path(File.BOX), directory.path(File.BOX_KEY)) as port,
        opened(browser, "box.example", port) as page,
    ):
        page.goto("https://box.example/")
        assert page.text_content("h1") == "The box answers"
        assert page.evaluate("window.isSecureContext")


@with_names([ADDRESS_ALONE])
def test_with_the_policy_the_browser_opens_a_box_without_a_name(browser, directory, policy):
    with (
        served(directory.path(File.BOX), directory.path(File.BOX_KEY)) as port,
        opened(browser, "box.example", port) as page,
    ):
        page.goto(f"https://127.0.0.1:{port}/")
        assert page.text_content("h1") == "The box answers"


@with_names([NAME_AND_ADDRESS, NAME_ALONE, ADDRESS_ALONE])
def test_with_the_policy_the_browser_refuses_another_name_signed_with_the_same_key(
    browser, directory, policy, tmp_path
):
    authority, key = keeping.authority_of(directory), new_key()
    assert authority, "The fixture made one"
    forged = signed(leaf_draft(key.public_key(), OTHER_NAMES), authority)
    (tmp_path / "key").write_bytes(pem_of_key(key))
    (tmp_path / "chain").write_bytes(pem_of_chain(forged, authority.certificate))
    with (
        served(tmp_path / "chain", tmp_path / "key") as port,
        opened(browser, "bank.example", port) as page,
        pytest.raises(Error, match="ERR_CERT_INVALID"),
    ):
        page.goto("https://bank.example/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_a_phone(browser, pages, scheme):
    with (
        over_http(pages) as url,
        browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 740}) as context,
    ):
        page = context.new_page()
        page.goto(url)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
