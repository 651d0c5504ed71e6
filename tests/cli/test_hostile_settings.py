# SPDX-License-Identifier: MIT
"""A hostile setting is refused by its file, line and key, and changes nothing."""

import os
import pathlib
import re

import pytest

from .hostile import tree
from .hostile_documents import PLAIN as DOCUMENT
from .hostile_settings import BRIDGES, KEYS, PLAIN, refused

SOURCE = pathlib.Path(__file__).parents[2] / "src/relay/conf_keys.c"
METADATA = ("--metadata", DOCUMENT)
REFUSED = list(refused())


def test_every_key_has_its_cases():
    keys = re.findall(r'^\t\{"(\w+)", (?:relay|site)_', SOURCE.read_text(), re.MULTILINE)
    assert set(keys) == set(KEYS)
    names = [name for name, _, _ in REFUSED]
    assert len(names) == len(set(names)) and len(names) >= 400


def cases(chosen):
    return pytest.mark.parametrize(
        "text, says", [case[1:] for case in chosen], ids=[case[0] for case in chosen]
    )


@cases(REFUSED)
def test_refused(unchanged, text, says):
    unchanged.write("c.conf", text)
    unchanged.assert_refused("--config", "c.conf", *METADATA, says=says)


@cases(REFUSED[::20])
def test_refused_by_plan_likewise(unchanged, text, says):
    unchanged.write("c.conf", text)
    unchanged.assert_plan_refused("--config", "c.conf", *METADATA, says=says)


@pytest.mark.parametrize("name", PLAIN)
def test_taken_for_no_settings(place, name):
    place.write("c.conf", PLAIN[name])
    before = tree(place.applied)
    done = place.assert_applies(place.applied, "--config", "c.conf", *METADATA)
    assert b"nothing to do" in done.stdout
    assert tree(place.applied) == before


@pytest.mark.parametrize("bridge", BRIDGES)
def test_a_bridges_name_in_the_routers_script(place, bridge):
    settings = ("--config", place.write("c.conf", f"[site home]\nlan_bridge = {bridge}\n"))
    place.assert_applies(place.empty, *settings, *METADATA)
    before = tree(place.empty)
    for args in ([], ["--revert"]):
        done = place.run("script", place.empty, *settings, *args)
        assert done.status == 0 and f':local br "{bridge}"\n'.encode() in done.stdout
        assert done.stdout.count(bridge.encode()) >= 1
    assert tree(place.empty) == before


def test_a_file_that_is_none(place):
    os.mkfifo(place.directory / "fifo")
    (place.directory / "link").symlink_to("/dev/zero")
    for name in ("fifo", "link", "/dev/zero", "empty"):
        shown = "/dev/zero" if name == "link" else name
        place.assert_refused(
            "--config", name, *METADATA, says=["", f"{shown}: not a regular file"]
        )
    place.assert_refused("--config", "none", *METADATA, says="none: No such file")
    (place.directory / "loop").symlink_to("loop")
    place.assert_refused("--config", "loop", *METADATA, says="loop: Too many levels")
