# SPDX-License-Identifier: MIT
"""What labs leave behind when they are killed, or kept on purpose.

A lab has a name; its directory, locks, namespaces, mounts and control groups are known by it.
Run as a program, `python3 -m tests.lab.leftovers` removes all labs but those in use.
"""

import fcntl
import pathlib
import shutil
import subprocess

from . import cgroup

TOP = pathlib.Path("/run/sixrelay-lab")


def lock_path(name):
    """Locked as long as the process that made the lab lives."""
    return TOP / f"{name}.lock"


def kept_path(name):
    """There when the lab is to outlive that process."""
    return TOP / f"{name}.kept"


def namespaces(name):
    """The network namespaces of a lab."""
    lines = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
    names = [line.split()[0] for line in lines.splitlines() if line]
    return sorted(each for each in names if each.startswith(f"{name}-"))


def remove(name):
    """Removes all that there is of a lab, running or not."""
    for group in cgroup.find(f"{name}-*"):
        group.delete()
    for space in namespaces(name):
        pids = subprocess.run(["ip", "netns", "pids", space], capture_output=True, text=True)
        for pid in pids.stdout.split():
            cgroup.kill(int(pid))
        subprocess.run(["ip", "netns", "del", space], check=False)
    for mount in reversed(mounts(TOP / name)):
        subprocess.run(["umount", "--lazy", mount], check=False)
    shutil.rmtree(TOP / name, ignore_errors=True)
    kept_path(name).unlink(missing_ok=True)
    lock_path(name).unlink(missing_ok=True)


def mounts(path):
    """The mount points at and below a path, outer ones first."""
    with open("/proc/self/mountinfo") as table:
        points = [line.split()[4] for line in table]
    return [point for point in points if f"{point}/".startswith(f"{path}/")]


def in_use(name):
    with open(lock_path(name)) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def clean(kept=False):
    """Removes the labs whose process is gone; those kept on purpose only if asked to."""
    for lock in sorted(TOP.glob("*.lock")):
        if not in_use(lock.stem) and (kept or not kept_path(lock.stem).exists()):
            print(f"lab: removing {lock.stem}")
            remove(lock.stem)


if __name__ == "__main__":
    clean(kept=True)
