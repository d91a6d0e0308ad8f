"""Debian's Chromium as the tests start it: without a window, and asking nobody for anything by itself."""

from playwright.sync_api import Browser, Playwright

EXECUTABLE = "/usr/bin/chromium"
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
