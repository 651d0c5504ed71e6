# SPDX-License-Identifier: MIT
"""What a machine holds on to: figures that must not grow with the runs of the agent."""

# Lines of a name and a number. Of processes with the same name, the sum.
SCRIPT = r"""
for dir in /proc/[0-9]*; do
    name=$(cat "$dir/comm" 2>/dev/null) || continue
    case $name in
    systemd|systemd-journal|systemd-network|systemd-udevd|dbus-daemon|ndppd|wireguard-go|sshd)
        echo "fds of $name $(ls "$dir/fd" | wc -l)"
        echo "kB of $name $(awk '/^VmRSS/ { print $2 }' "$dir/status")"
        ;;
    esac
done
echo "processes $(ls -d /proc/[0-9]* | wc -l)"
echo "mounts $(wc -l </proc/1/mountinfo)"
echo "sockets $(ss -Ha | wc -l)"
for dir in /tmp /var/tmp /run /run/systemd /etc /var/lib; do
    echo "files of $dir $(find "$dir" -xdev -path /run/udev -prune -o \
        -path /var/lib/sixrelay/kept -prune -o -type f -print | wc -l)"
done
echo "bytes of /var/lib/sixrelay $(find /var/lib/sixrelay -path '*/kept' -prune -o \
    -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }')"
echo "kept copies $(find /var/lib/sixrelay/kept -type f 2>/dev/null | wc -l)"
echo "units $(systemctl list-units --all --no-legend --plain |
    grep -c -v -E '^\S+\.(device|scope|mount) ')"
echo "jobs $(systemctl list-jobs --no-legend | wc -l)"
echo "links $(ip -o link | wc -l)"
echo "addresses $(ip -o address | wc -l)"
echo "routes $(ip -o -6 route show table all | wc -l)"
echo "rules of iptables $( (iptables-save; ip6tables-save) | grep -c ^-A)"
echo "journal lines $(journalctl --no-pager -q -b | wc -l)"
"""
# What may differ: by so much at all, and for each run in between. The rest may not. systemd itself
# opens a few descriptors the first time that they are of use to it, and the kernel takes the routes
# of an advertisement besides networkd once its accept_ra was on.
SLACK = {
    "kB of": (4096, 1.0),
    "journal lines": (500, 60.0),
    "kept copies": (10000, 0.0),  # as many as there were edits: test_soak.py
    "bytes of": (4096, 0.0),
    "fds of systemd": (4, 0.0),
    "routes": (4, 0.0),
}


class Figures:
    def __init__(self, vps):
        self.vps = vps
        self.base, self.at = None, 0

    def take(self):
        found = {}
        for line in self.vps.run(["sh", "-c", SCRIPT]).stdout.splitlines():
            name, _, number = line.rpartition(" ")
            if number.isdigit():
                found[name] = found.get(name, 0) + int(number)
        return found

    def begin(self, reconciles):
        """From here on nothing may grow."""
        self.base, self.at = self.take(), reconciles

    def grown(self, reconciles):
        """What is more than it was, and more than may be."""
        now, more = self.take(), {}
        for name in sorted(now.keys() | self.base.keys()):
            before, after = self.base.get(name, 0), now.get(name, 0)
            kind = next((each for each in SLACK if f"{name} ".startswith(f"{each} ")), None)
            once, each_run = SLACK.get(kind, (0, 0))
            if after > before + once + each_run * (reconciles - self.at):
                more[name] = before, after
        return more
