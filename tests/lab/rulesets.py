# SPDX-License-Identifier: MIT
"""Random rules for iptables and nftables, such as people and programs write.

Each generator takes a random.Random and whether nothing but what can be judged from outside is to
be in the rules, and gives the text for the restore program.
"""

from .crossing import FAR, NEAR

PORTS = (53, 5000, 51820)
ADDRESSES = {
    4: ["198.51.100.2", "198.51.100.0/24", "0.0.0.0/1", "10.0.0.0/8", "203.0.113.2", "192.0.0.0/2"],
    6: ["3fff:a::2", "3fff:a::/64", "2000::/3", "fe80::/10", "3fff:b::2", "3fff::/20", "::/0"],
}
STATES = ["NEW", "ESTABLISHED", "RELATED,ESTABLISHED", "INVALID", "NEW,INVALID", "UNTRACKED,NEW"]
TYPES = ["LOCAL", "UNICAST", "MULTICAST"]
UNKNOWABLE = [
    "-m limit --limit 3/min",
    "-m statistic --mode random --probability 0.50000000000",
    "-m length --length 0:100",
    "-m mark --mark 0x1",
    "-m mac --mac-source 02:00:00:00:00:0a",
    "-m connlimit --connlimit-above 2 --connlimit-mask 32 --connlimit-saddr",
    "-m string --string j --algo bm --to 65535",
]
ICMPV6_TYPES = ["128", "129", "135", "136", "134", "2", "2/0", "1/4"]
REJECT = {4: "icmp-port-unreachable", 6: "icmp6-port-unreachable"}


def often(random, chance):
    return random.random() < chance


def unless(random, chance=0.25):
    return "! " if often(random, chance) else ""


# iptables


def _protocol(random, family):
    """A protocol, and what can be said of its ports."""
    kind = random.choice(["udp", "udp", "tcp", "icmp", "any", "not"])
    if kind == "not":
        return f"! -p {random.choice(['udp', 'tcp'])}"
    if kind == "any":
        return f"-p {random.choice(['all', '17', '47'])}"
    if kind == "icmp":
        if often(random, 0.5):
            return "-p icmp" if family == 4 else "-p ipv6-icmp"
        if family == 4:
            return f"-p icmp -m icmp --icmp-type {random.choice(['8', '0', '3/1'])}"
        return f"-p ipv6-icmp -m icmp6 --icmpv6-type {random.choice(ICMPV6_TYPES)}"
    port = random.choice(PORTS)
    return f"-p {kind} " + random.choice(
        [
            "",
            f"-m {kind} {unless(random)}--dport {port}",
            f"-m {kind} {unless(random)}--dport {port - 3}:{port + random.choice([-1, 2])}",
            f"-m {kind} {unless(random)}--sport 1024:65535",
            f"-m {kind} {unless(random)}--sport {port}",
            f"-m multiport {unless(random)}--dports {port},22,80:90",
            f"-m multiport {unless(random)}--ports 1:30,{port}",
            "-m tcp --tcp-flags FIN,SYN,RST,ACK SYN" if kind == "tcp" else "",
            "-m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN" if kind == "tcp" else "",
            "-m tcp --tcp-flags FIN,SYN FIN,SYN" if kind == "tcp" else "",
        ]
    )


def _match(random, family, hook):
    """Something to match that any chain may have; hook is "" in a user's own chain."""
    link = random.choice([NEAR, FAR, "nic+", "lo", "w+"])
    choices = [
        f"{unless(random)}-s {random.choice(ADDRESSES[family])}",
        f"{unless(random)}-d {random.choice(ADDRESSES[family])}",
        f"-m conntrack {unless(random)}--ctstate {random.choice(STATES)}",
        f"-m state --state {random.choice(STATES)}",
        f"-m addrtype --dst-type {random.choice(TYPES)}",
        f"-m addrtype --src-type {random.choice(TYPES)}",
        f'-m comment --comment "a \\"comment\\" -j {random.choice(["DROP", "ACCEPT"])}"',
        f"-m {'ttl --ttl-eq' if family == 4 else 'hl --hl-eq'} 255",
        f"-m {'ttl ! --ttl-eq' if family == 4 else 'hl ! --hl-eq'} 255",
        f"-m pkttype {unless(random)}--pkt-type {random.choice(['unicast', 'broadcast'])}",
    ]
    low, high = ("198.51.100.1", "198.51.100.9") if family == 4 else ("3fff:a::1", "3fff:a::9")
    choices.append(f"-m iprange {unless(random)}--src-range {low}-{high}")
    if hook in ("PREROUTING", "INPUT", "FORWARD"):
        choices += [f"{unless(random)}-i {link}"] * 4
    if hook in ("FORWARD", "POSTROUTING"):
        choices += [f"{unless(random)}-o {link}"] * 4
    if family == 6:
        choices.append("-m rt --rt-type 0")
    return random.choice(choices)


def iptables(random, family, plain):
    lines = []
    places = {
        "raw": ["PREROUTING"],
        "mangle": ["PREROUTING", "INPUT", "FORWARD", "POSTROUTING"],
        "filter": ["INPUT", "FORWARD"],
    }
    for table, hooks in places.items():
        if table != "filter" and often(random, 0.6):
            continue
        own = [f"u{n}" for n in range(random.randrange(4))]
        lines.append(f"*{table}")
        for hook in hooks:
            policy = random.choice(["ACCEPT", "DROP"]) if table == "filter" else "ACCEPT"
            lines.append(f":{hook} {policy} [0:0]")
        lines += [f":{name} - [0:0]" for name in own]
        for hook in hooks:
            lines += _chain(random, family, plain, table, hook, hook, own)
        for n, name in enumerate(own):
            lines += _chain(random, family, plain, table, name, "", own[n + 1 :])
        lines.append("COMMIT")
    return "\n".join([*lines, ""])


def _chain(random, family, plain, table, name, hook, others):
    """A chain's rules; it jumps to others only."""
    for _ in range(random.randrange(6)):
        words = [f"-A {name}"]
        if often(random, 0.7):
            words.append(_protocol(random, family))
        words += [_match(random, family, hook) for _ in range(random.choice([0, 0, 1, 1, 2]))]
        if not plain and often(random, 0.3):
            words.append(random.choice(UNKNOWABLE))
        # Twice the same option, or the state in two modules, is no rule.
        if _repeats(words):
            continue
        targets = ["ACCEPT", "ACCEPT", "DROP", "DROP", "RETURN", 'LOG --log-prefix "[a -j b] "']
        if table == "filter":
            targets.append(f"REJECT --reject-with {REJECT[family]}")
        if table == "raw" and not plain:
            targets.append("CT --notrack")
        if table == "mangle":
            targets.append("MARK --set-xmark 0x1/0xffffffff")
        if others and often(random, 0.6):
            words.append(f"-{random.choice('jjg')} {random.choice(others)}")
        elif often(random, 0.95):
            words.append(f"-j {random.choice(targets)}")
        yield " ".join(words)


def _repeats(words):
    kinds = []
    for word in words:
        parts = word.removeprefix("! ").split()
        kinds.append(parts[0] if parts and parts[0] != "-m" else parts[1] if parts else "")
    return len(set(kinds)) != len(kinds)


# nftables


def _nft_match(random, plain):
    port = random.choice(PORTS)
    four, six = random.choice(ADDRESSES[4]), random.choice(ADDRESSES[6])
    link = random.choice([f'"{NEAR}"', f'"{FAR}"', '"nic*"', '"lo"'])
    differ = random.choice(["", "", "", "!= "])
    state = random.choice(["new", "established,related", "invalid", "new,untracked", "established"])
    choices = [
        f"udp dport {differ}{port}",
        f"udp dport {differ}{{ 22, {port}, 80-90 }}",
        f"udp dport {differ}{port - 1}-{port + 1}",
        f"tcp dport {differ}{port}",
        f"th dport {port} meta l4proto udp",
        f"meta l4proto {{ tcp, udp }} th dport {port}",
        f"udp dport {random.choice(['>=', '<', '>', '<='])} {port}",
        f"udp sport {differ}1024-65535",
        f"udp dport {differ}@ports",
        f"meta l4proto {differ}{random.choice(['udp', 'tcp', 'icmpv6', '47'])}",
        f"meta nfproto {differ}{random.choice(['ipv4', 'ipv6'])}",
        "ip protocol udp",
        "ip6 nexthdr udp",
        f"ct state {state}",
        f"ct state {differ}{{ {state.replace(',', ', ')} }}",
        f"iifname {differ}{link}",
        f'iifname {differ}{{ {link}, "eth9" }}',
        f"iifname {differ}@links",
        f"iif {differ}{random.choice([NEAR, FAR, 'lo'])}",
        f"ip saddr {differ}{four}",
        f"ip6 saddr {differ}{six}",
        f"ip6 daddr {differ}{six}",
        f"ip saddr {differ}@strangers",
        f"ip saddr . udp dport {{ 198.51.100.2 . {port}, 192.0.2.1 . 22 }}",
        f"ip6 saddr . udp dport {differ}{{ 3fff:a::/64 . {port}, 3fff:b::2 . 1-4000 }}",
        f"icmpv6 type {differ}{{ echo-request, nd-neighbor-solicit }}",
        f"icmpv6 type {differ}nd-neighbor-advert",
        f"icmpv6 type {differ}{{ nd-router-advert, nd-neighbor-advert, echo-reply }}",
        f"icmpv6 type {differ}packet-too-big",
        f"icmpv6 type {differ}destination-unreachable-parameter-problem",
        f"icmpv6 type {differ}135-136",
        "icmp type echo-request",
        f"ip6 hoplimit {differ}255",
        f"fib daddr type {differ}{random.choice(['local', 'unicast', 'multicast'])}",
        "fib daddr . iif type != { local, broadcast, multicast }",
        f"fib saddr . iif oif {random.choice(['missing', 'exists'])}",
        f"meta pkttype {random.choice(['host', '{ broadcast, multicast }'])}",
        "tcp flags & (fin|syn|rst|ack) == syn",
        "tcp flags & (fin|syn) == (fin|syn)",
        "tcp flags & (fin|syn|rst|ack) != syn",
        "tcp flags syn",
        "ip frag-off & 0x1fff != 0",
        "rt type 0",
        f"exthdr frag {random.choice(['exists', 'missing'])}",
        "meta ipsec exists",
    ]
    if not plain and often(random, 0.3):
        return random.choice(
            [
                "limit rate 3/minute",
                "meta mark 0x1",
                "meta length 1-200",
                "numgen random mod 2 0",
                "ct count over 2",
                "ether saddr 02:00:00:00:00:0a",
                "add @seen { ip saddr limit rate over 1/minute }",
            ]
        )
    return random.choice(choices)


def _nft_end(random, others, base):
    """What a rule does; nothing can follow it."""
    ends = ["accept", "accept", "drop", "drop", "return", "reject", "counter", 'log prefix "x"', ""]
    if base == "prerouting":
        ends.remove("reject")
    if others and often(random, 0.5):
        return f"{random.choice(['jump', 'jump', 'goto'])} {random.choice(others)}"
    return random.choice(ends)


def _nft_map(random, others):
    """A verdict map; its values are as a rule's end."""
    ends = ["accept", "drop", "return", "continue"] + [f"jump {name}" for name in others]
    pick = lambda: random.choice(ends)  # noqa: E731
    return random.choice(
        [
            f"ct state vmap {{ established : {pick()}, related : {pick()}, new : {pick()} }}",
            f"udp dport vmap {{ 53 : {pick()}, 5000-51820 : {pick()} }}",
            f"meta l4proto vmap {{ udp : {pick()}, tcp : {pick()}, icmpv6 : {pick()} }}",
            f'iifname vmap {{ "{NEAR}" : {pick()}, "lo" : {pick()} }}',
            f'iifname . udp dport vmap {{ "{NEAR}" . 53 : {pick()}, "{FAR}" . 5000 : {pick()} }}',
            "udp dport vmap @verdicts",
        ]
    )


def nft(random, plain):
    """Tables of several families, with more than one chain at a hook."""
    lines = []
    for number in range(random.choice([1, 1, 2])):
        family = random.choice(["inet", "inet", "inet", "ip6"])
        own = [f"u{n}" for n in range(random.randrange(4))]
        lines.append(f"table {family} t{number} {{")
        lines += [
            "set ports { type inet_service; flags interval; elements = { 53, 4000-5000 }; }",
            f'set links {{ type ifname; elements = {{ "{FAR}", "lo" }}; }}',
            "set strangers { type ipv4_addr; flags interval; auto-merge;",
            "elements = { 10.0.0.0/8, 198.51.100.0-198.51.100.1, 203.0.113.2 }; }",
            "set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }",
            "map verdicts { type inet_service : verdict; flags interval;",
            f"elements = {{ 53 : accept, 5000-6000 : drop{', * : drop' * often(random, 0.3)} }}; }}",
        ]
        # One that is jumped to stands before those that jump.
        for n, name in reversed(list(enumerate(own))):
            lines += _nft_chain(random, plain, family, name, "", own[n + 1 :])
        for base in ("prerouting", "input", "forward", "postrouting"):
            if often(random, 0.3 if base in ("input", "forward") else 0.7):
                continue
            # Kernels differ in what a packet came in by, then.
            others = own if base != "postrouting" else []
            lines += _nft_chain(random, plain, family, base, base, others)
        lines.append("}")
    return "\n".join([*lines, ""])


def _nft_chain(random, plain, family, name, base, others):
    yield f"chain {name} {{"
    if base:
        priority = random.choice([-300, -150, 0, 10] if base == "prerouting" else [-150, 0, 10])
        policy = random.choice(["accept", "accept", "drop"])
        yield f"type filter hook {base} priority {priority}; policy {policy};"
    for _ in range(random.randrange(6)):
        matches = [_nft_match(random, plain) for _ in range(random.choice([0, 1, 1, 2]))]
        if family == "ip6":
            matches = [match for match in matches if not _is_ipv4(match)]
        if base == "postrouting":
            matches = [match for match in matches if "iif" not in match and "fib" not in match]
        if often(random, 0.2):
            end = _nft_map(random, others)
            if base == "postrouting" and "iif" in end:
                continue
        else:
            end = _nft_end(random, others, base)
        if base == "postrouting" and end == "reject":
            continue
        yield " ".join([*matches, end or "counter"])
    yield "}"


def _is_ipv4(match):
    return match.startswith(("ip ", "icmp ", "ip saddr")) or "ipv4" in match
