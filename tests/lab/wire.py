# SPDX-License-Identifier: MIT
"""The wire between a gateway and a VPS, and a public host behind it, in bare namespaces.

The gateway has its prefixes on-link, as Vultr's has. Nothing answers for RESERVED until
Wire.answer() says so.
"""

import pathlib
import sys

from .gateway import GATEWAY_MAC, PUBLIC6, RESERVED, VPS6, VPS_MAC, VPS_NIC
from .netns import Namespace, veth
from .waiting import until

TOP = pathlib.Path(__file__).parents[2]
GATEWAY6 = "fe80::1"
NEIGHBOUR_MAC = "56:00:05:00:53:02"


class Wire:
    """gateway, vps and public; neighbour is another machine on the VPS's wire."""

    def __init__(self, name="wire"):
        self.gateway, self.vps, self.public, self.neighbour = (
            Namespace(f"{name}-{part}") for part in ("gateway", "vps", "public", "neighbour")
        )
        self._switch()
        self._public()
        self.vps.sysctl("net.ipv6.conf.all.forwarding", 1)
        self.configure_nic()
        # In wg0's place, something that takes every packet.
        self.vps.run(["ip", "link", "add", "wg0", "type", "bridge"])
        self.vps.run(["ip", "link", "set", "wg0", "up"])
        self.vps.run(["ip", "-6", "route", "add", RESERVED, "dev", "wg0", "metric", "50"])
        self.attach()
        self.wait_link()

    def configure_nic(self):
        """Its address and default route, which a NIC that goes down takes along."""
        add_address(self.vps, VPS_NIC, f"{VPS6}/64")
        self.vps.run(["ip", "-6", "route", "add", "default", "via", GATEWAY6, "dev", VPS_NIC])

    def wait_link(self):
        """Waits for the VPS's link-local address, without which it asks nobody."""
        argv = ["ip", "-6", "address", "show", "dev", VPS_NIC, "scope", "link", "-tentative"]
        until(lambda: "fe80::" in self.vps.run(argv).stdout, 10, "the link-local address")

    def _switch(self):
        gateway = self.gateway
        make = ["ip", "link", "add", "vps", "address", GATEWAY_MAC, "type", "bridge"]
        gateway.run([*make, "stp_state", "0", "mcast_snooping", "0"])
        for space, port, nic, mac in (
            (self.vps, "vps-nic", VPS_NIC, VPS_MAC),
            (self.neighbour, "neighbour-nic", "eth0", NEIGHBOUR_MAC),
        ):
            veth(gateway, port, space, nic, right_mac=mac)
            gateway.run(["ip", "link", "set", port, "master", "vps", "up"])
            space.run(["ip", "link", "set", nic, "up"])
        gateway.run(["ip", "link", "set", "vps", "addrgenmode", "none"])
        gateway.run(["ip", "link", "set", "vps", "up"])
        gateway.sysctl("net.ipv6.conf.all.forwarding", 1)
        add_address(gateway, "vps", f"{GATEWAY6}/64")
        gateway.run(["ip", "-6", "route", "add", VPS6, "dev", "vps"])

    def _public(self):
        veth(self.gateway, "public", self.public, "eth0")
        for space, nic, address in (
            (self.gateway, "public", "3fff:fff::1/64"),
            (self.public, "eth0", f"{PUBLIC6}/64"),
        ):
            space.run(["ip", "link", "set", nic, "up"])
            add_address(space, nic, address)
        self.public.run(["ip", "-6", "route", "add", "default", "via", "3fff:fff::1"])

    def attach(self):
        self.gateway.run(["ip", "-6", "route", "replace", RESERVED, "dev", "vps"])

    def detach(self):
        self.gateway.run(["ip", "-6", "route", "del", RESERVED, "dev", "vps"])

    def answer(self, space, *options):
        """Has a machine answer for all of RESERVED; returns the process."""
        interface = VPS_NIC if space is self.vps else "eth0"
        child = space.start(
            ["env", f"PYTHONPATH={TOP}", sys.executable, "-m", "tests.lab.responder"]
            + [interface, RESERVED, *options]
        )
        sockets = ["ss", "-Hl0", "sport", "=", f":{interface}", "-p"]
        until(lambda: "python" in space.run(sockets).stdout, 10, "the responder's socket")
        return child

    def drop(self, space, interface, hook, match):
        """Drops what matches on its way through an interface, until undrop()."""
        chain = f"type filter hook {hook} device {interface} priority 0;"
        rules = f"table netdev prove {{\nchain {hook} {{\n{chain}\n{match} drop\n}}\n}}\n"
        space.run(["nft", "-f", "-"], input=rules)

    def undrop(self):
        for space in (self.gateway, self.vps):
            space.run(["nft", "flush", "ruleset"])

    def flush_neighbours(self):
        self.gateway.run(["ip", "neigh", "flush", "dev", "vps"])

    def close(self):
        for space in (self.neighbour, self.public, self.vps, self.gateway):
            space.delete()


def add_address(space, interface, address):
    space.run(["ip", "address", "add", address, "dev", interface, "nodad"])
