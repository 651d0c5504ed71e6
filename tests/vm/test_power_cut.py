# SPDX-License-Identifier: MIT
"""The power fails at some moment of the first apply: after the next boot all is well."""

import random
import re
import time

import pytest

from ..lab.gateway import RESERVED
from ..lab.lan import home_with, lan_works, paste
from ..lab.scripts import all_announced, announced
from ..lab.waiting import until
from .machine import BOOT

# What the console shows when user-data's start of the agent is over.
OVER = "Started sixrelay.timer"
KEYS = ("server.key", "server.pub", "mikrotik.key", "mikrotik.pub")
OURS = (
    *(f"/etc/wireguard/{name}" for name in (*KEYS, "wg0.conf")),
    "/etc/sysctl.d/99-wg-relay.conf",
    "/etc/ndppd.conf",
    "/etc/systemd/system/ndppd.service",
    "/etc/ssh/sshd_config.d/00-hardening.conf",
    "/etc/sixrelay.conf",
)


@pytest.fixture(scope="module")
def lab(new_lab, user_data):
    return new_lab(reserved=[RESERVED], user_data=user_data)


@pytest.fixture(scope="module")
def vps(lab):
    return lab.vps


@pytest.fixture(scope="module")
def first(lab, vps):
    """The machine as its first apply has read the metadata, and done nothing yet."""
    vps.power_on()
    until(lambda: lab.metadata.asked() > 0, BOOT, "the first apply")
    return vps.snapshot("first-apply")


@pytest.fixture(scope="module")
def undisturbed(lab, vps, first):
    """How many seconds the first apply takes from there, and the files that it leaves."""
    heard = len(vps.console())
    vps.resume(first)
    start = time.monotonic()
    until(lambda: OVER in vps.console()[heard:], BOOT, "the end of the first apply")
    seconds = time.monotonic() - start
    vps.wait_booted()
    lab.home = home_with(lab, announced(vps))
    lan_works(lab, lab.home, RESERVED)
    return seconds, files(vps)


def files(vps):
    """What is in the directories that hold something of ours; the state's own apart."""
    places = ["/etc/wireguard", "/etc/sysctl.d", "/etc/systemd", "/etc/ssh", "/etc/ufw"]
    found = vps.run(["find", *places, "/etc", "-maxdepth", "3"]).stdout.splitlines()
    return sorted({path for path in found if not re.search(r"/ssh_host_|/machine-id|~$", path)})


def pytest_generate_tests(metafunc):
    if "part" in metafunc.fixturenames:
        # At once, when nothing was written yet, and then somewhere in each part.
        count = metafunc.config.getoption("cuts") - 1
        parts = [(i / count, (i + 1) / count) for i in range(count)]
        metafunc.parametrize("part", [(0, 0), *parts])


def test_after_a_power_cut_all_is_well(lab, vps, first, undisturbed, part, report):
    seconds, usual = undisturbed
    moment = seconds * random.uniform(*part)
    said = len(all_announced(vps))
    vps.resume(first)
    time.sleep(moment)
    vps.power_cut()
    found = vps.offline(OURS)
    report(
        f"cut after {moment:.2f} of {seconds:.1f} s: {len(found)} of {len(OURS)} files were there"
    )
    told = all_announced(vps)[said:]

    vps.boot()
    for path, text in found.items():
        assert vps.read(path) == text, f"{path} was whole, and stays"
    for script in told:
        assert mikrotik_key(script) == vps.read("/etc/wireguard/mikrotik.key").strip()
    assert files(vps) == usual
    assert vps.run(["sixrelay", "plan"], check=False).returncode == 0
    paste(lab.home, announced(vps))
    lan_works(lab, lab.home, RESERVED)


def mikrotik_key(script):
    return re.search(r'private-key="([^"]+)"', script)[1]
