# SPDX-License-Identifier: MIT
"""No private key is left in the program's memory when it ends, in whatever form.

The stack and the heap are searched, freed blocks included, as they are at its exit.
"""

import subprocess
import sys

import pytest

from .. import memory
from ..program import ENV, SIXRELAY, lacking
from ..secret import Secret, found
from .test_cli import RESERVED, Machine

FORGETS_NOTHING = """
import base64, os, sys
text = open(sys.argv[1]).read()
raw = base64.b64decode(text)
forms = [raw, raw.hex()]
os._exit(0)
"""
KEYS = ["server.key", "mikrotik.key"]
OTHER = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="


class Watched(Machine):
    """A root directory, and the program on it, whose memory is searched when it has ended."""

    def keys(self):
        return [Secret(name, self.read(f"etc/wireguard/{name}").strip()) for name in KEYS]

    def end(self, command, *args, status=0):
        """Runs a command; returns what it said, and its memory."""
        argv = [SIXRELAY, command, "--root", self.root, *args]
        done = subprocess.run(
            [sys.executable, memory.__file__, *map(str, argv)],
            env=ENV,
            capture_output=True,
            timeout=120,
            check=False,
        )
        if b"ptrace" in done.stderr:
            lacking("no program can be traced here")
        assert done.returncode == status, done.stderr
        return done.stderr.decode(), done.stdout


@pytest.fixture
def machine(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    return Watched(root)


@pytest.fixture
def applied(machine):
    machine.apply()
    return machine


def test_the_search_would_find_a_key(applied):
    """A program that has read the keys and forgets nothing."""
    for name in KEYS:
        path = applied.root / "etc/wireguard" / name
        argv = [sys.executable, memory.__file__, sys.executable, "-c", FORGETS_NOTHING, path]
        done = subprocess.run(argv, env=ENV, capture_output=True, timeout=120, check=False)
        if b"ptrace" in done.stderr:
            lacking("no program can be traced here")
        said = found([Secret(name, path.read_text().strip())], done.stdout)
        forms = {f"{name}: {form} from byte 0 on" for form in ("base64", "bytes", "hex")}
        assert forms <= set(said)


def test_apply_that_makes_the_keys(machine):
    _, left = machine.end("apply", "--metadata", RESERVED)
    assert found(machine.keys(), left) == []


def test_apply_with_nothing_to_do(applied):
    _, left = applied.end("apply", "--metadata", RESERVED)
    assert found(applied.keys(), left) == []


def test_apply_that_replaces_a_tunnel_of_somebody_else(applied):
    """His key is as secret as ours, and a copy of his file is kept."""
    name = "etc/wireguard/wg0.conf"
    theirs = applied.read(name).replace("ListenPort", f"PresharedKey = {OTHER}\nListenPort")
    applied.write(name, theirs)
    _, left = applied.end("apply", "--metadata", RESERVED)
    assert found([*applied.keys(), Secret("preshared", OTHER)], left) == []


def test_runs_that_fail(applied):
    """After the keys were read: a file can't be compared, and none can be written."""
    keys = applied.keys()
    (applied.root / "etc/ndppd.conf").unlink()
    (applied.root / "etc/ndppd.conf").mkdir()
    for command, status in (("apply", 1), ("plan", 2)):
        said, left = applied.end(command, "--metadata", RESERVED, status=status)
        assert "ndppd.conf" in said
        assert found(keys, left) == []


@pytest.mark.parametrize("args", [(), ("--json",)], ids=["text", "json"])
def test_plan(applied, args):
    """With a file that has to be written anew, whose lines diff(1) shows, and keys that change."""
    old = applied.keys()
    applied.write("etc/wireguard/wg0.conf", f"[Interface]\nPrivateKey = {OTHER}\n")
    applied.write("etc/wireguard/server.key", f"{OTHER}\n")
    said, left = applied.end("plan", "--metadata", RESERVED, *args, status=1)
    secrets = [*old, Secret("other", OTHER)]
    assert found(secrets, left) == []
    assert found(secrets, said) == []


@pytest.mark.parametrize("args", [(), ("--json",)], ids=["text", "json"])
def test_status(applied, args):
    said, left = applied.end("status", *args)
    assert found(applied.keys(), left) == []
    assert found(applied.keys(), said) == []


def test_script(applied):
    """It is shown, and forgotten all the same."""
    said, left = applied.end("script")
    server, router = applied.keys()
    assert found([server], said) == []
    assert router.name in "".join(found([router], said))
    assert found([server, router], left) == []


def test_script_without_the_secret(applied):
    said, left = applied.end("script", "--no-secret")
    assert found(applied.keys(), left) == []
    assert found(applied.keys(), said) == []


@pytest.mark.parametrize("args", [(), ("--keep-keys",)], ids=["all", "keep-keys"])
def test_revert(applied, args):
    keys = applied.keys()
    said, left = applied.end("revert", *args)
    assert found(keys, left) == []
    assert found(keys, said) == []
