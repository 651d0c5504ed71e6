# SPDX-License-Identifier: MIT
"""A home behind a relay: pasting the script, and whether the LAN then works."""

from .gateway import PUBLIC6
from .router import Home


def home_with(lab, script, name="home"):
    """A home whose router was given the script."""
    home = lab.add_home(Home(lab.gateway, f"{lab.name}-{name}"))
    paste(home, script)
    return home


def paste(home, script):
    report = home.paste(script)
    assert report.errors == []
    assert any(line.startswith("sixrelay: done") for line in report.output)


def reaches(space, address):
    """Three of three, the first one included."""
    argv = ["ping", "-c3", "-i0.2", "-W2", address]
    return " 3 received" in space.run(argv, check=False).stdout


def lan_works(lab, home, prefix):
    """Both directions, with nothing in the gateway's neighbour cache before each."""
    address = home.client.wait_address(prefix)
    home.client.wait_ping(PUBLIC6)
    lab.gateway.flush_neighbours()
    assert home.client.ping(PUBLIC6, count=3) == 3
    lab.gateway.flush_neighbours()
    assert reaches(lab.public, address)
    return address
