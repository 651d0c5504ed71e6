# SPDX-License-Identifier: MIT
"""A modelled router's IPv6 firewall as an nftables rule set."""

from ..routeros import ModelError

TABLE = "ip6 routeros"
HOOKS = ("input", "forward", "output")
# By number: a minimal system has no /etc/protocols.
PROTOCOLS = {"tcp": 6, "udp": 17, "ipsec-esp": 50, "ipsec-ah": 51, "icmpv6": 58}
STATEMENTS = {
    "accept": "accept",
    "drop": "drop",
    "reject": "reject",
    # A fasttracked packet goes on to the next rule, which accepts it.
    "fasttrack-connection": "continue",
    "passthrough": "continue",
    "change-mss": "tcp option maxseg size set rt mtu",
}
RELATIONS = {"equal": "==", "less-than": "<", "greater-than": ">"}
NO_MATCHERS = {
    "chain",
    "action",
    "protocol",
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
    if row["protocol"]:
        protocol = PROTOCOLS.get(row["protocol"], row["protocol"])
        matches = [f"meta l4proto {protocol} "]
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
    if action not in STATEMENTS or action == "change-mss" and row["new-mss"] != "clamp-to-pmtu":
        raise ModelError(f"the lab has no action {action} as of {row['comment']}")
    return STATEMENTS[action]


PORTS = ("sport", "dport")


def _plain(expression):
    return lambda router, value, unequal: [f"{expression} {unequal}{value}"]


def _set(expression):
    return lambda router, value, unequal: [f"{expression} {unequal}{{ {value} }}"]


def _interface(expression):
    """By name: a rule whose interface is gone matches nothing."""
    return lambda router, name, unequal: [f'{expression} {unequal}"{name}"']


def _interface_list(expression):
    def match(router, name, unequal):
        rows = router.rows("/interface/list/member", list=name, disabled=False)
        members = ", ".join(f'"{row["interface"]}"' for row in rows)
        if name == "all" or not rows:
            return [""] if (name == "all") != bool(unequal) else []
        return [f"{expression} {unequal}{{ {members} }}"]

    return match


def _hop_limit(router, value, unequal):
    relation, number = value.split(":")
    return [f"ip6 hoplimit {RELATIONS[relation]} {number}"]


def _ipsec_policy(router, value, unequal):
    return [f"meta ipsec {'missing' if value.endswith('none') else 'exists'}"]


MATCHERS = {
    "connection-state": _plain("ct state"),
    "src-address": _plain("ip6 saddr"),
    "dst-address": _plain("ip6 daddr"),
    "src-address-list": lambda router, value, unequal: [f"ip6 saddr {unequal}@{value}"],
    "dst-address-list": lambda router, value, unequal: [f"ip6 daddr {unequal}@{value}"],
    "src-port": _set("th sport"),
    "dst-port": _set("th dport"),
    "port": lambda router, value, unequal: [f"th {end} {{ {value} }}" for end in PORTS],
    "in-interface": _interface("iifname"),
    "out-interface": _interface("oifname"),
    "in-interface-list": _interface_list("iifname"),
    "out-interface-list": _interface_list("oifname"),
    "hop-limit": _hop_limit,
    "ipsec-policy": _ipsec_policy,
    "tcp-flags": _plain("tcp flags"),
}
