# SPDX-License-Identifier: MIT
"""sixrelay itself: built from the work tree inside a suite's root, as a layer on top of it."""

import json
import pathlib
import shutil

from .cache import TOP as CACHE
from .cache import checked, digest, fresh, locked, prune, say
from .rootfs import PRIVATE, base

SOURCE = pathlib.Path(__file__).parents[2]
CONFIGURE = """
    autoreconf -fi
    ./configure --prefix=/usr --sbindir=/usr/sbin --sysconfdir=/etc --localstatedir=/var
"""
MAKE = """
    make -j2
    make install
"""
# $0 root, $1 build tree, $2 the layer to be, $3 a scratch directory, $4 the commands
# More layers for $0 are put before it, with colons.
IN_OVERLAY = """
    mkdir "$3/work" "$3/root"
    mount -t overlay overlay -o "lowerdir=$0,upperdir=$2,workdir=$3/work" "$3/root"
    cd "$3/root"
    mount -t proc proc proc
    mount -t tmpfs tmpfs tmp
    mkdir build
    mount --bind "$1" build
    chroot . sh -ec "cd /build; $4"
    umount build
    rmdir build
"""


def layer(suite):
    """A directory to lay over base(suite): all that `make install` adds to it."""
    root = base(suite)
    hashes = {name: digest((SOURCE / name).read_bytes()) for name in sources()}
    path = CACHE / f"{suite}-sixrelay-{digest(root.name, json.dumps(hashes))}"
    with locked(f"{suite}-build"):
        if not path.exists():
            say(f"building sixrelay in {suite}")
            build(root, hashes).rename(path)
            prune(f"{suite}-sixrelay-*")
    return path


def sources():
    """The files that the product is built from: tracked ones and new ones."""
    argv = ["git", "-c", "safe.directory=*", "-C", SOURCE, "ls-files", "-z"]
    argv += ["--cached", "--others", "--exclude-standard"]
    names = {name for name in checked(argv).split("\0") if name}
    return sorted(
        name for name in names if not name.startswith("tests/lab/") and (SOURCE / name).is_file()
    )


def build(root, hashes):
    """Builds in a tree that is kept, so that only what changed is compiled again."""
    tree = CACHE / f"{root.name}-build"
    if not (tree / "config.status").exists() or not sync(hashes, tree):
        fresh(tree.name)
        sync(hashes, tree)
    commands = MAKE if (tree / "config.status").exists() else CONFIGURE + MAKE
    new, scratch = fresh(f"{root.name}-sixrelay.new"), fresh(f"{root.name}-scratch")
    log = checked([*PRIVATE, "sh", "-ec", IN_OVERLAY, root, tree, new, scratch, commands])
    (tree / "lab.log").write_text(log)
    return new


def copy(tree):
    """Copies the sources into an empty tree."""
    sync({name: "" for name in sources()}, tree)


def sync(hashes, tree):
    """Copies what has changed into the tree. False: it can't be brought up to date."""
    record = tree / "lab.sources"
    old = json.loads(record.read_text()) if record.exists() else {}
    if old and setup(old) != setup(hashes):
        return False
    for name, value in hashes.items():
        if old.get(name) != value:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / name, tree / name)
    record.write_text(json.dumps(hashes))
    return True


def setup(hashes):
    """The part of the sources that the build system itself is made from, and all names."""
    mine = ("configure.ac", "Makefile.am", "m4/", "po/")
    return sorted(hashes), {n: v for n, v in hashes.items() if n.startswith(mine)}
