# SPDX-License-Identifier: MIT
"""Files below a directory, for comparing them with what they were, or shall be."""

import functools
import json
import os
import pathlib
import re
import stat
import subprocess

from ..routeros import x25519

STATE = "var/lib/sixrelay"
# What the agent remembers is another thing after each run; it must always be readable.
MEMORY = {f"{STATE}/state.json", f"{STATE}/records.json"}
KEYS = "etc/wireguard"
public = functools.lru_cache(maxsize=None)(x25519.public)


def copy(source, target):
    """With owners, modes and times."""
    subprocess.run(["rm", "-rf", str(target)], check=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def keys(root):
    """The private keys, by the names of their files."""
    return {
        path.name: path.read_text()
        for path in pathlib.Path(root, KEYS).glob("*.key")
        if path.is_file() and path.name[0] != "."
    }


def temporary(root):
    """What a write that was cut short leaves."""
    found = pathlib.Path(root).rglob(".*.sixrelay")
    return sorted(str(path.relative_to(root)) for path in found)


def tree(root, known=()):
    """What there is: by its path the mode, the owner and the content.

    Private keys are replaced by the names of their files, and public ones, so that machines with
    other keys can be compared. known: keys that are known without their files.
    """
    root = pathlib.Path(root)
    names = {}
    for name, key in {**dict(known), **keys(root)}.items():
        names[key.strip()] = f"<{name}>"
        if x25519.decode(key.strip()):
            names[public(key.strip())] = f"<public {name}>"
    found = {}
    for directory, folders, files in os.walk(root):
        for each in folders + files:
            path = pathlib.Path(directory, each)
            name = str(path.relative_to(root))
            found[name] = entry(path, names)
    return found


def entry(path, names):
    status = path.lstat()
    content = ""
    if path.is_symlink():
        content = os.readlink(path)
    elif stat.S_ISREG(status.st_mode):
        content = path.read_text()
        for key, name in names.items():
            content = content.replace(key, name)
        content = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>", content)
    return status.st_mode, status.st_uid, status.st_gid, content


def times(root):
    """When each file was last written to, directories and the agent's own left out."""
    root = pathlib.Path(root)
    return {
        str(path.relative_to(root)): path.lstat().st_mtime_ns
        for path in root.rglob("*")
        if STATE not in str(path) and (path.is_symlink() or not path.is_dir())
    }


def neither(now, old, new):
    """The files that are as they were, or as they shall be, in no respect."""
    wrong = []
    for name in sorted({*now, *old, *new}):
        if name in MEMORY and name in now:
            wrong += [f"{name}: not readable"] if not readable(now[name]) else []
        elif now.get(name) not in (old.get(name), new.get(name)):
            wrong.append(f"{name}: {now.get(name)}, was {old.get(name)}, shall be {new.get(name)}")
    return wrong


def readable(state):
    mode, *_, content = state
    try:
        return isinstance(json.loads(content), dict) and stat.S_IMODE(mode) == 0o600
    except ValueError:
        return False


def different(now, wanted):
    """What is not as it shall be."""
    names = sorted({*now, *wanted} - MEMORY)
    wrong = [
        f"{name}: {now.get(name)}, shall be {wanted.get(name)}"
        for name in names
        if now.get(name) != wanted.get(name)
    ]
    for name in sorted(MEMORY & {*now, *wanted}):
        if (name in now) != (name in wanted):
            wrong.append(f"{name}: {'there' if name in now else 'not there'}")
        else:
            wrong += differently_remembered(name, now[name][-1], wanted[name][-1])
    return wrong


def differently_remembered(name, now, wanted):
    """In what a way back is made of; the second copy is of the last change, and of no use else."""
    now, wanted = json.loads(now), json.loads(wanted)
    parts = ["before", "directories"]
    if name.endswith("state.json"):
        parts += ["sites", "wg_interface", "listen_port"]
    return [
        f"{name}: {part} is {now.get(part)}, shall be {wanted.get(part)}"
        for part in parts
        if now.get(part) != wanted.get(part)
    ]


def of_owner(found):
    """A tree without the agent's own directory, and those that it stands in."""
    return {name: each for name, each in found.items() if name.split("/")[0] != "var"}
