# SPDX-License-Identifier: MIT
"""A machine with two interfaces, and who of the packets sent at it gets in or through.

Everything is sent as whole frames, and neighbours are written down, so that no rule can stop more
than what is asked about. A frame of a type of its own follows the packets on the same way: when it
has come, they have come or never will. No time is waited for.
"""

import contextlib
import ctypes
import os
import socket
import struct

from .netns import Namespace, veth

CLONE_NEWNET = 0x40000000
ETH_P_ALL, ETH_P_LAST = 0x0003, 0x88B5
IP, IP6 = 0x0800, 0x86DD
UDP, TCP, ICMPV6 = 17, 6, 58
# ICMPv6: RFC 4443, RFC 4861.
TOO_BIG, ECHO_REQUEST, ECHO_REPLY, ADVERTISED, SOLICIT, ADVERTISE = 2, 128, 129, 134, 135, 136
DISCOVERY = (ADVERTISED, SOLICIT, ADVERTISE)
NEAR, FAR = "nic0", "wg0"
MACS = {"a": "02:00:00:00:00:0a", "b": "02:00:00:00:00:0b"}
MACS |= {NEAR: "02:00:00:00:01:0a", FAR: "02:00:00:00:01:0b"}
NETS = {"a": ("198.51.100", "3fff:a:0:0"), "b": ("203.0.113", "3fff:b:0:0")}


class Packet:
    """What is sent: from `a` or `b`, to the machine or through it."""

    def __init__(self, number, origin, through, family, protocol, port, state="new", kind=0):
        self.origin, self.through = origin, through
        self.state, self.kind = state, kind or ECHO_REQUEST
        self.family, self.protocol, self.port = family, protocol, port
        self.source_port = 20000 + number % 40000
        self.token = b"crossing" + struct.pack("!Q", number)
        other = "b" if origin == "a" else "a"
        self.source = address(origin, family, 2)
        self.destination = address(other, family, 2) if through else address(origin, family, 1)

    def line(self):
        """As `judge` reads it."""
        near, far = (NEAR, FAR) if self.origin == "a" else (FAR, NEAR)
        ports = (self.source_port, self.port) if self.protocol != ICMPV6 else (0, 0)
        return (
            f"{self.family} {near} {far if self.through else '-'} {self.protocol} "
            f"{self.source} {ports[0]} {self.destination} {ports[1]}"
            f" {self.state} {self.kind if self.protocol == ICMPV6 else 0}"
        )

    def asked(self):
        """The packet whose answer this one is, or that it is an error message about."""
        other = "b" if self.origin == "a" else "a"
        if self.kind == TOO_BIG:
            first = Packet(0, other, self.through, 6, UDP, self.source_port)
            first.source_port, first.token = self.source_port, self.token
            return first
        first = Packet(0, other, self.through, self.family, self.protocol, self.source_port)
        # An echo has one number for both.
        first.source_port = self.source_port if self.protocol == ICMPV6 else self.port
        return first

    def frame(self):
        link = NEAR if self.origin == "a" else FAR
        kind = IP if self.family == 4 else IP6
        head = mac(MACS[link]) + mac(MACS[self.origin]) + struct.pack("!H", kind)
        return head + self._ip(self._content())

    def _content(self):
        if self.protocol == UDP:
            size = 8 + len(self.token)
            content = struct.pack("!HHHH", self.source_port, self.port, size, 0)
            at = 6
        elif self.protocol == TCP:
            ports = struct.pack("!HH", self.source_port, self.port)
            content = ports + struct.pack("!IIBBHHH", 1, 0, 5 << 4, 0x02, 1024, 0, 0)
            at = 16
        else:
            content = self._icmp()
            at = 2
        content += b"" if self.kind == TOO_BIG else self.token
        value = checksum(self._pseudo(len(content)) + content)
        return content[:at] + struct.pack("!H", value) + content[at + 2 :]

    def _icmp(self):
        if self.kind == TOO_BIG:
            about = self.asked()
            return struct.pack("!BBHI", self.kind, 0, 0, 1280) + about._ip(about._content())
        if self.kind in (SOLICIT, ADVERTISE):
            # The token stands where options would, and is none: nobody learns anything.
            target = socket.inet_pton(socket.AF_INET6, address(self.origin, 6, 1))
            return struct.pack("!BBHI", self.kind, 0, 0, 0) + target
        if self.kind == ADVERTISED:
            return struct.pack("!BBHIII", self.kind, 0, 0, 0, 0, 0)
        return struct.pack("!BBHHH", self.kind, 0, 0, self.source_port, 1)

    def _ends(self):
        family = socket.AF_INET if self.family == 4 else socket.AF_INET6
        return b"".join(socket.inet_pton(family, end) for end in (self.source, self.destination))

    def _pseudo(self, size):
        return self._ends() + struct.pack("!HH", self.protocol, size)

    def _ip(self, content):
        if self.family == 6:
            limit = 255 if self.protocol == ICMPV6 and self.kind in DISCOVERY else 64
            head = struct.pack("!IHBB", 6 << 28, len(content), self.protocol, limit)
            return head + self._ends() + content
        size = 20 + len(content)
        head = struct.pack("!BBHHHBBH", 0x45, 0, size, 1, 0x4000, 64, self.protocol, 0)
        head += self._ends()
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + content


def address(end, family, host):
    net = NETS[end][family == 6]
    return f"{net}::{host}" if family == 6 else f"{net}.{host}"


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF or 0xFFFF


@contextlib.contextmanager
def inside(space):
    """This process is in the namespace; the sockets that it makes stay there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as home, open(f"/run/netns/{space.name}", "rb") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


class Crossing:
    """Namespaces a and b on either side of the machine."""

    def __init__(self, ports):
        self.spaces = {name: Namespace(f"crossing-{name}") for name in ("a", "machine", "b")}
        self.machine = self.spaces["machine"]
        self.last = 0
        # One CPU: what is sent one after the other is then also handled so.
        self.cpus = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(self.cpus)})
        for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            self.machine.sysctl(key, 1)
        for end, link in (("a", NEAR), ("b", FAR)):
            self._join(end, link)
        self.sockets = {
            "a": self._frames("a", "eth0", ETH_P_ALL),
            "b": self._frames("b", "eth0", ETH_P_ALL),
            NEAR: self._frames("machine", NEAR, ETH_P_LAST),
            FAR: self._frames("machine", FAR, ETH_P_LAST),
        }
        self.listeners = [self._listen(port) for port in ports] + [self._listen_icmp()]

    def close(self):
        for one in [*self.sockets.values(), *self.listeners]:
            one.close()
        for space in self.spaces.values():
            space.delete()
        os.sched_setaffinity(0, self.cpus)

    def _join(self, end, link):
        space = self.spaces[end]
        veth(space, "eth0", self.machine, link, MACS[end], MACS[link])
        for owner, name, host in ((space, "eth0", 2), (self.machine, link, 1)):
            # Nobody says anything by himself.
            owner.sysctl(f"net.ipv6.conf.{name}.addr_gen_mode", 1)
            owner.sysctl(f"net.ipv6.conf.{name}.accept_ra", 0)
            owner.run(["ip", "link", "set", name, "up"])
            owner.run(["ip", "addr", "add", f"{address(end, 4, host)}/24", "dev", name])
            owner.run(["ip", "addr", "add", f"{address(end, 6, host)}/64", "dev", name, "nodad"])
        for family in (4, 6):
            argv = ["ip", "neigh", "replace", address(end, family, 2), "dev", link]
            self.machine.run([*argv, "lladdr", MACS[end], "nud", "permanent"])

    def _frames(self, space, link, kind):
        with inside(self.spaces[space]):
            one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(kind))
            one.bind((link, kind))
        one.settimeout(10)
        return one

    def _listen(self, port):
        with inside(self.machine):
            one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            one.bind(("::", port))
        one.setblocking(False)
        return one

    def _listen_icmp(self):
        with inside(self.machine):
            one = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        one.setblocking(False)
        return one

    def send(self, packets):
        """Sends them all; returns of each whether it came to where it was to go."""
        got = {}
        for origin, link, beyond, other in (("a", NEAR, FAR, "b"), ("b", FAR, NEAR, "a")):
            for packet in packets:
                if packet.origin == origin:
                    self.sockets[origin].send(packet.frame())
            self._follow(origin, link)
            got[origin] = self._follow(beyond, other)
        here = b"".join(self._received())
        return [
            packet.token in (got[packet.origin] if packet.through else here) for packet in packets
        ]

    def _follow(self, sender, receiver):
        """Sends a frame behind the others; all that the receiver has got by then."""
        self.last += 1
        mark = b"the last one " + struct.pack("!Q", self.last)
        head = mac(MACS[receiver]) + mac(MACS[sender]) + struct.pack("!H", ETH_P_LAST)
        self.sockets[sender].send(head + mark.ljust(50, b"\0"))
        frames = []
        while True:
            frame, (_, _, kind, *_) = self.sockets[receiver].recvfrom(65535)
            if kind == socket.PACKET_OUTGOING:
                continue
            if mark in frame:
                return b"".join(frames)
            frames.append(frame)

    def _received(self):
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                while True:
                    yield listener.recv(65535)
