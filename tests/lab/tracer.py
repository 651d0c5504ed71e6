# SPDX-License-Identifier: MIT
"""strace on a machine of the lab: the host's, with its libraries, since no image has one.

Started there, it follows sixrelay itself alone: neither what enters the machine nor what sixrelay
starts is counted.
"""

import pathlib
import shutil
import subprocess

from . import injection

PLACE = "/var/tmp/strace"
LOG = "/var/tmp/strace.log"


class Tracer:
    def __init__(self, vps):
        self.vps = vps
        directory = self._on_host(PLACE)
        directory.mkdir(parents=True)
        program = shutil.which("strace")
        shutil.copy(program, directory / "strace")
        for word in subprocess.check_output(["ldd", program], text=True).split():
            if word.startswith("/"):
                shutil.copy(word, directory)
        (loader,) = directory.glob("ld-*")
        self.program = [f"{PLACE}/{loader.name}", "--library-path", PLACE, f"{PLACE}/strace"]

    def _on_host(self, path):
        return pathlib.Path(self.vps.root, path.lstrip("/"))

    def _run(self, options, argv):
        """options: from strace's own name on."""
        done = self.vps.run([*self.program, *options[1:], *argv], check=False, timeout=300)
        return done, self._on_host(LOG).read_text(errors="replace")

    def count(self, argv):
        """Runs argv, which must succeed; returns its points."""
        done, log = self._run(injection.tracing(LOG), argv)
        assert done.returncode == 0, done.stderr
        return injection.points(log)

    def inject(self, point, fault, argv):
        """Runs argv with a fault; returns what came of it, and the point that was hit, or None."""
        done, log = self._run(injection.injecting(LOG, point, fault), argv)
        return done, injection.landed(log, fault)
