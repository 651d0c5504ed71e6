# SPDX-License-Identifier: MIT
"""An instance with a reserved /64 attached before its first boot: from user-data to purge."""

import json
import re

import pytest

from ..lab.gateway import RESERVED, VPS_NIC
from ..lab.lan import lan_works
from ..lab.scripts import all_announced, announced
from .boottime import SIXRELAY, BootTime, moments

KEYS = [f"/etc/wireguard/{name}.key" for name in ("server", "mikrotik")]
RELAY = ["wg-quick@wg0.service", "ndppd.service"]
# The files that hold a key, wherever they are; nothing older than the machine can. The keys are
# in a file: the agent that runs this logs its command line.
PATTERNS = "/run/patterns"
HOLDERS = rf"""
find / /run /tmp /dev/shm -xdev -type f ! -path {PATTERNS} -cnewer /etc/machine-id \
	-exec grep -lFf {PATTERNS} {{}} + | sort -u | xargs stat -c '%a %n'
"""
JOURNAL = f"journalctl --all --output=export | grep -caFf {PATTERNS}"
# What programs remember for themselves, and what cloud-init and systemd make of any machine.
MEMORIES = re.compile(
    r"^/(var/(lib/(dpkg|apt|ucf|cloud|systemd|dhcpcd|dbus|logrotate|sudo)"
    r"|cache/(apt|debconf|ldconfig)|log|tmp|backups)|etc/(rc.\.d|ssh/ssh_host_\w+_key(\.pub)?"
    r"|netplan|cloud|sudoers\.d/90-cloud-init-users|sub[ug]id-|\.pwd\.lock)|root/\.(ssh|cache)|home/\w+"
    r"|tmp|lost\+found)(/|$)|/__pycache__"
)


@pytest.fixture(scope="module")
def lab(first_boot):
    return first_boot.lab


@pytest.fixture(scope="module")
def vps(lab):
    return lab.vps


@pytest.fixture(scope="module")
def home(first_boot):
    return first_boot.home


@pytest.fixture(scope="module")
def keys(vps):
    return [vps.read(path).strip() for path in KEYS]


def cloud_init_errors(vps):
    return json.loads(vps.read("/run/cloud-init/result.json"))["v1"]["errors"]


def relay_since(vps):
    """When each of the relay's units became active in this boot, in seconds."""
    return [moments(vps, unit, "ActiveEnter")[0] for unit in RELAY]


def contents(vps):
    """What the relay's files are, and when each was last written."""
    found = ["find", "/etc", "-xdev", "-type", "f", "-printf", "%p %i %T@ %m\n"]
    return [
        line
        for line in sorted(vps.run(found).stdout.splitlines())
        if re.match(
            r"/etc/(wireguard|sysctl\.d|ndppd|ssh/sshd_config\.d|ufw|systemd|sixrelay)", line
        )
    ]


def test_user_data_brings_the_lan_up(lab, vps, home):
    assert cloud_init_errors(vps) == []
    assert len(all_announced(vps)) == 1
    lan_works(lab, home, RESERVED)
    assert lab.ssh(["sixrelay", "script"]).stdout == announced(vps)


def test_cloud_init_bound_the_prefix_to_the_nic(vps):
    """If this fails, cloud-init has changed: the relay's route has nothing to win against."""
    assert f'"{RESERVED}"' in vps.read("/etc/netplan/50-cloud-init.yaml")
    routes = vps.run(["ip", "-6", "route", "show", RESERVED]).stdout
    assert f"dev {VPS_NIC} proto kernel metric 256" in routes
    assert "dev wg0" in routes


def test_at_a_reboot_nothing_changes(lab, vps, home, keys, report):
    lan_works(lab, home, RESERVED)
    # The timer's next run sees the handshake.
    vps.run(["systemctl", "start", SIXRELAY])
    before, heard = contents(vps), len(vps.console())
    vps.reboot()
    lan_works(lab, home, RESERVED)
    assert contents(vps) == before
    assert [vps.read(path).strip() for path in KEYS] == keys
    log = vps.run(["journalctl", "-b", "-u", SIXRELAY, "-o", "cat"]).stdout
    assert not re.search(
        r"^sixrelay: (write|set|restart|reload|enable|ufw) ", log, re.MULTILINE
    ), log
    console = vps.console()[heard:]
    assert not any(key in console for key in keys)
    assert "-----BEGIN SIXRELAY" not in console, "the router has the script"

    time = BootTime(vps)
    report(time)
    assert max(relay_since(vps)) < time.begun, "the relay doesn't wait for the agent"


def test_no_secret_is_where_others_look(vps, home, keys):
    vps.write(PATTERNS, "".join(f"{key}\n" for key in keys), 0o600)
    lines = vps.run(["sh", "-c", HOLDERS], timeout=300).stdout.splitlines()
    holders = {path: mode for mode, path in (line.split(" ", 1) for line in lines)}
    assert set(KEYS) < set(holders), "the search finds what it should"
    others = {"/var/log", "/var/lib/cloud", "/run", "/tmp"}
    assert not [path for path in holders if any(path.startswith(f"{place}/") for place in others)]
    assert set(holders.values()) == {"600"}, holders
    assert vps.run(["sh", "-c", JOURNAL], False, 300).stdout.strip() == "0"


def test_without_metadata_the_relay_comes_up_and_again_after_it(lab, vps, home, keys, report):
    lab.metadata.refuse()
    vps.reboot()
    lan_works(lab, home, RESERVED)
    report(f"without metadata: {vps.run(['systemd-analyze']).stdout.splitlines()[0]}")
    lab.metadata.serve()
    vps.reboot()
    lan_works(lab, home, RESERVED)
    assert [vps.read(path).strip() for path in KEYS] == keys


def test_revert_and_purge_leave_nothing(lab, vps):
    vps.run(["sixrelay", "revert"], timeout=600)
    apt = ["apt-get", "-q", "-y", "purge", "sixrelay"]
    vps.run(apt, timeout=600, env={"DEBIAN_FRONTEND": "noninteractive"})
    paths = vps.run(["find", "/", "-xdev"], timeout=600).stdout.splitlines()
    packaged = vps.run(["sh", "-c", "cat /var/lib/dpkg/info/*.list"]).stdout.splitlines()
    known = {*packaged, *lab.image.files.read_text().splitlines()}
    left = [path for path in paths if path not in known and not MEMORIES.search(path)]
    assert not left, "\n".join(left)
    links = vps.run(["ip", "-o", "link"]).stdout
    assert "wg0" not in links
    assert lab.ssh(["true"]).returncode == 0
