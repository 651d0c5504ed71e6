# SPDX-License-Identifier: MIT
"""The timer and a person at the same moment: one waits, and says so; they never both write.

The first run is held where a test wants it, by a SIGSTOP that strace gives it at a system call.
"""

import contextlib
import itertools
import os
import signal
import subprocess

import pytest

from .conftest import maker
from .gateway import RESERVED
from .vps import read
from .waiting import until

TIMER = ["sixrelay", "apply", "--quiet"]
APPLY, REVERT, VERIFY = (["sixrelay", word] for word in ("apply", "revert", "verify"))
PLAN, STATUS = (["sixrelay", word] for word in ("plan", "status"))
WAITING = "sixrelay: another run is under way; waiting for its end\n"
STATE = "/var/lib/sixrelay"
# Where the first one is held: it has the lock; it is about to replace its n-th file.
LOCKED, FIRST_FILE, LATER_FILE = ("flock", 1), ("fsync", 1), ("fsync", 9)
OFTEN = "[Unit]\nStartLimitIntervalSec=0\n"
DEADLINE = 180  # seconds, for what hangs
MTUS = itertools.cycle((1380, 1400))


@pytest.fixture(scope="module")
def lab(request, suite, installed):
    with maker(request, suite) as make:
        lab = make(reserved=[RESERVED])
        lab.vps.boot()
        # Each test restarts them; systemd would soon refuse to.
        for unit in ("wg-quick@.service", "ndppd.service"):
            lab.vps.write(f"/etc/systemd/system/{unit}.d/lab.conf", OFTEN)
        lab.vps.run(["systemctl", "daemon-reload"])
        yield lab


@pytest.fixture
def machine(lab):
    """A relay at work, whose settings ask for another MTU."""
    lab.vps.run(APPLY)
    mtu = next(MTUS)
    lab.vps.settings(f"[relay]\nmtu = {mtu}\n")
    yield lab.vps


def written(vps):
    """All files that a run could write, with their times."""
    find = ["find", "/etc", "/var/lib", "/run/sixrelay.failed", "-printf", "%p %i %T@ %C@\\n"]
    return vps.run(find, check=False).stdout


def start(argv):
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@contextlib.contextmanager
def held(vps, argv, where, log):
    """A run that stands still at its n-th call of a kind. Goes on at the end, if not before."""
    call, number = where
    trace = ["strace", "-f", "-qq", "-o", log, "-e", f"trace={call}"]
    trace += ["-e", f"inject={call}:signal=SIGSTOP:when={number}"]
    run = start([*trace, *vps.argv(argv)])

    def stands():
        return run.poll() is not None or (log.exists() and "stopped by SIGSTOP" in log.read_text())

    try:
        until(stands, DEADLINE, f"{argv} to be held")
        assert run.poll() is None, f"ended before it was held: {run.stdout.read()}"
        yield run
    finally:
        go_on(run)
        with contextlib.suppress(ValueError):  # it was heard to its end already
            run.communicate(timeout=DEADLINE)


def go_on(run):
    """nsenter stands still when its child does, and lets it go on when it does so itself."""
    for pid in children(run):
        os.kill(int(pid), signal.SIGCONT)


def children(run):
    return set(read(f"/proc/{run.pid}/task/{run.pid}/children").split())


def ended(run):
    """What it said, once it has ended well."""
    output, _ = run.communicate(timeout=DEADLINE)
    assert run.returncode == 0, output
    return output


def wait_waiting(vps, run):
    """Until a second run says that it waits, and does; what it says is read on the way."""
    line = run.stdout.readline()
    assert line == WAITING, line + run.stdout.read()
    until(lambda: children(run) & blocked(), DEADLINE, "a run to wait for the lock")


def blocked():
    """The processes that wait for a lock (proc_locks(5))."""
    return {line.split()[5] for line in read("/proc/locks").splitlines() if "-> FLOCK" in line}


def is_converged(vps):
    return vps.run(PLAN, check=False).returncode == 0


def is_reverted(vps):
    return vps.run(["ls", "-A", STATE]).stdout.split() == ["reverted"] and not vps.exists(
        "/etc/wireguard/wg0.conf"
    )


# The first, where it is held, the second, and how the machine is in the end.
PAIRS = [
    (APPLY, LOCKED, TIMER, is_converged),
    (APPLY, FIRST_FILE, TIMER, is_converged),
    (APPLY, LATER_FILE, TIMER, is_converged),
    (TIMER, LOCKED, APPLY, is_converged),
    (TIMER, LATER_FILE, APPLY, is_converged),
    (TIMER, LATER_FILE, VERIFY, is_converged),
    (VERIFY, LOCKED, TIMER, is_converged),
    (APPLY, LATER_FILE, REVERT, is_reverted),
    (REVERT, LOCKED, TIMER, is_reverted),
    (REVERT, LATER_FILE, TIMER, is_reverted),
    (REVERT, LATER_FILE, REVERT, is_reverted),
    (REVERT, LATER_FILE, APPLY, is_converged),
]


def names(value):
    return "-".join(map(str, value[1:])) if isinstance(value, list) else None


@pytest.mark.parametrize("first, where, second, how", PAIRS, ids=names)
def test_the_second_waits_and_writes_nothing_meanwhile(
    machine, tmp_path, first, where, second, how
):
    with held(machine, first, where, tmp_path / "trace") as one:
        before = written(machine)
        other = start(machine.argv(second))
        wait_waiting(machine, other)
        assert written(machine) == before
        assert other.poll() is None
        go_on(one)
        if VERIFY in (first, second):
            one.communicate(timeout=DEADLINE)
            other.communicate(timeout=DEADLINE)
        else:
            ended(one)
            ended(other)
    assert how(machine), machine.run(PLAN, check=False).stdout


@pytest.mark.parametrize("argv", [PLAN, STATUS], ids=names)
def test_who_only_looks_needs_not_wait_and_writes_nothing(machine, tmp_path, argv):
    with held(machine, APPLY, LATER_FILE, tmp_path / "trace"):
        before = written(machine)
        done = machine.run(argv, check=False)
        assert done.returncode in (0, 1) and done.stdout
        assert written(machine) == before
    assert is_converged(machine)


def test_a_run_that_was_killed_holds_nothing(machine, tmp_path):
    with held(machine, APPLY, FIRST_FILE, tmp_path / "trace"):
        other = start(machine.argv(APPLY))
        wait_waiting(machine, other)
        holder = machine.run(["pgrep", "-o", "-x", "sixrelay"]).stdout.strip()
        machine.run(["kill", "-KILL", holder])
        assert "write /etc/wireguard/wg0.conf" in ended(other)
    assert is_converged(machine)


def test_two_first_runs_make_one_relay(lab, tmp_path):
    """The first one has found no state, and stands still before it can lock it."""
    vps = lab.vps
    vps.run(APPLY)
    vps.run(REVERT)
    vps.run(["rm", "-r", STATE])
    with held(vps, APPLY, ("mkdirat", 1), tmp_path / "trace") as one:
        vps.run(APPLY)
        before = written(vps)
        go_on(one)
        assert "nothing to do" in ended(one)
    assert written(vps) == before
    assert is_converged(vps)


def test_a_state_that_goes_while_one_waits_leaves_no_two_locks(lab, tmp_path):
    """A third run may find the directory that was made anew: the second must not have the old."""
    vps = lab.vps
    vps.run(APPLY)
    vps.run(REVERT)
    with held(vps, APPLY, LOCKED, tmp_path / "trace") as one:
        second = start(vps.argv(APPLY))
        wait_waiting(vps, second)
        vps.run(["mv", STATE, "/root/away"])
        vps.run(["mkdir", "-m", "0700", STATE])
        lock = start(vps.argv(["flock", STATE, "sh", "-c", "echo locked; read end"]))
        try:
            assert lock.stdout.readline() == "locked\n"
            go_on(one)
            ended(one)
        finally:
            lock.kill()
    ended(second)
    vps.run(["rm", "-r", "/root/away"])
    assert is_converged(vps)
