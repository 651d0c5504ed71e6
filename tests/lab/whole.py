# SPDX-License-Identifier: MIT
"""A machine as a whole, as far as a relay could change it: for comparing it with itself."""

import re

UNITS = ["systemctl", "list-units", "--all", "--plain", "--no-legend", "--full"]
UNIT_FILES = ["systemctl", "list-unit-files", "--plain", "--no-legend"]
# systemd forgets these at a reboot only: they hold nothing, and nothing runs in them.
PASSIVE = re.compile(r"^(system-wg\\x2dquick\.slice|nss-lookup\.target|wg-quick\.target) ")
# The agent's own units, and what they are ordered after, are in systemd's memory when it likes; that
# they are off is in the unit files.
ORDERED = re.compile(
    r"^(sixrelay\.(service|timer)|wg-quick@wg0\.service) +(loaded|masked) +inactive +dead "
)
# Units that come and go by themselves: what udev sees, jobs of the moment, the lab's own entering.
FLEETING = re.compile(
    r"^(\S+\.(device|scope|mount)|(run|sys)-\S+|\S*(tmpfiles|udevd?|hostnamed)\S*) "
)
# Lifetimes, and what the kernel gives an interface anew.
FRESH = re.compile(
    r"( nhid \d+| expires \d+sec| (valid|preferred)_lft \S+|(?<=@)if\d+|^\d+(?=: )"
    r"|(?<=fe80::)\S+(?=( dev wg0|/64 scope link stable-privacy)))"
)
# ufw writes its rule files anew, with the same content.
ETC = r"""
cd /etc
find . -name __pycache__ -prune -o -type d -printf '%p dir %m %u:%g\n'
find . -type l -printf '%p link %u:%g %l\n'
find . -type f ! -path './ufw/user*.rules' -printf '%p file %m %u:%g %T@\n'
find ./ufw/user*.rules -printf '%p file %m %u:%g\n'
find . -type f -exec sha256sum {} +
"""
SYSCTLS = r"""
for key in forwarding accept_ra proxy_ndp; do
    grep . /proc/sys/net/ipv6/conf/*/$key
done
cat /proc/sys/net/ipv4/ip_forward
"""


def whole(vps):
    """What the machine is: names and sorted lines."""

    def lines(argv, drop=()):
        found = vps.run(argv, check=False).stdout.splitlines()
        return sorted(
            " ".join(FRESH.sub("", line).split())
            for line in found
            if not any(pattern.search(line) for pattern in drop)
        )

    vps.run(["mkdir", "-p", "/run/sshd"])
    return {
        "sshd": lines(["sshd", "-T"]),
        "ufw": lines(["ufw", "status", "verbose"]),
        "addresses": lines(["ip", "addr", "show"]),
        "routes": lines(["ip", "-6", "route", "show", "table", "all"]),
        "rules": lines(["ip", "-6", "rule"]),
        "flags": lines(["sh", "-c", "grep . /sys/class/net/e*/flags"]),
        "sysctls": lines(["sh", "-c", SYSCTLS]),
        "units": lines(UNITS, [PASSIVE, ORDERED, FLEETING]),
        "unit files": lines(UNIT_FILES),
        "iptables": lines(["sh", "-c", "iptables-save; ip6tables-save"], [re.compile("^#|^:")]),
        "etc": lines(["sh", "-c", ETC]),
        "tunnels": lines(["wg", "show", "all", "allowed-ips"]),
    }


def difference(before, after):
    """What one has and the other has not, for people: empty when they are equal."""
    return [
        f"{name}: {sign} {line}"
        for name in before
        for sign, ours, other in (
            ("-", before[name], after[name]),
            ("+", after[name], before[name]),
        )
        for line in ours
        if line not in other
    ]
