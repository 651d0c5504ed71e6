# SPDX-License-Identifier: MIT
"""Faults at system calls: strace counts a run's calls, and tampers with one of them in another.

A point is the so-and-so-many'th call of a name in the process itself, its children not counted, as
strace's when= counts them. The points come from a run, not from a list: new code has its own.
"""

import collections
import itertools
import re
import subprocess
from typing import NamedTuple

# What a fault does to the call that it hits: none of them lets it happen.
FAULTS = {
    "ENOSPC": "error=ENOSPC",
    "EIO": "error=EIO",
    "EROFS": "error=EROFS",
    "EINTR": "error=EINTR",
    "killed": "signal=SIGKILL",
}
# What the C library makes of an error.
SAID = {
    "ENOSPC": "No space left on device",
    "EIO": "Input/output error",
    "EROFS": "Read-only file system",
    "EINTR": "Interrupted system call",
}
OPENING = {"open", "openat", "openat2", "creat"}
READING = {"read", "readv", "pread64", "getdents64"}
WRITING = {"write", "writev", "pwrite64", "pwritev", "sendto", "sendmsg", "sendmmsg", "sendfile"}
CHANGING = OPENING | WRITING
CHANGING |= {"mkdir", "mkdirat", "mknod", "mknodat", "unlink", "unlinkat", "rmdir"}
CHANGING |= {"link", "linkat", "symlink", "symlinkat", "rename", "renameat", "renameat2"}
CHANGING |= {"chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "fchownat"}
CHANGING |= {"utime", "utimes", "utimensat", "futimesat", "truncate", "ftruncate", "fallocate"}
CHANGING |= {"fsync", "fdatasync", "sync", "syncfs", "setxattr", "fsetxattr", "removexattr"}
CHANGING |= {"copy_file_range", "flock", "ioctl", "mount", "umount2", "bind", "setns"}
CHANGING |= {"clone", "clone3", "fork", "vfork", "kill", "pidfd_send_signal"}
# A file that can't be read is not one that isn't there.
LOOKING = OPENING | READING | {"readlink", "readlinkat"}
LOOKING |= {"stat", "lstat", "fstat", "newfstatat", "statx"}

CALL = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)")
PLACE = re.compile(r'(?:\b\d+|AT_FDCWD)<((?:->|[^>])*)>(?:, "([^"]*)")?')
OPENED_TO_CHANGE = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND)\b")
ASKING = re.compile(r"\b(TCGETS|TIOC|FIONREAD|SIOCG)")


class Point(NamedTuple):
    call: str
    number: int
    what: str  # for people: the files that it is about

    def __str__(self):
        return f"{self.call} {self.number} ({self.what})"


def places(call, arguments):
    """The files that a call names, numbers of descriptors, sockets and processes left out."""
    # Their second argument is data, and no name.
    if call in WRITING | READING:
        found = [place for place, _ in PLACE.findall(arguments)[:1]]
    else:
        found = ["/".join(filter(None, pair)) for pair in PLACE.findall(arguments)]
    found = [re.sub("/+", "/", re.sub(r":\[.*", "", name)) for name in found]
    found = found or re.findall(r'"([^"]*)"', arguments)
    # The other one is what it finds, and not there when it fails.
    if call == "readlink":
        found = found[:1]
    return re.sub(r"\d{2,}", "N", " ".join(found))


def changes(call, arguments):
    if call in OPENING:
        return call == "creat" or OPENED_TO_CHANGE.search(arguments) is not None
    return call in CHANGING and not (call == "ioctl" and ASKING.search(arguments))


def calls(log):
    """Each call of a trace, as a point, with its arguments and its result."""
    numbers = collections.Counter()
    for line in log.splitlines():
        match = CALL.match(line)
        if match:
            call, rest = match.groups()
            arguments, _, result = rest.rpartition(" = ")
            numbers[call] += 1
            yield Point(call, numbers[call], places(call, arguments)), arguments, result


def points(log):
    """Where a change can be prevented."""
    return [point for point, arguments, _ in calls(log) if changes(point.call, arguments)]


def looks(log, below):
    """Where something below a directory is looked at."""
    return [
        point
        for point, arguments, _ in calls(log)
        if point.call in LOOKING and not changes(point.call, arguments) and str(below) in arguments
    ]


def tracing(log, *options, names=CHANGING | LOOKING):
    """The command line before another one."""
    # A name that this machine's kernel doesn't have is passed over.
    wanted = ",".join(f"?{name}" for name in sorted(names))
    argv = ["strace", "-yy", "-s", "64", "-e", "signal=none", "-o", str(log)]
    return [*argv, *options, "-e", f"trace={wanted}"]


def injecting(log, point, fault):
    inject = f"inject={point.call}:{FAULTS[fault]}:when={point.number}"
    return tracing(log, "-e", inject, names={point.call})


def landed(log, fault):
    """The point that was hit, or None."""
    if fault == "killed":
        last = [(point, result) for point, _, result in calls(log)][-1:]
        return last[0][0] if last and last[0][1].strip() == "?" else None
    hits = [point for point, _, result in calls(log) if result.endswith("(INJECTED)")]
    return hits[0] if len(hits) == 1 else None


def pairs(points, faults):
    """All that can go wrong."""
    return list(itertools.product(points, faults))


def sample(wanted, budget):
    """About as many of the pairs, spread evenly, each call with each fault at least once."""
    groups = collections.defaultdict(list)
    for point, fault in wanted:
        groups[point.call, fault].append((point, fault))
    chosen = []
    for i, group in enumerate(groups.values()):
        count = max(1, min(len(group), round(budget * len(group) / len(wanted))))
        # Not the same places with each fault.
        start = i * 7 % len(group)
        chosen += [group[(start + k * len(group) // count) % len(group)] for k in range(count)]
    return chosen


def spread(wanted, count):
    """At most so many of the pairs, evenly, whatever becomes of calls that are few."""
    # A step that shares no factor with the faults goes through all of them.
    step = max(1, len(wanted) // count)
    step += step % len(FAULTS) == 0
    chosen = [wanted[k * step % len(wanted)] for k in range(min(count, len(wanted)))]
    return list(dict.fromkeys(chosen))


def counted(names):
    """How many there are of each, in words."""
    counter = collections.Counter(names)
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))


def can_trace():
    """Whether strace works here at all."""
    try:
        done = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True)
    except FileNotFoundError:
        return False
    return done.returncode == 0
