# SPDX-License-Identifier: MIT
"""A hostile document of the metadata service is refused by its field, and changes nothing."""

import json
import os
import re

import pytest

from .hostile import changed, tree
from .hostile_documents import changed_document
from .hostile_metadata import ACCEPTED, GLOBAL, RESERVED, UNUSABLE, refused

REFUSED = list(refused())
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def as_text(document):
    return document if isinstance(document, (bytes, str)) else json.dumps(document)


def test_there_are_many_cases():
    names = [name for name, _, _ in REFUSED]
    assert len(names) == len(set(names)) and len(names) >= 200


def cases(chosen):
    return pytest.mark.parametrize(
        "document, says", [case[1:] for case in chosen], ids=[case[0] for case in chosen]
    )


def expected(says):
    begins, *words = [says] if isinstance(says, str) else says
    return [f"metadata: {begins}", *words]


@cases(REFUSED)
def test_refused(unchanged, document, says):
    unchanged.write("m.json", as_text(document))
    unchanged.assert_refused("--metadata", "m.json", says=expected(says))


@cases(REFUSED[::12])
def test_refused_by_plan_likewise(unchanged, document, says):
    unchanged.write("m.json", as_text(document))
    unchanged.assert_plan_refused("--metadata", "m.json", says=expected(says))


def files(root):
    """Names, contents and modes, without the times of runs and files."""
    return {
        name: (TIME.sub(b"TIME", entry[0]) if isinstance(entry[0], bytes) else entry[0], entry[1])
        for name, entry in tree(root).items()
    }


@pytest.fixture(scope="module")
def plain_files(template):
    return files(template)


@pytest.mark.parametrize("name", ACCEPTED)
def test_taken_for_the_plain_document(place, template, plain_files, name):
    place.write("m.json", as_text(ACCEPTED[name]))
    before = tree(place.applied)
    assert b"nothing to do" in place.assert_applies(place.applied, "--metadata", "m.json").stdout
    assert tree(place.applied) == before
    wireguard = place.empty / "etc/wireguard"
    wireguard.mkdir(parents=True, mode=0o700)
    for key in ("server.key", "mikrotik.key"):
        (wireguard / key).write_bytes((template / "etc/wireguard" / key).read_bytes())
        (wireguard / key).chmod(0o600)
    place.assert_applies(place.empty, "--metadata", "m.json")
    assert files(place.empty) == plain_files


@pytest.mark.parametrize("name", UNUSABLE)
def test_attached_but_of_no_use(place, name):
    """The relay that is there stays as it was; without one, it is waited for."""
    document = changed_document("interfaces.0.ipv6.additional", UNUSABLE[name])
    place.write("m.json", json.dumps(document))
    before = tree(place.applied)
    done = place.assert_applies(place.applied, "--metadata", "m.json")
    assert "2001:db8:0:2::/64 is no longer attached" in done.words()
    assert changed(before, tree(place.applied)) == {
        "var/lib/sixrelay",
        "var/lib/sixrelay/metadata.json",
    }
    done = place.assert_applies(place.empty, "--metadata", "m.json")
    assert "is attached, but not usable" in done.words()
    assert not (place.empty / "etc").exists()


@pytest.mark.parametrize("name", GLOBAL)
def test_global_unicast(place, name):
    place.write("m.json", json.dumps(changed_document(RESERVED, GLOBAL[name])))
    place.assert_applies(place.empty, "--metadata", "m.json")
    assert f"rule {GLOBAL[name]}/64 " in (place.empty / "etc/ndppd.conf").read_text()


def test_a_file_that_is_none(place):
    """A FIFO that nobody writes to, a device without an end, a directory, and links."""
    os.mkfifo(place.directory / "fifo")
    (place.directory / "link").symlink_to("/dev/zero")
    for name in ("fifo", "/dev/zero", "link", "empty"):
        shown = name if name != "link" else "/dev/zero"
        place.assert_refused("--metadata", name, says=["metadata: ", shown, "not a regular file"])
    (place.directory / "loop").symlink_to("loop")
    place.assert_refused("--metadata", "loop", says="metadata: loop: Too many levels")
