# SPDX-License-Identifier: MIT
"""Vultr's own service, not one of --metadata, talks nonsense: what it said before holds, and all
that is written is since when."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from ..program import ENV, SIXRELAY, lacking
from .recall import STATE, answers

CHECKOUT = pathlib.Path(__file__).parents[2]
NAMES = [name for name, _ in answers()]
NAMESPACE = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--net", "--map-root-user"]


@pytest.fixture(scope="module")
def seen(template):
    if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
        lacking("no network namespace is to be had")
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-B", "-m", "tests.cli.recall", template],
        cwd=CHECKOUT,
        env=ENV | {"SIXRELAY": SIXRELAY},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {entry["name"]: entry for entry in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", NAMES)
def test_what_it_said_before_holds(seen, name):
    entry = seen[name]
    first, again, fresh, good = (entry[key] for key in ("first", "again", "fresh", "good"))
    assert first["status"] == 0 and first["words"].startswith("sixrelay: metadata: ")
    assert "no good answer of the metadata service since" in first["words"]
    assert set(first["changed"]) == {"var/lib/sixrelay", STATE}
    assert entry["told"] == ["silent"]
    assert again["status"] == 0 and not again["changed"]
    assert fresh["status"] == 1 and not fresh["changed"]
    assert "waiting for the metadata service: metadata: " in fresh["words"]
    assert good["status"] == 0 and "the metadata service answers again" in good["stdout"]
    assert set(good["changed"]) == {"var/lib/sixrelay", STATE} and entry["as_before"]
