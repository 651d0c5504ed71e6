# SPDX-License-Identifier: MIT
"""A laptop on the LAN: whatever it knows of IPv6 it has from router advertisements."""

import ipaddress
import json
import re

from . import tcp
from .netns import Namespace
from .waiting import until

INTERFACE = "eth0"


class Client:
    """To be plugged in by its interface (INTERFACE), then started by `up`."""

    def __init__(self, name):
        self.space = Namespace(name)

    def up(self):
        self.space.sysctl(f"net.ipv6.conf.{INTERFACE}.disable_ipv6", 0)
        self.space.sysctl(f"net.ipv6.conf.{INTERFACE}.accept_ra", 1)
        self.space.run(["ip", "link", "set", INTERFACE, "up"])

    def addresses(self):
        """The global addresses that it may use for new connections."""
        argv = ["ip", "-j", "-6", "address", "show", "dev", INTERFACE, "scope", "global"]
        return [
            info["local"]
            for link in json.loads(self.space.run(argv).stdout or "[]")
            for info in link.get("addr_info", [])
            if info and not info.get("tentative") and not info.get("deprecated")
        ]

    def wait_address(self, prefix, deadline=20):
        """Waits for an address of a prefix; returns it."""
        network = ipaddress.ip_network(prefix)

        def found():
            return [a for a in self.addresses() if ipaddress.ip_address(a) in network]

        return until(found, deadline, f"an address of {prefix} on {self.space.name}")[0]

    def wait_no_address(self, prefix, deadline=20):
        """Waits until no usable address of a prefix is left."""
        network = ipaddress.ip_network(prefix)

        def none():
            return not any(ipaddress.ip_address(a) in network for a in self.addresses())

        until(none, deadline, f"{self.space.name} to drop {prefix}")

    def default_route(self):
        """The default router's address; None without one."""
        argv = ["ip", "-j", "-6", "route", "show", "default"]
        routes = json.loads(self.space.run(argv).stdout or "[]")
        return routes[0].get("gateway") if routes else None

    def mtu(self):
        """The MTU that IPv6 uses, which an advertisement may have lowered."""
        return int(self.space.run(["sysctl", "-n", f"net.ipv6.conf.{INTERFACE}.mtu"]).stdout)

    def ping(self, address, count=3, size=56):
        """The number of answers to count echo requests, which are never fragmented."""
        argv = ["ping", "-6", "-n", "-i", "0.2", "-W", "2", "-M", "do", "-s", str(size)]
        done = self.space.run([*argv, "-c", str(count), address], check=False)
        answers = re.search(r"(\d+) received", done.stdout)
        return int(answers[1]) if answers else 0

    def wait_ping(self, address, deadline=20):
        """Waits for the first answer."""
        until(lambda: self.ping(address, 1), deadline, f"{address} to answer {self.space.name}")

    def listen(self, port):
        """Listens on a TCP port until the client is deleted."""
        tcp.listen(self.space, port)

    def connect(self, address, port):
        """Connects to a listener; the address that it saw us come from, or None."""
        return tcp.connect(self.space, address, port)

    def close(self):
        self.space.delete()
