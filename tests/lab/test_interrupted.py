# SPDX-License-Identifier: MIT
"""Faults at system calls of apply and revert on a machine that runs.

Files have theirs in test_interrupted_files.py, all of them. Here it is about what is only there in
life: systemd, ufw, sshd, the kernel's settings, the console, and the keys that it was told.
"""

import itertools
import re

import pytest

from . import injection
from .conftest import maker
from .gateway import RESERVED
from .scripts import all_announced
from .tracer import Tracer
from .whole import difference, whole

STATE = "/var/lib/sixrelay"
KEYS = "/etc/wireguard"
APPLY = ["sixrelay", "apply"]
REVERT = ["sixrelay", "revert"]
UNITS = ["wg-quick@wg0.service", "ndppd.service", "ssh.service"]
FILES = ("/etc/", "/var/")
# One in so many of --points: a machine is slower than a directory.
SHARE = 25


@pytest.fixture(scope="module")
def machine(request, suite, installed):
    """A booted machine that nothing was applied to, with strace; each test leaves it so."""
    with maker(request, suite) as make:
        lab = make(reserved=[RESERVED])
        lab.vps.boot()
        yield Trials(lab.vps)


def live(points):
    """Those of what is no file on the disk."""
    return [point for point in points if not point.what.startswith(FILES)]


class Trials:
    """Faults on one machine, one after the other."""

    def __init__(self, vps):
        self.vps = vps
        self.tracer = Tracer(vps)
        self.before = whole(vps)
        self.missed = 0  # faults that hit nothing
        self.moved = 0  # those that hit the same call elsewhere
        # The first revert ever leaves its mark, which each apply from then on takes away.
        vps.run(APPLY, timeout=300)
        vps.run(REVERT, timeout=300)

    def count(self):
        """The points of an apply and of a revert."""
        applied = self.tracer.count(APPLY)
        return applied, self.tracer.count(REVERT)

    def apply(self, point, fault):
        """What is wrong with a relay after a fault in its first apply."""
        told = len(all_announced(self.vps))
        done, hit = self._fault(point, fault, APPLY)
        wrong = self._after_fault(fault, done)
        wrong += self._untrue(all_announced(self.vps)[told:])
        if done.returncode == 0:
            wrong += self._undone("exit 0")
        held = self._keys()
        wrong += self.must(APPLY)
        lost = [name for name, key in held.items() if self._keys().get(name) != key]
        wrong += [f"{name} is another one now" for name in lost]
        wrong += self._undone("then")
        return [f"apply, {fault} at {point}, hit {hit}: {each}" for each in wrong]

    def revert(self, point, fault):
        """What is wrong with a machine after a fault in its revert."""
        done, hit = self._fault(point, fault, REVERT)
        wrong = self._after_fault(fault, done)
        if done.returncode == 0:
            wrong += self._changed("exit 0")
        wrong += self._back()
        return [f"revert, {fault} at {point}, hit {hit}: {each}" for each in wrong]

    def _fault(self, point, fault, argv):
        done, hit = self.tracer.inject(point, fault, argv)
        self.missed += hit is None
        self.moved += hit is not None and hit.what != point.what
        return done, hit

    def _back(self):
        wrong = self.must(REVERT) + self._changed("then")
        argv = ["find", STATE, "-mindepth", "1", "-not", "-name", "reverted"]
        left = self.vps.run(argv).stdout.split()
        return wrong + [f"then {name} is left" for name in left]

    def _after_fault(self, fault, done):
        if fault == "killed":
            return []
        wrong = [f"{name} is left" for name in self._temporary()]
        if done.returncode not in (0, 1) or (done.returncode and not done.stderr):
            wrong.append(f"exit {done.returncode}: {done.stderr}")
        return wrong

    def must(self, argv):
        done = self.vps.run(argv, check=False, timeout=300)
        return [] if done.returncode == 0 else [f"then {argv[1]}: {done.stderr}"]

    def _undone(self, when):
        """What keeps a relay from being whole."""
        done = self.vps.run(["sixrelay", "plan"], check=False)
        wrong = [] if done.returncode == 0 else [f"{when}, plan: {done.stdout}{done.stderr}"]
        down = [unit for unit in UNITS if self.vps.unit_state(unit) != "active"]
        wrong += [f"{when}, {unit} is not active" for unit in down]
        return wrong + [f"{when}, {name} is left" for name in self._temporary()]

    def _changed(self, when):
        found = [f"{when}, {line}" for line in difference(self.before, whole(self.vps))]
        return found + [f"{when}, {name} is left" for name in self._temporary()]

    def _temporary(self):
        argv = ["find", "/etc", "/var/lib", "/run", "-xdev", "-name", ".*.sixrelay"]
        return self.vps.run(argv).stdout.split()

    def _keys(self):
        shell = f"cd {KEYS} 2>/dev/null && grep -H . *.key"
        lines = self.vps.run(["sh", "-c", shell], check=False).stdout.split()
        return dict(line.split(":", 1) for line in lines)

    def _untrue(self, scripts):
        """Keys that the console was told, and that no file has: the next run makes others."""
        shell = f"cat {KEYS}/*.key; for key in {KEYS}/*.key; do wg pubkey <$key; done"
        known = self.vps.run(["sh", "-c", shell], check=False).stdout.split()
        # One that a kill cut short may stand before another one, and is not of this run.
        whole_ones = [text.split("-----BEGIN")[-1] for text in scripts]
        told = {key for text in whole_ones for key in re.findall(r'key="?([\w+/]{43}=)', text)}
        assert told or not scripts, scripts
        return ["the console was told a key that is in no file" for key in told - set(known)]


def test_only_keys_that_are_kept_are_told(machine):
    """A disk that is full, at the first apply."""
    points, _ = machine.count()
    files = [f"{KEYS}/.{name}.key.sixrelay" for name in ("server", "mikrotik")]
    chosen = [point for point in points if point.what in files and point.call == "fsync"]
    assert [point.what for point in chosen] == files
    # And before all that the relay needs.
    chosen += [point for point in points if "state.json" in point.what][:3]
    wrong = []
    for point in chosen:
        wrong += machine.apply(point, "ENOSPC") + machine.must(REVERT)
    assert not wrong, "\n".join(wrong)
    assert machine.missed == machine.moved == 0


def test_all_goes_on_after_a_fault(machine, request, capsys):
    """Each cycle has a fault on the way there and another one on the way back."""
    budget = max(1, request.config.getoption("points") // SHARE)
    applied, reverted = machine.count()
    chosen = []
    for points in (applied, reverted):
        wanted = injection.pairs(live(points), injection.FAULTS)
        chosen.append(injection.spread(wanted, budget))
    with capsys.disabled():
        for name, points in (("apply", applied), ("revert", reverted)):
            print(f"\n{name}: {len(points)} points: {injection.counted(p.call for p in points)}")
            print(f"{name}: {len(live(points))} are no files; trying {budget} faults there", end="")
        print()
    machine.missed, machine.moved, wrong, tried = 0, 0, [], 0
    for there, back in itertools.zip_longest(*chosen):
        found = machine.apply(*there) if there else machine.must(APPLY)
        found += machine.revert(*back) if back else machine.must(REVERT)
        wrong += found
        names = [f"{fault} at {point}" for point, fault in filter(None, (there, back))]
        tried += len(names)
        with capsys.disabled():
            print(f"{tried}: {'; '.join(names)}: {len(found)} wrong", *found, sep="\n  ", flush=True)
    with capsys.disabled():
        print(f"{tried} faults tried, {len(wrong)} findings; {machine.missed} hit nothing,", end="")
        print(f" {machine.moved} the same call at another place")
    assert not wrong, "\n".join(wrong)
    assert machine.missed == 0
