# SPDX-License-Identifier: MIT
"""The provider's side of the lab: gateway, public host and home ISP.

Every IPv6 prefix is on-link, as on Vultr: the gateway asks for each address
on the wire to the VPS and never routes a prefix to it.
"""

import dataclasses
import ipaddress

from .netns import Namespace, veth
from .waiting import until

# All of IPv6 is in 3fff::/20: a factory RouterOS drops 2001:db8::/32.
ORIGINAL = "3fff:0:0:1::/64"
RESERVED = "3fff:0:0:2::/64"
RESERVED2 = "3fff:0:0:3::/64"
PUBLIC6 = "3fff:fff::2"
PUBLIC4 = "192.0.2.2"
VPS_NIC = "enp1s0"
VPS_MAC = "56:00:05:00:53:01"
VPS4 = "203.0.113.42"
GATEWAY_MAC = "fe:00:05:00:53:01"
METADATA4 = "169.254.169.254"


def eui64(prefix, mac):
    """The address that SLAAC makes of a /64 and a MAC."""
    octets = bytearray.fromhex(mac.replace(":", ""))
    octets[0] ^= 2
    host = octets[:3] + b"\xff\xfe" + octets[3:]
    return ipaddress.ip_network(prefix)[int.from_bytes(host, "big")]


VPS6 = str(eui64(ORIGINAL, VPS_MAC))

RADVD = """interface vps {
    AdvSendAdvert on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 10;
    AdvDefaultLifetime 1800;
    prefix %s { AdvOnLink on; AdvAutonomous on; };
};
"""


@dataclasses.dataclass(frozen=True)
class Identity:
    """What Vultr gives an instance; one that is made of another's snapshot has its own."""

    nic: str = VPS_NIC
    mac: str = VPS_MAC
    v4: str = VPS4
    original: str = ORIGINAL
    number: str = "0b8f5c3e-1d2a-4c6e-9f7b-2a4d6e8c0f13"

    @property
    def v6(self):
        return str(eui64(self.original, self.mac))


class Gateway:
    """Routes between the VPS's wire, a public host and the homes' ISP."""

    def __init__(self, name, directory):
        self.directory = directory
        self.homes = 0
        self.identity = Identity()
        self.namespace = Namespace(f"{name}-gateway")
        self.public = Namespace(f"{name}-public")
        self.run = self.namespace.run
        self._bridge("vps", GATEWAY_MAC)
        self._bridge("isp")
        self._sysctls()
        self._addresses()
        self._public_host()
        self.dhcp = self.radvd = None
        self._serve()

    def _bridge(self, name, mac=None):
        """A bridge, so that the far end may come and go.

        A pair of ports that lead nowhere keeps its carrier.
        """
        make = ["ip", "link", "add", name]
        make += ["address", mac] if mac else []
        self.run([*make, "type", "bridge", "stp_state", "0", "mcast_snooping", "0"])
        ports = [f"{name}-keep", f"{name}-end"]
        veth(self.namespace, ports[0], self.namespace, ports[1])
        for device in (name, *ports):
            self.run(["ip", "link", "set", device, "addrgenmode", "none"])
            self.run(["ip", "link", "set", device, "up"])
        self.run(["ip", "link", "set", ports[0], "master", name])

    def _sysctls(self):
        self.namespace.sysctl("net.ipv4.ip_forward", 1)
        self.namespace.sysctl("net.ipv6.conf.all.forwarding", 1)
        self.namespace.sysctl("net.ipv6.conf.isp.disable_ipv6", 1)

    def _addresses(self):
        for address, device in (
            ("fe80::1/64", "vps"),
            ("203.0.113.1/24", "vps"),
            (f"{METADATA4}/32", "lo"),
            ("198.51.100.1/24", "isp"),
        ):
            nodad = ["nodad"] if ":" in address else []
            self.run(["ip", "addr", "add", address, "dev", device, *nodad])

    def _public_host(self):
        veth(self.namespace, "public", self.public, "eth0")
        for space, device, host in (
            (self.namespace, "public", 1),
            (self.public, "eth0", 2),
        ):
            for address in (f"3fff:fff::{host}/64", f"192.0.2.{host}/24"):
                nodad = ["nodad"] if ":" in address else []
                space.run(["ip", "addr", "add", address, "dev", device, *nodad])
            space.run(["ip", "link", "set", device, "up"])
        self.public.run(["ip", "route", "add", "default", "via", "192.0.2.1"])
        self.public.run(["ip", "-6", "route", "add", "default", "via", "3fff:fff::1"])

    def _serve(self):
        """What the instance is given: its /64, its address, router advertisements."""
        self.attach(self.identity.original)
        self._dhcp()
        (self.directory / "radvd.conf").write_text(RADVD % self.identity.original)
        self.advertise()

    def become(self, identity):
        """Has another instance in the place of the one that is powered off."""
        self.detach(self.identity.original)
        self.namespace.stop(self.dhcp)
        self.identity = identity
        self._serve()

    def _dhcp(self):
        identity = self.identity
        self.dhcp = self.namespace.start(
            [
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--user=root",
                "--pid-file=",
                "--log-facility=-",
                "--log-dhcp",
                "--port=0",
                "--interface=vps",
                "--leasefile-ro",
                "--no-ping",
                "--dhcp-authoritative",
                f"--dhcp-range={identity.v4},static,1h",
                f"--dhcp-host={identity.mac},{identity.v4}",
                "--dhcp-option=option:router,203.0.113.1",
                f"--dhcp-option=option:dns-server,{PUBLIC4}",
                "--dhcp-option=option:classless-static-route,"
                f"0.0.0.0/0,203.0.113.1,{METADATA4}/32,203.0.113.1",
            ],
            log=self.directory / "dhcp.log",
        )
        listens = ["ss", "-Hlun", "sport", "=", ":67"]
        until(lambda: self.run(listens).stdout, 10, "the DHCP server")

    def advertise(self):
        """Sends a router advertisement now (radvd sends one at its start)."""
        if self.radvd:
            # radvd would say good-bye to SIGTERM: router lifetime 0.
            self.radvd.kill()
            self.namespace.stop(self.radvd)
        self.radvd = self.namespace.start(
            [
                "radvd",
                "--nodaemon",
                "--logmethod",
                "stderr",
                "--pidfile",
                self.directory / "radvd.pid",
                "--config",
                self.directory / "radvd.conf",
            ],
            log=self.directory / "radvd.log",
        )

    def plug_vps(self, namespace):
        """Gives the VPS's namespace its NIC, down as at power-on."""
        veth(self.namespace, "vps-nic", namespace, self.identity.nic, right_mac=self.identity.mac)
        self._plug_port()

    def plug_tap(self):
        """Makes a tap device for a virtual machine's NIC; returns its name."""
        self.run(["ip", "tuntap", "add", "vps-nic", "mode", "tap"])
        self._plug_port()
        return "vps-nic"

    def _plug_port(self):
        self.run(["ip", "link", "set", "vps-nic", "addrgenmode", "none"])
        self.run(["ip", "link", "set", "vps-nic", "master", "vps", "up"])

    def unplug_vps(self):
        """Removes the NIC: one by itself goes only some time after its namespace."""
        self.run(["ip", "link", "del", "vps-nic"])

    def home_uplink(self, namespace, ifname):
        """Connects a home router's WAN to the ISP: IPv4 only.

        Returns the address it was given. Homes can't see each other.
        """
        self.homes += 1
        port = f"home{self.homes}"
        address = f"198.51.100.{9 + self.homes}"
        veth(self.namespace, port, namespace, ifname)
        self.run(["ip", "link", "set", port, "addrgenmode", "none"])
        self.run(["ip", "link", "set", port, "master", "isp", "up"])
        self.run(["bridge", "link", "set", "dev", port, "isolated", "on"])
        namespace.run(["ip", "addr", "add", f"{address}/24", "dev", ifname])
        namespace.run(["ip", "link", "set", ifname, "up"])
        namespace.run(["ip", "route", "replace", "default", "via", "198.51.100.1"])
        return address

    def attach(self, prefix):
        """Makes a prefix on-link towards the VPS."""
        self.run(["ip", "-6", "route", "replace", prefix, "dev", "vps"])

    def detach(self, prefix):
        self.run(["ip", "-6", "route", "del", prefix, "dev", "vps"])

    def flush_neighbours(self):
        self.run(["ip", "neigh", "flush", "dev", "vps"])

    def close(self):
        self.public.delete()
        self.namespace.delete()
