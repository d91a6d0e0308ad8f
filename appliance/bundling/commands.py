"""What `bundle`, `cloud-init` and `upgrade --bundle` do, as `cli.py` runs them."""

import argparse
import hashlib
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from appliance.box_commands import Terminal
from appliance.bundling import making, opening, user_data
from appliance.bundling.bundled import trusted_fingerprint
from appliance.bundling.form import ADDRESS, OPENER, grouped
from appliance.bundling.making import Order
from appliance.bundling.signing import USUAL, load_key, make_key
from appliance.bundling.targets import targets_of
from appliance.downloading import require_writable
from appliance.errors import ApplianceError
from appliance.installing.root import require_root
from appliance.keeping.alone import require_installed
from appliance.options import version
from appliance.paths import ROOT

ROOMY: Final = "/var/tmp"  # noqa: S108  # the directory in it that is used has a name nobody knows, and is root's own


def run_bundle(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write a bundle, and say what is typed on the machine that opens it."""
    started_s, path = time.monotonic(), Path(arguments.output).absolute()
    require_writable(str(path))
    targets = targets_of(arguments.debians)
    key_path = Path(arguments.sign_with) if arguments.sign_with else USUAL.expanduser()
    if not arguments.sign_with and make_key(key_path):
        terminal.say(f"Made a key that signs bundles: {key_path}. Keep it: a box trusts this one from then on.")
    key = load_key(key_path)
    making.make(Order(path=path, key=key, targets=tuple(targets), version=version()), terminal.say)
    made_for = " and ".join(target.number for target in targets)
    size = path.stat().st_size / 2**20
    terminal.say(f"{path} is written ({size:,.0f} MiB, for Debian {made_for}, {time.monotonic() - started_s:.0f} s).")
    terminal.say(f"SHA-256 of its {OPENER}, to compare before it is run:")
    terminal.say(f"  {hashlib.sha256(making.opener()).hexdigest()}")
    terminal.say("Fingerprint of the key that signed it:")
    terminal.say(f"  {grouped(key.public_key().public_bytes_raw())}")
    return 0


def run_cloud_init(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print what a rented machine is told at its first start."""
    box = user_data.Box(names=arguments.names, with_examples=arguments.examples)
    given = {name for name in ("bundle_url", "fingerprint", "checkout_url", "revision") if getattr(arguments, name)}
    if given == {"bundle_url", "fingerprint"}:
        text = user_data.from_bundle(box, arguments.bundle_url, arguments.fingerprint)
    elif given == {"checkout_url", "revision"}:
        text = user_data.from_checkout(box, arguments.checkout_url, arguments.revision)
    else:
        message = "It must be said where the machine takes the release from, and by what it knows it."
        hint = "either --bundle-url URL --fingerprint FINGERPRINT, or --checkout-url URL --revision REVISION"
        raise ApplianceError(message, hint)
    terminal.say(text.rstrip("\n"))
    return 0


def upgrade_from(bundle: str, fingerprint: str, terminal: Terminal) -> int:
    """Open a bundle by the key that the box trusts, and have the release in it upgrade the box."""
    require_root()
    require_installed()
    trusted = trusted_fingerprint(fingerprint)
    terminal.say(f"  Verifying {bundle}")
    source = bundle if ADDRESS.match(bundle) else str(Path(bundle).absolute())
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with TemporaryDirectory(prefix="bastide-bundle-", dir=ROOMY) as scratch:
        argv = ["/usr/bin/python3", "-m", opening.__name__, "--into", scratch, source, trusted, "upgrade"]
        return ended_with_us(argv, environment, scratch)


def ended_with_us(argv: Sequence[str], environment: Mapping[str, str], directory: str) -> int:
    """Return the status of a program that undoes what it began when it is asked to end, as it is when we are."""
    with subprocess.Popen(argv, env=environment, cwd=directory) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
