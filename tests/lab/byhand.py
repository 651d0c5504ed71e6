# SPDX-License-Identifier: MIT
"""A VPS that is configured by hand, and a public host behind it: what a home needs on the wire."""

from ..routeros import x25519
from .netns import Namespace, veth
from .tunnel import Tunnel

TRANSIT = "fd99:9999:9999::1"
PUBLIC = "3fff:0:0:1::80"
ENDPOINT, PORT = "203.0.113.42", 51820


class ByHand:
    """peers: by each tunnel's key (the router's, public), the networks that go through it.

    public_key: the VPS's.
    """

    def __init__(self, peers):
        self.vps = Namespace("byhand-vps")
        self.host = Namespace("byhand-host")
        self.peers = peers
        self.private = x25519.generate()
        self.public_key = x25519.public(self.private)
        self.vps.sysctl("net.ipv6.conf.all.forwarding", 1)
        veth(self.vps, "host", self.host, "eth0")
        up(self.vps, "host", "3fff:0:0:1::1/64")
        up(self.host, "eth0", f"{PUBLIC}/64")
        self.host.run(["ip", "-6", "route", "add", "default", "via", "3fff:0:0:1::1"])
        self.tunnel = Tunnel(self.vps, "wg0")
        self.serve(*peers)
        self.tunnel_up()

    def serve(self, *keys):
        """Lets these peers in, and no other."""
        lines = ["[Interface]", f"PrivateKey = {self.private}", f"ListenPort = {PORT}"]
        for key in keys:
            lines += ["[Peer]", f"PublicKey = {key}", f"AllowedIPs = {', '.join(self.peers[key])}"]
        self.tunnel.configure("\n".join([*lines, ""]))

    def home_uplink(self, namespace, interface):
        veth(self.vps, "home", namespace, interface)
        up(self.vps, "home", f"{ENDPOINT}/24")
        up(namespace, interface, "203.0.113.7/24")

    def tunnel_up(self):
        self.vps.run(["ip", "link", "set", "wg0", "mtu", "1420"])
        up(self.vps, "wg0", f"{TRANSIT}/64")
        for network in (network for networks in self.peers.values() for network in networks):
            self.vps.run(["ip", "-6", "route", "replace", network, "dev", "wg0", "metric", "50"])

    def tunnel_down(self):
        self.vps.run(["ip", "link", "set", "wg0", "down"])

    def close(self):
        self.tunnel.stop()
        self.host.delete()
        self.vps.delete()


def up(space, interface, address):
    argv = ["ip", "address", "add", address, "dev", interface]
    space.run([*argv, "nodad"] if ":" in address else argv)
    space.run(["ip", "link", "set", interface, "up"])


def reached(space, address):
    """Whether an address answers a ping from a namespace."""
    return space.run(["ping", "-6", "-c", "1", "-W", "2", address], check=False).returncode == 0
