# SPDX-License-Identifier: MIT
"""Answers neighbour solicitations for a whole prefix, as an NDP proxy does.

python3 -m tests.lab.responder INTERFACE PREFIX [everybody]

everybody: the advertisement goes to all nodes, not only to who asked.
"""

import ipaddress
import socket
import struct
import sys

ETH_P_IPV6 = 0x86DD
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_MR_ALLMULTI = 263, 1, 2
ALL_NODES = ipaddress.ip_address("ff02::1").packed
SOLICITATION, ADVERTISEMENT, TARGET_LINK_LAYER = 135, 136, 2
FLAGS = 0xC0000000  # router, solicited


def checksum(src, dst, message):
    data = src + dst + struct.pack("!II", len(message), socket.IPPROTO_ICMPV6) + message
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def advertisement(mac, target, to_mac, to):
    """A whole frame; its source is the target itself."""
    message = struct.pack("!BBHI", ADVERTISEMENT, 0, 0, FLAGS) + target
    message += bytes([TARGET_LINK_LAYER, 1]) + mac
    message = message[:2] + struct.pack("!H", checksum(target, to, message)) + message[4:]
    header = struct.pack("!IHBB", 6 << 28, len(message), socket.IPPROTO_ICMPV6, 255)
    return to_mac + mac + struct.pack("!H", ETH_P_IPV6) + header + target + to + message


def main(interface, prefix, everybody=False):
    prefix = ipaddress.ip_network(prefix)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IPV6))
    wire.bind((interface, ETH_P_IPV6))
    index = socket.if_nametoindex(interface)
    groups = struct.pack("iHH8s", index, PACKET_MR_ALLMULTI, 0, b"")
    wire.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, groups)
    mac = wire.getsockname()[4]
    print("ready", flush=True)
    while True:
        frame = wire.recv(2048)
        if len(frame) < 78 or frame[20] != socket.IPPROTO_ICMPV6 or frame[54] != SOLICITATION:
            continue
        target = frame[62:78]
        if ipaddress.ip_address(target) in prefix:
            to_mac, to = frame[6:12], frame[22:38]
            if everybody:
                to_mac, to = b"\x33\x33\x00\x00\x00\x01", ALL_NODES
            wire.send(advertisement(mac, target, to_mac, to))


if __name__ == "__main__":
    main(*sys.argv[1:3], everybody=sys.argv[3:] == ["everybody"])
