"""Which box is asked, and with which key."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from appliance import environment, lock
from appliance.errors import ApplianceError
from appliance.installing import settings
from appliance.installing.places import is_installed
from appliance.paths import DataDirectory
from appliance.upload import Site

INSTALLED_HINT: Final = "export BASTIDE_API_KEY=$(sudo bastide key create --user NAME)"


def elsewhere(url: str, key_file: str | None) -> Site:
    """Return the box at an address."""
    hint = "set BASTIDE_API_KEY, or name a file that holds the key with --key-file"
    return Site(url=checked_url(url), key=_checked_key(key_file, "A box elsewhere wants an API key.", hint))


def here(data: DataDirectory, key_file: str | None) -> Site:
    """Return the running box of a data directory."""
    running = lock.holder(data)
    if is_installed(data):
        url = settings.read().get("BASTIDE_PUBLIC_URL", "")
        return Site(url=checked_url(url), key=_checked_key(key_file, "Batch jobs want an API key.", INSTALLED_HINT))
    if running is None:
        message = f"No box runs in {data.root}."
        raise ApplianceError(
            message, "start it with ./bastide up, name its directory with --data-dir, or one with --url"
        )
    hint = f"export BASTIDE_API_KEY=$(./bastide key create --user NAME --data-dir {data.root})"
    return Site(url=checked_url(running.url), key=_checked_key(key_file, "Batch jobs want an API key.", hint))


def checked_url(text: str) -> str:
    """Return the address of a box, without a slash at its end. Raise where it is no address."""
    try:
        address = urlsplit(text)
        is_address = address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        message = f"'{text}' is no address of a box."
        raise ApplianceError(message, "--url http://HOST:PORT or https://HOST, as in the browser")
    return text.rstrip("/")


def _checked_key(key_file: str | None, missing: str, hint: str) -> str:
    key = _read_key(key_file) if key_file else environment.api_key()
    if not key:
        raise ApplianceError(missing, hint)
    if not key.isascii() or not key.isprintable() or " " in key:
        message = "The API key is none: it has spaces, several lines, or letters with accents."
        raise ApplianceError(message, "copy it anew, the whole of it and nothing else; it begins with bst_")
    return key


def _read_key(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"The key in {path} cannot be read ({error})."
        raise ApplianceError(message, "name a file that holds nothing but the key") from error
