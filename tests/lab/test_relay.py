# SPDX-License-Identifier: MIT
"""The relay, end to end: from Vultr's metadata to a LAN client's ping."""

import json
import re

import pytest

from .gateway import ORIGINAL, PUBLIC6, RESERVED, RESERVED2, VPS6
from .router import Home
from .waiting import until

MARKED = "-----BEGIN SIXRELAY ROUTEROS SCRIPT {0}-----\n(.*?)-----END SIXRELAY ROUTEROS SCRIPT {0}-----"


def announced(vps, site="home"):
    """The script as it was last announced on the console, cut out by its markers."""
    found = re.findall(MARKED.format(re.escape(site)), vps.console(), re.DOTALL)
    return found[-1] if found else None


def home_with(lab, script, name="home"):
    """A home whose router was given the script."""
    home = lab.add_home(Home(lab.gateway, f"{lab.name}-{name}"))
    report = home.paste(script)
    assert report.errors == [] and any("sixrelay: done" in line for line in report.output)
    return home


def lan_works(lab, home, prefix):
    """Out and in, first packet included."""
    address = home.client.wait_address(prefix)
    home.client.wait_ping(PUBLIC6)
    lab.gateway.flush_neighbours()
    assert home.client.ping(PUBLIC6, count=3) == 3
    assert lab.public.run(["ping", "-c3", "-i0.2", "-W2", address], check=False).returncode == 0
    return address


def test_from_metadata_to_the_first_ping(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    done = lab.vps.run(["sixrelay", "apply"])
    print(done.stdout, done.stderr)
    home = home_with(lab, announced(lab.vps))
    lan_works(lab, home, RESERVED)
