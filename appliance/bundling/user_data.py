"""What a rented machine is told at its first start (cloud-init's user-data), so that it makes itself the box.

It holds no secret: every program on the machine may read it.
"""

import base64
import gzip
import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from appliance.bundling.form import key_of
from appliance.bundling.making import opener
from appliance.errors import ApplianceError
from appliance.tls.names import names_of

BYTES_MAX: Final = 16_384
"""What EC2 takes; the others take more."""

PLACE: Final = "/root/bastide"
REVISION: Final = re.compile(r"(?!-)[\w./-]+", re.ASCII)

HEADER: Final = """\
#cloud-config
# Makes a rented machine with Debian 12 or 13 a Bastide box. There is no secret in it.
# How far it is: cloud-init status --long; what it said: /var/log/cloud-init-output.log
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """The box that is to be: its names, and whether it has example models."""

    names: Sequence[str]
    with_examples: bool = True

    def command(self) -> list[str]:
        """Return the command that installs it."""
        names = [word for name in names_of(self.names).texts for word in ("--name", name)]
        return ["install", *names, *([] if self.with_examples else ["--no-examples"])]


def from_bundle(box: Box, url: str, fingerprint: str) -> str:
    """Return what has a machine fetch a bundle, verify it and install it. It brings the program that verifies along."""
    _require_address(url, ("http", "https"))
    program = base64.b64encode(gzip.compress(opener(), mtime=0)).decode()
    opening = ["/usr/bin/python3", "-I", f"{PLACE}/open.pyz", "--into", PLACE, url, key_of(fingerprint).hex()]
    text = f"""{HEADER}\
write_files:
  - path: {PLACE}/open.pyz
    permissions: "0600"
    encoding: gz+b64
    content: {program}
runcmd:
  - {json.dumps([*opening, *box.command()])}
"""
    if len(text) > BYTES_MAX:
        message = f"The user-data has {len(text):,} bytes, and a machine may be given {BYTES_MAX:,}."
        raise ApplianceError(message, "shorten the address of the bundle, or name fewer names")
    return text


def from_checkout(box: Box, url: str, revision: str) -> str:
    """Return what has a machine clone a repository and install the box from there, with its packages by the network."""
    _require_address(url, ("https",))
    if not REVISION.fullmatch(revision):
        message = f"{revision!r} is no revision."
        raise ApplianceError(message, "name a commit, a tag or a branch with --revision")
    steps = (
        ["git", "clone", "--quiet", url, PLACE],
        ["git", "-C", PLACE, "checkout", "--quiet", "--detach", revision],
        [f"{PLACE}/bastide", *box.command()],
    )
    return f"""{HEADER}\
package_update: true
packages: [ca-certificates, git, python3-venv]
runcmd:
  - {json.dumps(["sh", "-ec", " && ".join(shlex.join(step) for step in steps)])}
"""


def _require_address(url: str, schemes: Sequence[str]) -> None:
    is_right = re.fullmatch(r"[!-~]+", url) and urlsplit(url).scheme in schemes and urlsplit(url).hostname
    if not is_right:
        message = f"{url!r} is no address that a machine can fetch from."
        raise ApplianceError(message, f"name one that begins with {' or '.join(f'{each}://' for each in schemes)}")
