# SPDX-License-Identifier: MIT
"""The menus that are modelled: their columns, defaults and refusals.

Names and defaults from MikroTik's manual and command trees; refusals as measured by others on
7.16 to 7.24 where a comment says so.
"""

import ipaddress

from . import x25519
from .columns import (
    Address,
    Choice,
    Column,
    Computed,
    Duration,
    DurationRange,
    Flag,
    HostAddress,
    Key,
    Network,
    Networks,
    Number,
    Reference,
    common,
)
from .errors import ModelError, ScriptError
from .routing import (
    route_columns,
    rule_check,
    rule_columns,
    table_check,
    table_columns,
    table_removal,
)
from .table import Settings, Table, View, named_check

PORTS = (0, 65535)
RA_INTERVAL = "3m20s-10m"


def interface_columns(kind):
    return {
        "name": Column(),
        "type": Computed(lambda row: kind),
        "mtu": Number(68, 65535, 1500),
        # Even with a dead tunnel a WireGuard interface is running (measured).
        "running": Computed(lambda row: not row["disabled"]),
        **common(),
    }


def wireguard_columns():
    return {
        **interface_columns("wg"),
        "name": Column(lambda table: free_name(table, "wireguard")),
        "mtu": Number(68, 65535, 1420),
        "listen-port": Number(*PORTS, 13231),
        "private-key": Key("private key"),
        "public-key": Computed(lambda row: x25519.public(row["private-key"])),
    }


def free_name(table, stem):
    taken = {row["name"] for row in table.router.table("/interface").rows}
    return next(f"{stem}{n}" for n in range(1, 1000) if f"{stem}{n}" not in taken)


def peer_columns():
    return {
        "interface": Reference("/interface/wireguard"),
        "name": Column(lambda table: f"peer{len(table.rows) + 1}"),
        "public-key": Key("public key"),
        "private-key": Key("private key"),
        "preshared-key": Key("preshared key"),
        "allowed-address": Networks(),
        "endpoint-address": Column(""),
        "endpoint-port": Number(*PORTS, 0),
        "persistent-keepalive": Duration(0),
        **common(),
    }


def address_columns():
    return {
        "address": HostAddress("::/64"),
        "interface": Reference("/interface"),
        "advertise": Flag(True),
        "eui-64": Flag(False),
        "no-dad": Flag(False),
        **common(),
    }


def nd_columns():
    return {
        "interface": Reference("/interface", words=("all",), default="all"),
        "ra-interval": DurationRange(RA_INTERVAL),
        "ra-delay": Duration("3s"),
        "ra-lifetime": Duration("30m", words=("none",)),
        "ra-preference": Choice("low", "medium", "high", default="medium"),
        "mtu": Number(1280, 65535, "unspecified", words=("unspecified",)),
        "hop-limit": Number(0, 255, "unspecified", words=("unspecified",)),
        "advertise-mac-address": Flag(True),
        "advertise-dns": Choice("yes", "no", "self", default="yes"),
        "dns": Address(),
        "managed-address-configuration": Flag(False),
        "other-configuration": Flag(False),
        "default": Computed(lambda row: row["interface"] == "all"),
        **common(),
    }


def nd_prefix_columns():
    return {
        "interface": Reference("/interface"),
        "prefix": Network(),
        "autonomous": Flag(True),
        "on-link": Flag(True),
        **lifetimes(),
        **common(),
    }


def lifetimes():
    return {"valid-lifetime": Duration("4w2d"), "preferred-lifetime": Duration("1w")}


def match_columns():
    """What a rule of a firewall table may look at."""
    interface = {"menu": "/interface", "negatable": True}
    interface_list = {"menu": "/interface/list", "words": ("all",), "negatable": True}
    return {
        "chain": Column(),
        "connection-state": Column(),
        "protocol": Column(),
        "src-address": Network(negatable=True),
        "dst-address": Network(negatable=True),
        "src-address-list": Column(),
        "dst-address-list": Column(),
        "src-port": Column(),
        "dst-port": Column(),
        "port": Column(),
        "in-interface": Reference(**interface),
        "out-interface": Reference(**interface),
        "in-interface-list": Reference(**interface_list),
        "out-interface-list": Reference(**interface_list),
        "hop-limit": Column(),
        "icmp-options": Column(),
        "ipsec-policy": Column(),
        "tcp-flags": Column(),
        "log": Flag(False),
        "log-prefix": Column(""),
        **common(),
    }


def filter_columns():
    actions = ("accept", "drop", "reject", "fasttrack-connection", "jump", "log", "return")
    return {
        **match_columns(),
        "action": Choice(*actions, "passthrough", default="accept"),
        "jump-target": Column(),
        "reject-with": Column(),
    }


def mangle_columns():
    return {
        **match_columns(),
        "action": Choice("accept", "change-mss", "passthrough", default="accept"),
        "new-mss": Column(),
        "passthrough": Flag(True),
    }


def wireguard_check(table, row, others):
    """The key is made when none is given (manual)."""
    interfaces = table.router.table("/interface").rows
    if row["name"] in [other["name"] for other in interfaces if other is not row]:
        raise ScriptError("failure: already have interface with such name")
    row.kept.setdefault("private-key", x25519.generate())


def peer_check(table, row, others):
    """Allowed addresses must not overlap on one interface (manual); what then happens: unknown."""
    mine = [ipaddress.ip_network(n) for n in row["allowed-address"].split(",")]
    for other in others:
        if other["interface"] != row["interface"] or other["disabled"] or row["disabled"]:
            continue
        for net in map(ipaddress.ip_network, other["allowed-address"].split(",")):
            if any(net.version == m.version and net.overlaps(m) for m in mine):
                raise ModelError(f"peers of {row['interface']} overlap in {net}")


def address_check(table, row, others):
    for other in others:
        if (other["address"], other["interface"]) == (row["address"], row["interface"]):
            raise ScriptError("failure: already have such address")


def nd_check(table, row, others):
    """Measured on 7.22.1: the second row of an interface is refused."""
    if row["interface"] in [other["interface"] for other in others]:
        raise ScriptError("failure: configuration for this interface already exists")


def nd_prefix_check(table, row, others):
    """A static row beside the dynamic one was seen to be refused (router.py)."""
    place = row["interface"], row["prefix"]
    dynamic = [(other["interface"], other["prefix"]) for other in others if other.dynamic]
    if table.router.refuses_static_prefix and place in dynamic:
        raise ScriptError("failure: configuration for this prefix already exists")


def version_text(version):
    """What /system/resource says; a nightly build has the number of the release to come."""
    return "7.25_ab123 (development)" if version == "nightly" else f"{version} (stable)"


def build(router):
    """All tables of a router without configuration, by menu."""
    rows = {
        "/interface/ethernet": (interface_columns("ether"), named_check),
        "/interface/bridge": (interface_columns("bridge"), named_check),
        "/interface/wireguard": (wireguard_columns(), wireguard_check),
        "/interface/wireguard/peers": (peer_columns(), peer_check),
        "/interface/list": ({"name": Column(), **common()}, named_check),
        "/interface/list/member": (
            {
                "list": Reference("/interface/list"),
                "interface": Reference("/interface"),
                **common(),
            },
            None,
        ),
        "/ipv6/address": (address_columns(), address_check),
        "/ipv6/route": (route_columns(), None),
        "/ipv6/nd": (nd_columns(), nd_check),
        "/ipv6/nd/prefix": (nd_prefix_columns(), nd_prefix_check),
        "/ipv6/firewall/filter": (filter_columns(), None),
        "/ipv6/firewall/mangle": (mangle_columns(), None),
        "/ipv6/firewall/address-list": (
            {"list": Column(), "address": Network(), **common()},
            None,
        ),
        "/routing/table": (table_columns(), table_check, table_removal),
        "/routing/rule": (rule_columns(), rule_check),
        "/file": ({"name": Column(), "contents": Column(""), **common()}, None),
    }
    settings = {
        "/ipv6/settings": {
            "disable-ipv6": Flag(False),
            "forward": Flag(True),
            "accept-redirects": Column("yes-if-forwarding-disabled"),
            "accept-router-advertisements": Column("yes-if-forwarding-disabled"),
        },
        "/ipv6/nd/prefix/default": {"autonomous": Flag(True), **lifetimes()},
        "/system/resource": {"version": Computed(lambda row: version_text(router.version))},
        "/system/identity": {"name": Column("MikroTik")},
    }
    tables = {menu: Table(router, menu, *spec) for menu, spec in rows.items()}
    tables |= {menu: Settings(router, menu, columns) for menu, columns in settings.items()}
    kinds = [tables[f"/interface/{kind}"] for kind in ("ethernet", "bridge", "wireguard")]
    return {**tables, "/interface": View(router, "/interface", interface_columns(""), kinds)}
