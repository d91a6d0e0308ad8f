"""A small bundle, signed with a key of its own, as `making` writes it."""

import io
import platform

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.bundling import making
from appliance.bundling.making import Order
from appliance.bundling.opening import Machine, opened
from appliance.bundling.targets import TARGETS

HERE = Machine(debian="12", processor=platform.machine())


class Made:
    """A bundle in memory, and how it is opened."""

    def __init__(self, files, into, *, key=None):
        self.key = key or Ed25519PrivateKey.generate()
        self.into = into
        order = Order(path=into / "it", key=self.key, targets=(TARGETS["12"],), version="1.0")
        out = io.BytesIO()
        making.write(out, order, files)
        self.content = out.getvalue()

    @property
    def public(self):
        return self.key.public_key().public_bytes_raw()

    def open(self, content=None, *, key=None, here=HERE):
        return opened(io.BytesIO(self.content if content is None else content), key or self.public, self.into, here)

    def left(self):
        """Return what lies where it was to be unpacked."""
        return sorted(path.name for path in self.into.iterdir())


@pytest.fixture
def files(tmp_path):
    source = tmp_path / "source"
    (source / "bundle/wheels").mkdir(parents=True)
    (source / "bastide").write_text('#!/bin/sh\necho "told: $*"\n')
    (source / "bastide").chmod(0o755)
    (source / "bundle/wheels/one.whl").write_bytes(b"wheel" * 300)
    (source / "bundle/empty").touch()
    return {name: source / name for name in ("bastide", "bundle/wheels/one.whl", "bundle/empty")}


@pytest.fixture
def made(files, tmp_path):
    into = tmp_path / "into"
    into.mkdir()
    return Made(files, into)
