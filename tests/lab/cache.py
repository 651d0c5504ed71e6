# SPDX-License-Identifier: MIT
"""What is made once and kept: directories below $SIXRELAY_LAB_CACHE.

Each is made under a temporary name and renamed when it is complete; its name holds a hash of
all that it was made from, so that it never changes afterwards.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import subprocess
import sys
import time

TOP = pathlib.Path(os.environ.get("SIXRELAY_LAB_CACHE", "/var/cache/sixrelay-lab"))


class BuildError(Exception):
    """A step failed; the message holds the end of what its program said."""


def say(text):
    print(f"lab: {text}", file=sys.stderr, flush=True)


def digest(*parts):
    """A short hash of strings or bytes."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(b"%d:" % len(data) + data)
    return sha.hexdigest()[:12]


@contextlib.contextmanager
def locked(name):
    """Keeps others from making the same thing at the same time."""
    TOP.mkdir(parents=True, exist_ok=True)
    with open(TOP / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fresh(name):
    """An empty directory to make something in; the caller holds a lock on the name."""
    path = TOP / name
    checked(["rm", "-rf", "--one-file-system", path])
    path.mkdir(mode=0o755)
    return path


def prune(pattern):
    """Deletes what matches, is in no lab's use, and is more than a day old."""
    with open("/proc/self/mounts") as table:
        mounts = table.read()
    for path in TOP.glob(pattern):
        if path.stat().st_ctime < time.time() - 86400 and str(path) not in mounts:
            checked(["rm", "-rf", "--one-file-system", path])


def checked(argv, text=None, cwd=None):
    """Runs argv and returns its output; BuildError when it fails."""
    done = subprocess.run(
        argv,
        input=text,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        umask=0o022,
        cwd=cwd,
    )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-30:])
        raise BuildError(f"{argv[0]}: exit {done.returncode}\n{last}")
    return done.stdout
