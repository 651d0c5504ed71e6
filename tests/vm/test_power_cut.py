# SPDX-License-Identifier: MIT
"""The power fails at some moment of the first apply: after the next boot all is well."""

import random
import re
import time

import pytest

from ..lab.gateway import RESERVED
from ..lab.lan import lan_works, paste
from ..lab.scripts import all_announced, announced
from .first_boot import files

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
def lab(first_boot):
    return first_boot.lab


@pytest.fixture(scope="module")
def vps(lab):
    return lab.vps


def pytest_generate_tests(metafunc):
    if "part" in metafunc.fixturenames:
        # At once, when nothing was written yet, and then somewhere in each part.
        count = metafunc.config.getoption("cuts") - 1
        parts = [(i / count, (i + 1) / count) for i in range(count)]
        metafunc.parametrize("part", [(0, 0), *parts])


def test_after_a_power_cut_all_is_well(lab, vps, first_boot, part, report):
    seconds = first_boot.seconds
    moment = seconds * random.uniform(*part)
    said = len(all_announced(vps))
    vps.resume(first_boot.snapshot)
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
    assert files(vps) == first_boot.files
    assert vps.run(["sixrelay", "plan"], check=False).returncode == 0
    paste(first_boot.home, announced(vps))
    lan_works(lab, first_boot.home, RESERVED)


def mikrotik_key(script):
    return re.search(r'private-key="([^"]+)"', script)[1]
