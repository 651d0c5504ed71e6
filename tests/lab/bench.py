# SPDX-License-Identifier: MIT
"""A no-op `sixrelay apply` beside a bare libcurl GET of the same document, in the same run."""

import pathlib
import statistics

from . import leftovers
from .gateway import METADATA4, RESERVED
from .lab import Lab

SOURCE = pathlib.Path(__file__).parents[1] / "bench"
RUNS = 200
CANDIDATES = {
    "bare GET": ["/root/get", f"http://{METADATA4}/v1.json"],
    "apply, nothing to do": ["/usr/sbin/sixrelay", "apply"],
}


def build(vps):
    for name in ("get", "run"):
        vps.write(f"/root/{name}.c", (SOURCE / f"{name}.c").read_text())
        vps.run(["gcc", "-O2", "-o", f"/root/{name}", f"/root/{name}.c", "-lcurl"])


def measure(vps):
    """Microseconds and KiB of each run, by name; the candidates take turns."""
    argv = ["/root/run", str(RUNS)]
    for candidate in CANDIDATES.values():
        argv += [*candidate, "--"]
    lines = vps.run(argv[:-1]).stdout.splitlines()
    runs = [tuple(map(int, line.split())) for line in lines]
    return {
        name: [(us, kib) for i, us, kib in runs if i == number]
        for number, name in enumerate(CANDIDATES)
    }


def main():
    leftovers.clean()
    lab = Lab(reserved=[RESERVED])
    try:
        lab.vps.boot()
        build(lab.vps)
        lab.vps.run(["sixrelay", "apply"])
        results = measure(lab.vps)
    finally:
        lab.close()
    peer = statistics.median(us for us, _ in results["bare GET"])
    print(f"{'':22}{'median':>10}{'fastest':>10}{'peak memory':>14}{'to the GET':>12}")
    for name, runs in results.items():
        median = statistics.median(us for us, _ in runs)
        fastest, memory = min(us for us, _ in runs), max(kib for _, kib in runs)
        print(
            f"{name:22}{median / 1000:7.2f} ms{fastest / 1000:7.2f} ms"
            f"{memory / 1024:10.1f} MiB{median / peer:11.2f}x"
        )


if __name__ == "__main__":
    main()
