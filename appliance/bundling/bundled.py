"""What a release that was unpacked from a bundle has beside it, which no checkout has."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote

from appliance.bundling.form import SIGNED_BY, grouped, key_of
from appliance.bundling.opening import this_machine
from appliance.errors import ApplianceError
from appliance.installing.places import ETC
from appliance.installing.placing import place
from appliance.paths import ROOT

BUNDLE: Final = ROOT / "bundle"
WHEELS: Final = "bundle/wheels"
DEBIAN: Final = "bundle/debian"
TRUSTED: Final = ETC / "bundle-key"
"""The key of the last bundle of which the box was installed or upgraded; the next one must be signed by it."""


@contextmanager
def apt_options() -> Iterator[list[str]]:
    """Give the options by which apt-get takes the bundle's packages and no others; none where there is no bundle."""
    if not BUNDLE.exists():
        yield []
        return
    archive = ROOT / DEBIAN / this_machine().debian
    if not archive.is_dir():
        message = f"The bundle has no packages for Debian {this_machine().debian}."
        raise ApplianceError(message, "make one for this machine: ./bastide bundle --debian NUMBER")
    with TemporaryDirectory(prefix="bastide-apt-") as scratch:
        state = Path(scratch)
        (state / "lists/partial").mkdir(parents=True)
        (state / "archives/partial").mkdir(parents=True)
        # Trusted: whoever opened the bundle has verified each file by its signature.
        (state / "sources.list").write_text(f"deb [trusted=yes] file:{quote(str(archive))} ./\n")
        settings = {
            "Dir::State::lists": state / "lists",
            "Dir::Cache": state,
            "Dir::Etc::SourceList": state / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null",
            "Acquire::Languages": "none",
            "APT::Sandbox::User": "root",
        }
        yield [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def trust_key() -> bool:
    """Keep the key of the bundle, so that the next one need not be vouched for again. Return whether it is another."""
    signed_by = ROOT / SIGNED_BY
    return signed_by.exists() and place(TRUSTED, signed_by.read_text())


def trusted_fingerprint(typed: str) -> str:
    """Return the key that a bundle must be signed with: the one that was typed, or the one that the box trusts."""
    if typed:
        return grouped(key_of(typed))
    try:
        return TRUSTED.read_text().strip()
    except FileNotFoundError as error:
        message = "This box was not installed from a bundle, so it trusts no key of bundles yet."
        raise ApplianceError(message, "--fingerprint FINGERPRINT, as ./bastide bundle printed it") from error
