#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the frames of this directory anew, one a file, as lines of 16 bytes in hexadecimal."""

import ipaddress
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
GATEWAY_MAC = bytes.fromhex("fe0005005301")
VPS_MAC = bytes.fromhex("560005005301")
GROUP_MAC = bytes.fromhex("3333ff123456")
GATEWAY, VPS = "fe80::1", "fe80::5400:5ff:fe00:5301"
GATEWAY_GLOBAL = "3fff:0:0:1::1"
SOURCE, HOST = "3fff:0:0:2:dead:beef:12:3456", "3fff:fff::2"
HOME4, VPS4 = "198.51.100.10", "203.0.113.42"
IPV6, VLAN, IPV4, ICMPV6, UDP, HOP_BY_HOP = 0x86DD, 0x8100, 0x0800, 58, 17, 0
ECHO = struct.pack("!HH", 0x1234, 7) + b"sixrelay-cookie!"


def packed(address):
    return ipaddress.ip_address(address).packed


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def icmp(src, dst, kind, code, rest, hops=64, options=b""):
    """A packet with a message; options is a hop-by-hop header, but for its first byte."""
    message = struct.pack("!BBH", kind, code, 0) + rest
    pseudo = packed(src) + packed(dst) + struct.pack("!II", len(message), ICMPV6)
    message = message[:2] + struct.pack("!H", checksum(pseudo + message)) + message[4:]
    if options:
        message = bytes([ICMPV6]) + options + message
    first = HOP_BY_HOP if options else ICMPV6
    header = struct.pack("!IHBB", 6 << 28, len(message), first, hops)
    return header + packed(src) + packed(dst) + message


def udp(src, dst, ports, payload):
    """A packet; the checksum is left out, as UDP allows over IPv4."""
    datagram = struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(datagram), 0, 0, 64, UDP, 0)
    header += packed(src) + packed(dst)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + datagram


def ethernet(to, source, packet, tag=b""):
    kind = IPV4 if packet[0] >> 4 == 4 else IPV6
    return to + source + tag + struct.pack("!H", kind) + packet


def message(kind, size):
    """A WireGuard message; behind its type, nothing of it is looked at."""
    return struct.pack("<I", kind) + bytes(size - 4)


def frames():
    request = icmp(SOURCE, HOST, 128, 0, ECHO)
    asked = struct.pack("!I", 0) + packed(SOURCE)
    answer = struct.pack("!I", 0xC0000000) + packed(SOURCE)
    inward, outward = (VPS_MAC, GATEWAY_MAC), (GATEWAY_MAC, VPS_MAC)
    reply = icmp(GATEWAY, SOURCE, 129, 0, ECHO)
    return {
        "solicitation": ethernet(
            GROUP_MAC,
            GATEWAY_MAC,
            icmp(GATEWAY, "ff02::1:ff12:3456", 135, 0, asked + b"\x01\x01" + GATEWAY_MAC, 255),
        ),
        "advertisement": ethernet(
            *outward, icmp(VPS, GATEWAY, 136, 0, answer + b"\x02\x01" + VPS_MAC, 255)
        ),
        "echo-request": ethernet(*outward, icmp(SOURCE, GATEWAY, 128, 0, ECHO)),
        "echo-reply": ethernet(*inward, reply),
        "echo-reply-vlan": ethernet(*inward, reply, tag=struct.pack("!HH", VLAN, 7)),
        "echo-reply-options": ethernet(
            *inward, icmp(GATEWAY, SOURCE, 129, 0, ECHO, options=b"\x00\x01\x04" + bytes(4))
        ),
        "no-route": ethernet(
            *inward, icmp(GATEWAY_GLOBAL, SOURCE, 1, 0, struct.pack("!I", 0) + request)
        ),
        "too-big": ethernet(
            *inward, icmp(GATEWAY_GLOBAL, SOURCE, 2, 0, struct.pack("!I", 1400) + request)
        ),
        "initiation": ethernet(*inward, udp(HOME4, VPS4, (13231, 51820), message(1, 148))),
        "response": ethernet(*outward, udp(VPS4, HOME4, (51820, 13231), message(2, 92))),
        "keepalive": ethernet(*inward, udp(HOME4, VPS4, (13231, 51820), message(4, 32))),
    }


def main():
    for name, frame in frames().items():
        lines = [frame[i : i + 16].hex(" ") for i in range(0, len(frame), 16)]
        (HERE / f"{name}.hex").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
