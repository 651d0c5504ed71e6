# SPDX-License-Identifier: MIT
"""A control group of its own for each container.

systemd-nspawn --keep-unit puts its payload below the group that it was started in, so two
containers started from one group would share theirs.
"""

import contextlib
import os
import pathlib
import signal

from .waiting import until

TOP = pathlib.Path("/sys/fs/cgroup")


def hierarchies():
    """The tops of the hierarchies that systemd uses on this host."""
    if (TOP / "cgroup.procs").exists():
        return [TOP]
    return [top for top in (TOP / "systemd", TOP / "unified") if top.is_dir()]


def find(pattern):
    """The groups whose names match a pattern."""
    return [Cgroup(name) for name in {p.name for top in hierarchies() for p in top.glob(pattern)}]


class Cgroup:
    """One group, in each hierarchy; made when there is none of that name."""

    def __init__(self, name):
        self.dirs = [top / name for top in hierarchies()]
        for path in self.dirs:
            path.mkdir(exist_ok=True)

    def enter(self):
        """Moves the calling process into the group."""
        for path in self.dirs:
            (path / "cgroup.procs").write_text("0")

    def delete(self):
        """Kills whatever runs in the group, and removes it."""
        until(self._gone, 10, f"the end of the control group {self.dirs[0].name}")

    def _gone(self):
        for path in self.dirs:
            for below, _, _ in os.walk(path, topdown=False):
                for pid in (pathlib.Path(below) / "cgroup.procs").read_text().split():
                    kill(int(pid))
                with contextlib.suppress(OSError):
                    os.rmdir(below)
        return not any(path.exists() for path in self.dirs)


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
