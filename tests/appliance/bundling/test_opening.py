"""A bundle is opened when every byte of it is as it was signed, by the key that is trusted, and else leaves nothing."""

import io
import json
import random
import re
import subprocess
import sys
import tarfile
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.bundling import making, opening
from appliance.bundling.form import BLOCK, END, PURPOSE, Refused, grouped, head, key_of, padding
from tests.appliance.bundling.conftest import HERE, Made


def signed_anew(made, change):
    """Return the bundle with another manifest, which the same key signed."""
    with tarfile.open(fileobj=io.BytesIO(made.content)) as whole:
        offsets = {each.name: (each.offset_data, each.size) for each in whole}
        start = whole.getmember("bastide").offset
    program, manifest = (
        made.content[at : at + size] for at, size in (offsets[name] for name in ("open.pyz", "manifest.json"))
    )
    told = json.loads(manifest)
    change(told)
    other = json.dumps(told).encode()
    signature = f"{made.public.hex()} {made.key.sign(PURPOSE + other).hex()}\n".encode()
    parts = (("open.pyz", program), ("manifest.json", other), ("signature", signature))
    front = b"".join(head(name, len(part), 0o644) + part + padding(len(part)) for name, part in parts)
    return front + made.content[start:]


def test_a_changed_byte_is_refused_wherever_it_is(made):
    places = [*random.sample(range(len(made.content)), 150), *range(BLOCK), len(made.content) - 1]
    for place in places:
        changed = bytearray(made.content)
        changed[place] ^= 1 << random.randrange(8)
        with pytest.raises(Refused):
            made.open(bytes(changed))
    assert made.left() == []


@pytest.mark.parametrize("cut", [1, BLOCK, 2 * BLOCK, 3 * BLOCK, 6_000])
def test_one_that_is_cut_off_is_refused(made, cut):
    with pytest.raises(Refused, match=r"cut off|is no bundle"):
        made.open(made.content[:-cut])
    assert made.left() == []


@pytest.mark.parametrize("more", [b"\0", END, b"more"])
def test_one_that_goes_on_after_its_end_is_refused(made, more):
    with pytest.raises(Refused, match="something follows"):
        made.open(made.content + more)
    assert made.left() == []


def test_a_missing_file_is_named(made, files, tmp_path):
    start = made.content.index(b"bundle/wheels/one.whl", made.content.index(b"#!/bin/sh"))
    end = made.content.index(b"bundle/empty", start)
    with pytest.raises(Refused, match=r"bundle/wheels/one\.whl is missing"):
        made.open(made.content[:start] + made.content[end:])


def test_another_key_is_told_with_its_fingerprint(made):
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(Refused, match=f"another key than you trust: {grouped(made.public)}, not {grouped(other)}"):
        made.open(key=other)


def test_a_signature_of_another_key_under_the_right_name_is_wrong(made, files):
    stranger = Made(files, made.into)
    forged = stranger.content.replace(stranger.public.hex().encode(), made.public.hex().encode())
    with pytest.raises(Refused, match="its signature is wrong"):
        made.open(forged)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\0" * 10_000, b"text " * 1_000])
def test_what_is_no_bundle_is_refused(made, content):
    with pytest.raises(Refused):
        made.open(content)


@pytest.mark.parametrize("here", [replace(HERE, debian="13"), replace(HERE, debian=""), replace(HERE, processor="z80")])
def test_one_for_another_machine_is_refused(made, here):
    with pytest.raises(Refused, match="The bundle is for Debian 12"):
        made.open(here=here)


NAMES = ["../out", "/etc/out", "a/../../out", ".hidden", "a//b", "bundle/signed-by", "bastide"]


@pytest.mark.parametrize("name", NAMES)
def test_a_signed_name_that_leads_elsewhere_is_refused(made, name):
    def change(told):
        told["members"][2]["name"] = name

    with pytest.raises(Refused):
        made.open(signed_anew(made, change))
    assert made.left() == []


@pytest.mark.parametrize("release", ["..", "a/b", ".a", ""])
def test_a_signed_release_without_a_name_is_refused(made, release):
    with pytest.raises(Refused, match="no name"):
        made.open(signed_anew(made, lambda told: told.update(release=release)))


def test_a_form_that_is_not_known_is_refused(made):
    with pytest.raises(Refused, match="has form 2"):
        made.open(signed_anew(made, lambda told: told.update(format=2)))


def test_a_directory_of_somebody_else_is_left_alone(made):
    there = made.into / made.open().name
    (there / "bundle/signed-by").unlink()
    with pytest.raises(Refused, match="is there already"):
        made.open()
    assert (there / "bastide").exists()


def test_a_full_disk_is_told_before_anything_is_written(made, monkeypatch):
    monkeypatch.setattr(opening, "ROOM_NEEDED", 1 << 60)
    with pytest.raises(Refused, match="GB free, and the bundle needs"):
        made.open()
    assert made.left() == []


def test_every_file_is_there_with_its_mode(made, files):
    there = made.open()
    assert {name: (there / name).read_bytes() for name in files} == {name: files[name].read_bytes() for name in files}
    assert [(there / name).stat().st_mode & 0o777 for name in ("bastide", "bundle/empty")] == [0o755, 0o644]
    assert key_of((there / "bundle/signed-by").read_text()) == made.public


def test_it_can_be_opened_again(made):
    (made.open() / "bundle/wheels/one.whl").write_text("half")
    assert (made.open() / "bundle/wheels/one.whl").stat().st_size > 4
    assert len(made.left()) == 1


def test_tar_reads_it_too(made, files):
    with tarfile.open(fileobj=io.BytesIO(made.content)) as whole:
        assert whole.getnames() == ["open.pyz", "manifest.json", "signature", *files]


@pytest.mark.parametrize("typed", ["", "41a9", "g" * 64, "0" * 65])
def test_what_is_no_fingerprint_is_told(typed):
    with pytest.raises(Refused, match="64 digits"):
        key_of(typed)


def test_a_fingerprint_may_be_typed_in_many_ways(made):
    digits = made.public.hex()
    assert {key_of(each) for each in (digits, digits.upper(), grouped(made.public), f" {digits}\n")} == {made.public}


@pytest.fixture
def alone(made, tmp_path):
    """How the program of the bundle is run: by Python without any package, as on a bare machine."""
    (tmp_path / "it.bundle").write_bytes(made.content)
    (tmp_path / "open.pyz").write_bytes(making.opener())

    def run(*arguments):
        argv = [sys.executable, "-I", "-S", tmp_path / "open.pyz", "--into", made.into, *arguments]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.mark.skipif(opening.this_machine().debian != "12", reason="the bundle is for Debian 12")
def test_the_program_runs_alone_and_hands_over(alone, made, tmp_path):
    done = alone(tmp_path / "it.bundle", grouped(made.public), "install", "--name", "box.example")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "told: install --name box.example\n"


def test_the_program_tells_in_one_sentence_what_is_wrong(alone, made, tmp_path):
    done = alone(tmp_path / "it.bundle", "0" * 64, "install")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.match(r"error: The bundle is signed by another key .*\ntry: ", done.stderr)
    assert "Traceback" not in done.stderr


def test_a_bundle_that_is_not_there_is_told(alone, tmp_path):
    done = alone(tmp_path / "nothing", "0" * 64)
    assert "error: The bundle" in done.stderr
    assert "No such file" in done.stderr
