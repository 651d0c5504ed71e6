# SPDX-License-Identifier: MIT
"""An instance whose reserved /64 is attached after the first boot, detached, and changed."""

import pytest

from ..lab.gateway import RESERVED, RESERVED2
from ..lab.lan import home_with, lan_works, paste
from ..lab.scripts import all_announced, announced
from ..lab.waiting import until
from .machine import BOOT

INTERVAL = 20  # seconds between two runs, in place of minutes
TIMER = f"""[Timer]
OnActiveSec=
OnActiveSec={INTERVAL}s
OnUnitInactiveSec=
OnUnitInactiveSec={INTERVAL}s
AccuracySec=1s
"""


@pytest.fixture(scope="module")
def lab(new_lab, user_data):
    lab = new_lab(user_data=user_data)
    lab.vps.boot()
    lab.vps.write("/etc/systemd/system/sixrelay.timer.d/test.conf", TIMER)
    lab.vps.run(["systemctl", "daemon-reload"])
    lab.vps.run(["systemctl", "restart", "sixrelay.timer"])
    return lab


@pytest.fixture(scope="module")
def vps(lab):
    return lab.vps


def wait_runs(lab, count):
    """Waits until the agent has asked for the metadata so many times more."""
    before = lab.metadata.asked()
    until(
        lambda: lab.metadata.asked() >= before + count,
        count * BOOT,
        f"{count} runs of the timer",
    )


def wait_script(lab, vps, count):
    """Waits for the announcement of that number, which the next run makes."""
    before = lab.metadata.asked()
    until(lambda: len(all_announced(vps)) >= count, BOOT, f"script number {count}")
    # One that was under way may have asked before, and one more may have begun meanwhile.
    assert lab.metadata.asked() <= before + 3


def test_without_a_prefix_it_waits_and_says_so_once(lab, vps):
    wait_runs(lab, 2)
    console = vps.console()
    assert console.count("Reserved IPs") == 1
    assert "-----BEGIN SIXRELAY" not in console
    assert not vps.exists("/etc/wireguard/wg0.conf")
    assert "waiting" in vps.run(["sixrelay", "status"], check=False).stdout


def test_attached_later_it_is_picked_up(lab, vps):
    lab.attach(RESERVED)
    wait_script(lab, vps, 1)
    lab.home = home_with(lab, announced(vps))
    lan_works(lab, lab.home, RESERVED)


def test_detached_it_is_kept_and_said_so_once(lab, vps):
    before = vps.read("/etc/wireguard/wg0.conf")
    heard = len(vps.console())
    lab.detach(RESERVED)
    wait_runs(lab, 3)
    assert vps.read("/etc/wireguard/wg0.conf") == before
    assert vps.console()[heard:].count("no longer attached") == 1
    assert "no longer attached" in vps.run(["sixrelay", "status"], check=False).stdout


def test_another_one_is_announced_and_works(lab, vps):
    lab.attach(RESERVED2)
    wait_script(lab, vps, 2)
    assert RESERVED2.removesuffix("/64") in announced(vps)
    paste(lab.home, announced(vps))
    lan_works(lab, lab.home, RESERVED2)
    assert len(all_announced(vps)) == 2
