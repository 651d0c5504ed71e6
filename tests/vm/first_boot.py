# SPDX-License-Identifier: MIT
"""The first boot of an instance with user-data and a reserved /64: once, and again from its middle.
"""

import re
import time

from ..lab.lan import home_with
from ..lab.scripts import announced
from ..lab.waiting import SHORTEST, until
from .machine import BOOT

# What the console shows when user-data's start of the agent is over.
OVER = "Started sixrelay.timer"


class FirstBoot:
    """lab, its machine booted for the first time, and the router at home, connected.

    snapshot: of when the first apply had read the metadata, and done nothing yet.
    seconds: what that apply took from there; files: those that it has left.
    """

    def __init__(self, lab):
        self.lab, self.vps = lab, lab.vps
        self.vps.power_on()
        until(lambda: self.lab.metadata.asked() > 0, BOOT, "the first apply", SHORTEST)
        self.snapshot = self.vps.snapshot("first-apply")
        heard = len(self.vps.console())
        self.vps.resume(self.snapshot)
        start = time.monotonic()
        until(lambda: OVER in self.vps.console()[heard:], BOOT, "its end", SHORTEST)
        self.seconds = time.monotonic() - start
        self.vps.wait_booted()
        self.files = files(self.vps)
        self.home = home_with(self.lab, announced(self.vps))


def files(vps):
    """What is in the directories that hold something of ours; the state's own apart."""
    places = ["/etc/wireguard", "/etc/sysctl.d", "/etc/systemd", "/etc/ssh", "/etc/ufw"]
    found = vps.run(["find", *places, "/etc", "-maxdepth", "3"]).stdout.splitlines()
    return sorted({path for path in found if not re.search(r"/ssh_host_|/machine-id|~$", path)})
