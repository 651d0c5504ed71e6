# SPDX-License-Identifier: MIT
"""A router as it leaves the factory (MikroTik's defconf of a home router)."""

import json
from pathlib import Path

from .commands import VERSIONS
from .router import Router

DEFCONF = json.loads((Path(__file__).parent.parent / "data/routeros/defconf.json").read_text())
ETHERNET_PORTS = 5


def factory(version="7.15.3", fasttrack=False, world=None):
    """A factory router: ether1 is the WAN, the other ports are the bridge's.

    fasttrack: with the FastTrack rule that a defconf of 7.18 or later has; it asks for one.
    """
    assert not fasttrack or VERSIONS.index(version) >= VERSIONS.index("7.18.2")
    router = Router(version, world)
    for port in range(1, ETHERNET_PORTS + 1):
        router.add("/interface/ethernet", name=f"ether{port}")
    router.add("/interface/bridge", name=DEFCONF["bridge"], comment=DEFCONF["list_comment"])
    for name, members in DEFCONF["interface_lists"].items():
        router.add("/interface/list", name=name, comment=DEFCONF["list_comment"])
        for member in members:
            comment = DEFCONF["list_comment"]
            router.add("/interface/list/member", list=name, interface=member, comment=comment)
    for address, comment in DEFCONF["ipv6_address_list_bad_ipv6"]:
        router.add("/ipv6/firewall/address-list", list="bad_ipv6", address=address, comment=comment)
    for rule in DEFCONF["ipv6_filter"]:
        if "since" not in rule:
            router.add("/ipv6/firewall/filter", **rule)
        elif fasttrack:
            router.add("/ipv6/firewall/filter", **{k: v for k, v in rule.items() if k != "since"})
    router.add("/ipv6/nd", interface="all")
    return router
