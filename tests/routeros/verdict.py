# SPDX-License-Identifier: MIT
"""What a router's filter does to the first packet of a TCP connection, without a network.

    rule = verdict(router, "forward", Packet(arrives="wg-cloud", leaves="bridge"))

The lab puts real packets on a wire; this looks at many routers in no time.
"""

import ipaddress
from dataclasses import dataclass

from .errors import ModelError

# What is about other packets than such a one.
OTHERS = {"hop-limit", "icmp-options", "ipsec-policy", "src-port", "dst-port", "port"}


@dataclass(frozen=True)
class Packet:
    """A new TCP connection's first, to a port that no rule names.

    arrives, leaves: the interfaces; the second is nothing to `input`.
    """

    arrives: str
    leaves: str | None = None
    src: str = "3fff:fff::2"
    dst: str = "3fff:0:0:2::80"


def verdict(router, chain, packet):
    """The first rule of a chain that takes the packet; None: it comes through."""
    for row in router.rows("/ipv6/firewall/filter", chain=chain, dynamic=False, disabled=False):
        if row["action"] in ("jump", "log", "return"):
            raise ModelError(f"{row['action']} isn't followed")
        transparent = row["action"] in ("passthrough", "fasttrack-connection")
        if not transparent and _takes(router, row, packet):
            return row
    return None


def passes(router, chain, packet):
    """Whether the packet comes through a chain."""
    rule = verdict(router, chain, packet)
    return rule is None or rule["action"] == "accept"


def _takes(router, row, packet):
    """Whether all of a rule's matchers hold."""
    if _is_invalid(row) or any(row[name] for name in OTHERS):
        return False
    for name, is_so in _matchers(router, packet).items():
        wanted = row[name] or ""
        if wanted and is_so(wanted.removeprefix("!")) == wanted.startswith("!"):
            return False
    return True


def _is_invalid(row):
    """Whether it names an interface that is gone: RouterOS passes it over (measured)."""
    named = [row.referred(name) for name in ("in-interface", "out-interface")]
    return any(interface and interface.gone for interface in named)


def _matchers(router, packet):
    """By name: whether a matcher's value, without its `!`, is what the packet has."""
    return {
        "protocol": lambda name: name in ("tcp", "6"),
        "connection-state": lambda states: "new" in states.split(","),
        "tcp-flags": lambda flags: flags == "syn",
        "src-address": lambda net: _within(packet.src, [net]),
        "dst-address": lambda net: _within(packet.dst, [net]),
        "src-address-list": lambda name: _within(packet.src, _networks(router, name)),
        "dst-address-list": lambda name: _within(packet.dst, _networks(router, name)),
        "in-interface": lambda name: name == packet.arrives,
        "out-interface": lambda name: name == packet.leaves,
        "in-interface-list": lambda name: packet.arrives in _members(router, name),
        "out-interface-list": lambda name: packet.leaves in _members(router, name),
    }


def _within(address, networks):
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(net) for net in networks)


def _networks(router, name):
    rows = router.rows("/ipv6/firewall/address-list", list=name, disabled=False)
    return [row["address"] for row in rows]


def _members(router, name):
    """A list's interfaces. One that is gone is empty, and its rules stay in force (measured)."""
    if name == "all":
        return [row["name"] for row in router.rows("/interface")]
    known = router.rows("/interface/list", name=name)
    rows = router.rows("/interface/list/member", list=name, disabled=False) if known else []
    return [row["interface"] for row in rows]
