# SPDX-License-Identifier: MIT
"""The live proofs without the command: tests/unit/prove.c, built for the lab's machine."""

import json
import pathlib
import subprocess

TOP = pathlib.Path(__file__).parents[2]
SOURCES = ["tests/unit/prove.c"]
SOURCES += [f"src/prove/{name}.c" for name in "echo path_mtu ping probe upstream wg_listen".split()]
# What these stand on is taken whole; the linker leaves out what nobody calls, and its libraries.
SOURCES += [str(path) for part in ("base", "net") for path in (TOP / "src" / part).glob("*.c")]
FLAGS = "-std=gnu17 -D_GNU_SOURCE -O1 -ffunction-sections -Wl,--gc-sections".split()


class Prove:
    """The program, built below a directory."""

    def __init__(self, directory):
        self.path = directory / "prove"
        argv = ["cc", *FLAGS, f"-I{TOP}/src", "-o", self.path]
        subprocess.run([*argv, *(TOP / name for name in SOURCES), "-lmnl"], check=True)

    def __call__(self, space, *arguments):
        """Makes the proof in a namespace; returns what it printed."""
        return json.loads(space.run([str(self.path), *map(str, arguments)]).stdout)
