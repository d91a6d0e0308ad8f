"""Debian's Chromium as the tests start it: without a window, and asking nobody for anything by itself."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, Error, Page, Playwright

EXECUTABLE = "/usr/bin/chromium"
POLICIES = Path("/etc/chromium/policies/managed")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """Return a running browser."""
    return playwright.chromium.launch(executable_path=EXECUTABLE, args=list(OPTIONS))


@contextmanager
def opened(kind: BrowserType, hosts: Mapping[str, str]) -> Iterator[Page]:
    """Give a page of a new Chromium that finds these hosts at these addresses with a port."""
    rules = ", ".join(f"MAP {host} {address}" for host, address in hosts.items())
    launched = kind.launch(executable_path=EXECUTABLE, args=[*OPTIONS, f"--host-resolver-rules={rules}"])
    try:
        yield launched.new_page()
    finally:
        launched.close()


def visit(page: Page, address: str) -> None:
    """Go to an address, once more where a machine of another test that comes or goes has changed the network."""
    try:
        page.goto(address)
    except Error as error:
        if "ERR_NETWORK_CHANGED" not in str(error):
            raise
        page.goto(address)


@contextmanager
def policy(content: bytes) -> Iterator[None]:
    """Give every Chromium of this machine a policy, under a name of its own, until the block is left."""
    if os.geteuid():
        pytest.skip("only root may place a policy")
    missing = [each for each in (POLICIES, *POLICIES.parents) if not each.exists()]
    file = POLICIES / f"bastide-test-{os.getpid()}.json"
    try:
        POLICIES.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        yield
    finally:
        file.unlink(missing_ok=True)
        for each in missing:
            each.rmdir()
