# SPDX-License-Identifier: MIT
"""A fault at each system call of apply and revert, below another root: files alone, but all.

After each the files are old or new, the keys there, and both ways lead on: the same command again,
and the other one.
"""

import os
import pathlib
import queue
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..cli.test_cli import RESERVED, Machine
from ..program import ENV, SIXRELAY, lacking
from . import disk, injection

APPLY = ("apply", "--metadata", str(RESERVED))
REVERT = ("revert",)
KEY = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n"
SHOWN = 12


def empty(machine):
    """A machine with nothing on it."""


def owned(machine):
    """One whose owner has files of his own where the relay's will be."""
    machine.write("etc/wireguard/server.key", KEY, 0o644)
    machine.write("etc/wireguard/wg0.conf", "[Interface]\n", 0o640)
    machine.write("etc/ndppd.conf", "mine\n", 0o644)
    machine.write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n", 0o644)
    machine.write("etc/ssh/sshd_config.d/00-hardening.conf", "MaxAuthTries 5\n", 0o644)
    machine.write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", 0o644)
    machine.write("root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n")
    os.chmod(machine.root / "root/.ssh", 0o700)
    if os.geteuid() == 0:
        os.chown(machine.root / "etc/wireguard/wg0.conf", 1, 4)
    os.utime(machine.root / "etc/wireguard/wg0.conf", ns=(10**18, 10**18 + 123456789))
    unit = machine.root / "etc/systemd/system/ndppd.service"
    unit.parent.mkdir(parents=True)
    unit.symlink_to("/dev/null")


def edited(machine):
    """A relay with other settings since, and files that somebody has edited."""
    owned(machine)
    machine.settings("")
    machine.apply()
    machine.settings("[relay]\nwg_interface = wg-home\nmtu = 1380\n")
    machine.write("etc/ndppd.conf", "edited\n", 0o644)
    machine.write("etc/wireguard/wg0.conf", "edited\n", 0o600)
    os.chmod(machine.root / "etc/sysctl.d/99-wg-relay.conf", 0o600)


def reverted(machine):
    """One that the relay was taken from."""
    owned(machine)
    machine.apply()
    assert machine.recall("revert").returncode == 0


def applied(machine):
    empty(machine)
    machine.apply()


def applied_and_edited(machine):
    owned(machine)
    machine.apply()
    machine.write("etc/ndppd.conf", "edited\n", 0o644)
    unit = machine.root / "etc/systemd/system/ndppd.service"
    unit.unlink()
    unit.symlink_to("/nowhere")


CASES = {
    "apply-empty": (empty, APPLY),
    "apply-owned": (owned, APPLY),
    "apply-edited": (edited, APPLY),
    "apply-reverted": (reverted, APPLY),
    "revert-applied": (applied, REVERT),
    "revert-edited": (applied_and_edited, REVERT),
    "revert-keep-keys": (applied_and_edited, (*REVERT, "--keep-keys")),
}


class Case:
    """What a command does to a machine, and shall do also after a fault."""

    def __init__(self, directory, prepare, argv):
        self.directory = directory
        self.argv = argv
        self.start = directory / "start"
        self.start.mkdir()
        prepare(Machine(self.start))
        clean = directory / "clean"
        disk.copy(self.start, clean)
        log = self.traced(clean)
        self.points = injection.points(log)
        self.looks = injection.looks(log, "ROOT")
        self.keys = disk.keys(self.start)
        self.was, self.shall = self.tree(self.start), self.tree(clean)
        self.run(clean, *REVERT)
        self.back = disk.of_owner(self.tree(clean)), disk.times(clean)
        self.roots = queue.Queue()
        for number in range(os.cpu_count() or 1):
            self.roots.put(directory / f"root-{number}")

    def tree(self, root):
        return disk.tree(root, self.keys)

    def traced(self, root):
        log = root.with_suffix(".log")
        done = self.program(root, *self.argv, before=injection.tracing(log))
        assert done.returncode == 0, done.stderr
        return log.read_text().replace(str(root), "ROOT")

    def program(self, root, command, *arguments, before=()):
        argv = [*before, SIXRELAY, command, "--root", root, *arguments]
        return subprocess.run(
            argv, env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )

    def run(self, root, *argv):
        """Runs what must succeed; returns what is wrong with that."""
        done = self.program(root, *argv)
        return [] if done.returncode == 0 else [f"then {argv[0]}: {done.stderr.strip()}"]

    def tried(self, point, fault):
        """What is wrong after a fault; the first is None when it didn't hit."""
        root = self.roots.get()
        try:
            return [f"{fault} at {point}: {wrong}" for wrong in self.wrong(root, point, fault)]
        finally:
            self.roots.put(root)

    def wrong(self, root, point, fault):
        disk.copy(self.start, root)
        log = root.with_suffix(".log")
        tracing = injection.injecting(log, point, fault)
        done = self.program(root, *self.argv, before=tracing)
        hit = injection.landed(log.read_text().replace(str(root), "ROOT"), fault)
        if hit != point:
            return [f"NOT HIT, but {hit}"]
        wrong = self.wrong_after_fault(root, fault, done)
        held = disk.keys(root)
        other = root.with_suffix(".other")
        disk.copy(root, other)
        wrong += self.wrong_after_more(root, held)
        return wrong + self.wrong_the_other_way(other)

    def wrong_after_fault(self, root, fault, done):
        rests = disk.temporary(root)
        now = {name: entry for name, entry in self.tree(root).items() if name not in rests}
        wrong = disk.neither(now, self.was, self.shall)
        if fault == "killed":
            return wrong + ([] if done.returncode in (-9, 137) else [f"exit {done.returncode}"])
        wrong += [f"{rest} is left" for rest in rests]
        if done.returncode == 0:
            return wrong + [f"exit 0, and {each}" for each in disk.different(now, self.shall)]
        said = [injection.SAID[fault], "standard output"]
        if done.returncode != 1 or not any(each in done.stderr for each in said):
            wrong.append(f"exit {done.returncode}, said {done.stderr!r}")
        return wrong

    def wrong_after_more(self, root, held):
        """The same command again, and then the way back."""
        wrong = self.run(root, *self.argv)
        wrong += [f"then {each}" for each in disk.different(self.tree(root), self.shall)]
        wrong += [f"then {rest} is left" for rest in disk.temporary(root)]
        now = disk.keys(root)
        if self.argv[0] == "apply":
            lost = [name for name, key in held.items() if now.get(name) != key]
            wrong += [f"{name} was there, and is another one" for name in lost]
            wrong += self.run(root, "plan", *APPLY[1:])
        return wrong + self.wrong_back(root, "then")

    def wrong_the_other_way(self, root):
        """The other command straight after the fault."""
        wrong = [] if self.argv[0] == "apply" else self.run(root, *APPLY)
        return wrong + self.wrong_back(root, "the other way")

    def wrong_back(self, root, when):
        options = self.argv[1:] if self.argv[0] == "revert" else ()
        wrong = self.run(root, *REVERT, *options)
        found, times = disk.of_owner(self.tree(root)), disk.times(root)
        wrong += [f"{when}, back, {each}" for each in disk.different(found, self.back[0])]
        if not wrong and times != self.back[1]:
            wrong.append(f"{when}, back, another time of change")
        return wrong + [f"{when}, back, {rest} is left" for rest in disk.temporary(root)]


@pytest.fixture
def fast(tmp_path):
    """A directory in memory, where there is one: syncing is not what is tested."""
    memory = pathlib.Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="sixrelay-") as name:
        yield pathlib.Path(name)


@pytest.mark.parametrize("name", CASES)
def test_each_file_is_old_or_new_and_all_goes_on(name, fast, request, capsys):
    if not injection.can_trace():
        lacking("strace can't trace here: tests/setup lab")
    case = Case(fast, *CASES[name])
    wanted = injection.pairs(case.points, injection.FAULTS) + injection.pairs(case.looks, ["EIO"])
    chosen = injection.sample(wanted, request.config.getoption("points"))
    assert chosen
    calls = injection.counted(point.call for point in case.points)
    with capsys.disabled():
        print(f"\n{name}: {len(case.points)} points: {calls}")
        print(f"{name}: {len(case.looks)} looks; trying {len(chosen)} of {len(wanted)} faults")
        with ThreadPoolExecutor(case.roots.qsize()) as pool:
            results = list(pool.map(lambda pair: case.tried(*pair), chosen))
        missed = sum("NOT HIT" in wrong for result in results for wrong in result)
        bad = sum(map(bool, results))
        print(f"{name}: {injection.counted(fault for _, fault in chosen)}; {missed} not hit")
        print(f"{name}: {bad} went wrong")
    wrong = [each for result in results for each in result]
    assert not wrong, "\n".join([f"{len(wrong)} findings, the first of them:", *wrong[:SHOWN]])
