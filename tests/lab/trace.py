# SPDX-License-Identifier: MIT
"""Every process that a machine starts, its system calls as strace sees them."""

import contextlib
import dataclasses
import os
import re
import signal
import subprocess

from .waiting import until

# Of a call that another process's came between: "12<sh> write(1, "x"... <unfinished ...>" and
# later "12<sh> <... write resumed>) = 1".
LINE = re.compile(r"(?P<pid>\d+)(<(?P<name>.*?)>)? +(?P<rest>.*)")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>.*)")
PAUSED = " <unfinished ...>"


@dataclasses.dataclass(frozen=True)
class Call:
    """who: the name of its program. arguments: as strace prints them, and so is the result."""

    pid: int
    who: str
    name: str
    arguments: str
    result: str


def parse(text):
    """The calls, in the order of their ends."""
    calls, paused = [], {}
    for line in text.splitlines():
        match = LINE.fullmatch(line)
        if not match:
            continue
        pid, rest = match["pid"], match["rest"]
        if rest.endswith(PAUSED):
            paused[pid] = match["name"], rest.removesuffix(PAUSED)
            continue
        name, resumed = match["name"], RESUMED.fullmatch(rest)
        if resumed and pid in paused:
            name, begun = paused.pop(pid)
            rest = begun + resumed[1]
        call = CALL.fullmatch(rest)
        if call:
            calls.append(Call(int(pid), name or "", **call.groupdict()))
    return calls


@contextlib.contextmanager
def traced(vps, log, *names):
    """Traces the calls of these names, of all that is started meanwhile; yields a function that
    returns those so far. Descriptors are shown with their paths."""
    argv = ["strace", "-f", "-Y", "-y", "-v", "-s", "65536", "-e", "signal=none", "-o", log]
    argv += ["-e", f"trace={','.join(names)}", "-p", str(vps.pid)]
    tracer = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    # Where we are in a chroot, paths on the machine have its own before them.
    root = os.readlink(f"/proc/{vps.pid}/root").rstrip("/")
    try:
        assert "attached" in tracer.stderr.readline()
        yield lambda: parse(log.read_text(errors="replace").replace(f"<{root}/", "</"))
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=30)


def marked(vps, read, word):
    """Returns when the trace has all that happened until now."""
    vps.run(["systemd-run", "--quiet", "--wait", "true", word])
    until(lambda: any(word in call.arguments for call in read()), 20, "the trace")
