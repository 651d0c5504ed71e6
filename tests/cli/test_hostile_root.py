# SPDX-License-Identifier: MIT
"""Links and more in the files' places: nothing is followed out of the root, or waited for."""

import os
import socket

import pytest

from .hostile import assert_harmless_to_a_terminal, changed, tree
from .hostile_documents import PLAIN
from .hostile_root import FILES, LINKS, LOCK, NO_FILE, NOWHERE, REFUSED_LINKS

COMMANDS = {
    "apply": ["--metadata", PLAIN],
    "plan": ["--metadata", PLAIN],
    "status": [],
    "script": [],
    "revert": ["--yes"],
}


@pytest.fixture
def outside(place):
    """Files that are none of the program's business, in places where it may look for its own."""
    directory = place.directory / "outside"
    directory.mkdir()
    for name in ("wg0.conf", "server.key", "state.json", "metadata.json", "passwd"):
        (directory / name).write_text("theirs\n")
    (directory / "sixrelay.conf").write_text("[relay]\nlisten_port = 443\n")
    return directory


def plant(root, name, target, outside):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target.replace("OUT", str(outside)))


@pytest.mark.parametrize("name, target", LINKS)
def test_no_link_is_followed_out_of_the_root(place, outside, name, target):
    plant(place.empty, name, target, outside)
    before = tree(outside)
    for command, args in COMMANDS.items():
        done = place.run(command, place.empty, *args)
        assert done.status in (0, 1, 2), done.words()
        assert b"theirs" not in done.stdout + done.stderr
    assert tree(outside) == before


def refuse(place, name, words):
    before = tree(place.empty)
    for command, status in (("apply", 1), ("plan", 2)):
        done = place.run(command, place.empty, "--metadata", PLAIN)
        # A state directory that isn't there is found out when it is to be made.
        if command == "plan" and words == NOWHERE and name.startswith("var"):
            continue
        assert done.status == status, done.words()
        assert not done.stdout
        assert words in done.words()
        assert_harmless_to_a_terminal(done)
    after = tree(place.empty)
    made = changed(before, after)
    assert made <= LOCK and not [path for path in made if after[path][0]]


@pytest.mark.parametrize("case", REFUSED_LINKS)
def test_a_link_that_leads_nowhere_is_no_missing_file(place, outside, case):
    name, target, words = REFUSED_LINKS[case]
    plant(place.empty, name, target, outside)
    refuse(place, name, words)


@pytest.mark.parametrize("kind", ["fifo", "directory", "socket"])
@pytest.mark.parametrize("name", FILES)
def test_what_is_no_file(place, name, kind):
    path = place.empty / name
    path.parent.mkdir(parents=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as listener:
            directory = os.open(path.parent, os.O_RDONLY)
            listener.bind(f"/proc/self/fd/{directory}/{path.name}")
            os.close(directory)
    refuse(place, name, "No such device or address" if kind == "socket" else NO_FILE)


def test_a_link_within_the_root_is_followed(place):
    """As the directory of the keys may be on another disk."""
    elsewhere = place.empty / "mnt/keys"
    elsewhere.mkdir(parents=True)
    (place.empty / "etc").mkdir()
    (place.empty / "etc/wireguard").symlink_to("/mnt/keys")
    place.assert_applies(place.empty, "--metadata", PLAIN)
    assert (elsewhere / "wg0.conf").exists() and (elsewhere / "server.key").exists()
    assert os.readlink(place.empty / "etc/wireguard") == "/mnt/keys"


def test_a_root_that_is_none(place):
    for root in ("none", "/dev/null", "c.conf"):
        place.write("c.conf", "")
        done = place.run("apply", root, "--metadata", PLAIN)
        assert done.status == 1 and done.words().startswith(f"sixrelay: {root}: ")
