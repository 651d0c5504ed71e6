# SPDX-License-Identifier: MIT
"""A modelled router's IPv6 firewall as an nftables rule set."""

from ..routeros import ModelError
from .netns import link_name

TABLE = "ip6 routeros"
HOOKS = ("input", "forward", "output")
# By number: a minimal system has no /etc/protocols.
PROTOCOLS = {"tcp": 6, "udp": 17, "ipsec-esp": 50, "ipsec-ah": 51, "icmpv6": 58}
STATEMENTS = {
    "accept": "accept",
    "drop": "drop",
    # A fasttracked packet goes on to the next rule, which accepts it.
    "fasttrack-connection": "continue",
    "passthrough": "continue",
    # To what the routes to both ends can carry; never up.
    "change-mss": "tcp option maxseg size set rt mtu",
}
# RouterOS's default is the first.
REJECTIONS = {
    "icmp-no-route": "icmpv6 type no-route",
    "icmp-address-unreachable": "icmpv6 type addr-unreachable",
    "icmp-admin-prohibited": "icmpv6 type admin-prohibited",
    "icmp-port-unreachable": "icmpv6 type port-unreachable",
    "tcp-reset": "tcp reset",
}
RELATIONS = {"equal": "==", "not-equal": "!=", "less-than": "<", "greater-than": ">"}
NO_MATCHERS = {
    "chain",
    "action",
    "reject-with",
    "new-mss",
    "passthrough",
    "log",
    "log-prefix",
    "comment",
    "disabled",
}


def ruleset(router):
    """The text for `nft -f`, which replaces what an earlier one made."""
    lines = [f"table {TABLE}", f"delete table {TABLE}", f"table {TABLE} {{"]
    for name in sorted(_lists(router)):
        rows = router.rows("/ipv6/firewall/address-list", list=name, disabled=False)
        elements = ", ".join(row["address"] for row in rows)
        lines.append(f"set {name} {{ type ipv6_addr; flags interval; auto-merge;")
        lines.append(f"elements = {{ {elements} }}; }}" if rows else "}")
    for kind in ("mangle", "filter"):
        for hook in HOOKS:
            lines.append(f"chain {kind}_{hook} {{")
            lines.append(f"type filter hook {hook} priority {kind}; policy accept;")
            for row in router.rows(f"/ipv6/firewall/{kind}", chain=hook, disabled=False):
                lines += _rules(router, row)
            lines.append("}")
    return "\n".join([*lines, "}", ""])


def _lists(router):
    """The address lists that there are, and those that a rule names in vain."""
    names = {row["list"] for row in router.rows("/ipv6/firewall/address-list")}
    for kind in ("mangle", "filter"):
        for row in router.rows(f"/ipv6/firewall/{kind}"):
            said = {row["src-address-list"], row["dst-address-list"]} - {None}
            names |= {name.removeprefix("!") for name in said}
    return names


def _rules(router, row):
    """One rule's lines: none when it can't match, several where nft needs them."""
    matches = [""]
    for name, value in row.values().items():
        if name in NO_MATCHERS or value in (None, ""):
            continue
        if name not in MATCHERS:
            raise ModelError(f"the lab can't match {name}")
        negated = isinstance(value, str) and value.startswith("!")
        parts = MATCHERS[name](router, value.removeprefix("!"), "!= " if negated else "")
        matches = [f"{before}{part} " for before in matches for part in parts]
    return [f"{match}counter {_statement(row)}" for match in matches]


def _statement(row):
    action = row["action"]
    rejection = row["reject-with"] or "icmp-no-route" if action == "reject" else None
    if rejection in REJECTIONS:
        return f"reject with {REJECTIONS[rejection]}"
    if action not in STATEMENTS or action == "change-mss" and row["new-mss"] != "clamp-to-pmtu":
        raise ModelError(f"the lab has no action {action} as of {row['comment']}")
    return STATEMENTS[action]


# What a matcher's value, without its `!`, is in nft, as one or more alternatives; unequal is
# "!= " if the `!` was there, else "".


def _plain(expression):
    return lambda router, value, unequal: [f"{expression} {unequal}{value}"]


def _set(expression):
    """Any of several, or none of them. (nft's `!=` is about the whole set only with braces.)"""
    return lambda router, value, unequal: [f"{expression} {unequal}{{ {value} }}"]


def _address_list(expression):
    return lambda router, name, unequal: [f"{expression} {unequal}@{name}"]


def _protocol(router, name, unequal):
    return [f"meta l4proto {unequal}{PROTOCOLS.get(name, name)}"]


def _interface(expression):
    """By name. RouterOS passes over a rule whose interface is gone (measured on 7.24.4)."""

    def match(router, name, unequal):
        return [f'{expression} {unequal}"{link_name(name)}"'] if router.interface(name) else []

    return match


def _interface_list(expression):
    """A list that is gone counts as an empty one (measured on 7.24.4): `!` takes everything."""

    def match(router, name, unequal):
        known = router.rows("/interface/list", name=name)
        rows = router.rows("/interface/list/member", list=name, disabled=False) if known else []
        members = ", ".join(f'"{link_name(row["interface"])}"' for row in rows)
        if name == "all" or not rows:
            return [""] if (name == "all") != bool(unequal) else []
        return [f"{expression} {unequal}{{ {members} }}"]

    return match


def _port(router, value, unequal):
    """Either end's. (For neither's, nft 1.0.6 makes one comparison of two, and errs.)"""
    if unequal:
        raise ModelError("the lab can't match port=!")
    return [f"th {end} {{ {value} }}" for end in ("sport", "dport")]


def _hop_limit(router, value, unequal):
    relation, number = value.split(":")
    return [f"ip6 hoplimit {RELATIONS[relation]} {number}"]


def _ipsec_policy(router, value, unequal):
    return [f"meta ipsec {'missing' if value.endswith('none') else 'exists'}"]


def _tcp_flags(router, value, unequal):
    """`syn,!rst`: some must be set and some must not; the rest doesn't matter."""
    said = (unequal and "!") + value
    names = said.replace("!", "").split(",")
    wanted = [name for name in said.split(",") if not name.startswith("!")]
    return [f"tcp flags & ({' | '.join(names)}) == {' | '.join(wanted) or '0x0'}"]


MATCHERS = {
    "connection-state": _set("ct state"),
    "protocol": _protocol,
    "src-address": _plain("ip6 saddr"),
    "dst-address": _plain("ip6 daddr"),
    "src-address-list": _address_list("ip6 saddr"),
    "dst-address-list": _address_list("ip6 daddr"),
    "src-port": _set("th sport"),
    "dst-port": _set("th dport"),
    "port": _port,
    "in-interface": _interface("iifname"),
    "out-interface": _interface("oifname"),
    "in-interface-list": _interface_list("iifname"),
    "out-interface-list": _interface_list("oifname"),
    "hop-limit": _hop_limit,
    "ipsec-policy": _ipsec_policy,
    "tcp-flags": _tcp_flags,
}
