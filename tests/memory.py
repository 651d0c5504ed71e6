# SPDX-License-Identifier: MIT
"""What a program has in its memory as it ends: memory.py PROGRAM [ARGUMENT]...

The memory that it could write to comes to standard output; what the program says, to standard
error; the exit status is its own. Nothing but Python's standard library is needed, so that it
runs on a machine of the lab, too.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys

# ptrace(2), <linux/ptrace.h>
TRACEME, CONT, SETOPTIONS = 0, 7, 0x4200
TRACEEXIT, EXITKILL = 0x40, 0x100000
EVENT_EXIT = 6
# An address space that is set aside (a sanitizer's shadow) is none that was written to.
MAPPING_MAX = 1 << 26
UNREADABLE = re.compile(r"\[(vvar|vsyscall|vdso)")

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, pid=0, data=0):
    if libc.ptrace(request, pid, None, data) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def writable(maps):
    """The ranges that the program can write to, of the text of its maps file."""
    for line in maps.splitlines():
        addresses, access, *_ = line.split()
        start, end = (int(each, 16) for each in addresses.split("-"))
        if access.startswith("rw") and end - start < MAPPING_MAX and not UNREADABLE.search(line):
            yield start, end


def contents(maps, memory):
    """What it has written there: memory is its open mem file."""
    for start, end in writable(maps):
        memory.seek(start)
        yield memory.read(end - start)
        yield b"\0" * 64


def run(argv, out):
    """Runs it to its end; returns the status of wait(2)."""
    child = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        preexec_fn=lambda: ptrace(TRACEME),
    )
    os.waitpid(child.pid, 0)
    ptrace(SETOPTIONS, child.pid, TRACEEXIT | EXITKILL)
    # Opened now, before the program has had a chance to deny it.
    maps = open(f"/proc/{child.pid}/maps", "rb", buffering=0)
    memory = open(f"/proc/{child.pid}/mem", "rb", buffering=0)
    ptrace(CONT, child.pid)
    while True:
        _, status = os.waitpid(child.pid, 0)
        if not os.WIFSTOPPED(status):
            return status
        if status >> 8 == signal.SIGTRAP | EVENT_EXIT << 8:
            out.writelines(contents(maps.read().decode(), memory))
            ptrace(CONT, child.pid)
        else:
            ptrace(CONT, child.pid, os.WSTOPSIG(status))


if __name__ == "__main__":
    sys.exit(os.waitstatus_to_exitcode(run(sys.argv[1:], sys.stdout.buffer)))
