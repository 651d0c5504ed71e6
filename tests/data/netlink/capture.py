#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the dumps of this directory anew, in network namespaces of its own. Needs root.

for what in vps multipath; do unshare --net --mount ./capture.py $what; done
"""

import pathlib
import socket
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE = 18, 22, 26
NLMSG_DONE = 3
REQUEST_DUMP = 0x301
GATEWAY = """
ip link add enp1s0 address 56:00:05:00:53:01 type veth peer name gw address fe:00:00:00:00:01
ip link set gw netns {pid}
nsenter --net=/proc/{pid}/ns/net ip addr add fe80::1/64 dev gw nodad
nsenter --net=/proc/{pid}/ns/net ip link set gw up
"""
VPS = """
sysctl -qw net.ipv6.conf.enp1s0.accept_ra=2 net.ipv6.conf.enp1s0.use_tempaddr=2
sysctl -qw net.ipv6.conf.all.forwarding=1
ip link set lo up
ip link set enp1s0 up
ip addr add 203.0.113.42/24 dev enp1s0
ip addr add 2001:db8:0:2::/64 dev enp1s0 nodad
ip addr add 2001:db8:0:9::1/64 dev enp1s0 nodad preferred_lft 0
ip link add enp6s0 address 5a:00:03:1b:4e:ca type veth peer name vpc
ip link set enp6s0 up
ip link set vpc up
ip addr add 10.1.112.3/20 dev enp6s0
ip link add down0 address 5a:00:03:1b:4e:cb type veth peer name we!rd address 5a:00:03:1b:4e:cc
ip tuntap add wg0 mode tun
ip link set wg0 up
ip addr add fd99:9999:9999::1/64 dev wg0 nodad
ip -6 route add 2001:db8:0:2::/64 dev wg0 metric 50
ip -6 route add unreachable 2001:db8:dead::/48
ip -6 route add default via fe80::2 dev enp1s0 table 100 metric 1
"""
MULTIPATH = """
ip link set lo up
ip link add eth0 address 56:00:05:00:53:01 type veth peer name p0
ip link add eth1 address 56:00:05:00:53:02 type veth peer name p1
ip link add br0 address 56:00:05:00:53:01 type bridge
ip link set p0 up
ip link set p1 up
ip link set eth0 up
ip link set eth1 up
ip -6 route add default metric 512 nexthop via fe80::1 dev eth0 nexthop via fe80::2 dev eth1
ip -6 route add default via fe80::3 dev eth0 metric 2048
ip -6 route add blackhole default metric 4096
"""


def run(commands, **values):
    for line in commands.format(**values).strip().splitlines():
        subprocess.run(line.split(), check=True)


def dump(kind, family):
    """The kernel's answer as it comes, without the message that ends it."""
    out = b""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        body = struct.pack("B15x", family)
        sock.send(struct.pack("IHHII", 16 + len(body), kind, REQUEST_DUMP, 1, 0) + body)
        while True:
            data = sock.recv(1 << 20)
            at = 0
            while at < len(data):
                length, kind_got = struct.unpack_from("IH", data, at)
                if kind_got == NLMSG_DONE:
                    return out
                out += data[at : at + length]
                at += length


def write(name):
    content = b"".join(
        [
            dump(RTM_GETLINK, socket.AF_UNSPEC),
            dump(RTM_GETADDR, socket.AF_UNSPEC),
            dump(RTM_GETROUTE, socket.AF_INET6),
        ]
    )
    (HERE / f"{name}.bin").write_bytes(content)


def advertise():
    """A router advertisement of 2001:db8:0:1::/64 from fe80::1, as Vultr's gateway has it."""
    prefix = socket.inet_pton(socket.AF_INET6, "2001:db8:0:1::")
    message = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    message += struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 2592000, 604800, 0) + prefix
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        sock.sendto(message, ("ff02::1", 0, 0, socket.if_nametoindex("gw")))


def gateway():
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        advertise()
        time.sleep(0.2)


def vps():
    peer = subprocess.Popen(
        ["unshare", "--net", __file__, "gateway"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    peer.stdout.readline()
    run(GATEWAY, pid=peer.pid)
    run(VPS)
    print("go", file=peer.stdin, flush=True)
    time.sleep(4)
    write("vps")
    peer.kill()


def multipath():
    run(MULTIPATH)
    time.sleep(3)
    write("multipath")


{"gateway": gateway, "vps": vps, "multipath": multipath}[sys.argv[1]]()
