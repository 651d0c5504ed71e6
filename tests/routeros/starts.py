# SPDX-License-Identifier: MIT
"""Routers as their owners may have left them, for a script to be tried on.

    @pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
    router = start.router(prefix)              # a fresh one each time
    start.terminal(router, "input")            # the row that ends the chain, or None

STARTS: on these a script must do its work. STOPS: at these it must change nothing and say why.

The comments and the order of rules are those of public exports, of MikroTik's defconf and of its
manual ("Building Advanced Firewall"); the rest is what a person may well have done.
"""

import base64
from dataclasses import dataclass
from typing import Callable

from .delivery import import_
from .factory import factory

# A factory router drops 2001:db8::/32.
PREFIX = "3fff:0:0:2::/64"
DROP = "defconf: drop everything else not coming from LAN"
# Fixed, so that two routers of one start are equal. Any 32 bytes are a key.
KEYS = [base64.b64encode(bytes([n]) * 32).decode() for n in range(1, 5)]


@dataclass(frozen=True)
class Start:
    """One state, and what is known of it.

    make(base): a fresh router; base is the prefix of the LAN to be, without its length.
    bridge: the LAN bridge's name, as the script is told it. input, forward: the comment of the
    rule that ends the chain, which a rule of ours has to stand before; None: nothing does.
    As the firewall is, before a script: keeps_out: it drops a new connection that comes in from
    wg-cloud; lets_out: a device of the LAN may open one through wg-cloud.
    error: what the message of a script that stops there must contain; None: it mustn't stop.
    """

    make: Callable
    bridge: str = "bridge"
    input: str | None = DROP
    forward: str | None = DROP
    keeps_out: bool = True
    lets_out: bool = True
    error: str | None = None

    def router(self, prefix=PREFIX):
        """A fresh router in this state."""
        return self.make(prefix.removesuffix("/64"))

    def terminal(self, router, chain):
        """The row of a router that ends `input` or `forward`; None when nothing does."""
        comment = {"input": self.input, "forward": self.forward}[chain]
        if comment is None:
            return None
        rows = router.rows("/ipv6/firewall/filter", chain=chain, comment=comment, disabled=False)
        (row,) = rows
        return row


def after(*scripts, version="7.15.3", fasttrack=False):
    """A make: the factory's router after scripts; @BASE@ in them is the prefix."""

    def make(base):
        router = factory(version, fasttrack)
        for script in scripts:
            report = import_(router, script.replace("@BASE@", base))
            assert not report.errors, report.errors
        return router

    return make


def firewall(*rules):
    """A script that puts rules, one a line, in the place of all."""
    lines = [f"/ipv6/firewall/filter/add {rule}" for rule in rules]
    return "\n".join(["/ipv6/firewall/filter/remove [find !dynamic]", *lines])


def own_firewall(comment, *rules, **known):
    """A start with a firewall of the owner's own; comment is that of its last rules."""
    return Start(after(firewall(*rules)), input=comment, forward=comment, **known)


def both(*rules):
    """The same rules in both chains."""
    return [f"chain={chain} {rule}" for chain in ("input", "forward") for rule in rules]


def terminals(changes):
    """A script that changes the last rule of both chains."""
    return f'/ipv6/firewall/filter/set [find comment="{DROP}"] {changes}'


def first_of_each(rule):
    """A script that puts a rule before all others of both chains."""
    return "\n".join(
        f"/ipv6/firewall/filter/add chain={chain} {rule}"
        f' place-before=[:pick [find chain="{chain}"] 0]'
        for chain in ("input", "forward")
    )


ESTABLISHED = "action=accept connection-state=established,related,untracked"
INVALID = "action=drop connection-state=invalid"
ICMP = "action=accept protocol=icmpv6"
FROM_LAN = "action=accept in-interface-list=LAN"
BASICS = [ESTABLISHED, INVALID, ICMP]
THE_REST = 'action=drop comment="the rest"'

MANUAL_LISTS = """
/ipv6/firewall/address-list/remove [find]
/ipv6/firewall/address-list/add list=no_forward_ipv6 address=fe80::/10 comment="RFC6890 link-local"
/ipv6/firewall/address-list/add list=no_forward_ipv6 address=ff00::/8 comment="multicast"
"""
MANUAL = firewall(
    'chain=input action=accept protocol=icmpv6 comment="accept ICMPv6 after RAW"',
    f'chain=input {ESTABLISHED} comment="accept established,related,untracked"',
    'chain=input action=accept protocol=udp port=33434-33534 comment="accept UDP traceroute"',
    "chain=input action=accept protocol=udp dst-port=546 src-address=fe80::/16"
    ' comment="accept DHCPv6-Client prefix delegation."',
    'chain=input action=accept protocol=udp dst-port=500,4500 comment="accept IKE"',
    'chain=input action=accept protocol=ipsec-ah comment="accept IPSec AH"',
    'chain=input action=accept protocol=ipsec-esp comment="accept IPSec ESP"',
    'chain=input action=drop in-interface-list=!LAN comment="drop all not coming from LAN"',
    f'chain=forward {ESTABLISHED} comment="accept established,related,untracked"',
    f'chain=forward {INVALID} comment="drop invalid"',
    'chain=forward action=drop src-address-list=no_forward_ipv6 comment="drop bad forward IPs"',
    'chain=forward action=drop dst-address-list=no_forward_ipv6 comment="drop bad forward IPs"',
    "chain=forward action=drop protocol=icmpv6 hop-limit=equal:1"
    ' comment="rfc4890 drop hop-limit=1"',
    'chain=forward action=accept protocol=icmpv6 comment="accept ICMPv6 after RAW"',
    'chain=forward action=accept protocol=139 comment="accept HIP"',
    'chain=forward action=accept protocol=udp dst-port=500,4500 comment="accept IKE"',
    'chain=forward action=accept protocol=ipsec-ah comment="accept AH"',
    'chain=forward action=accept protocol=ipsec-esp comment="accept ESP"',
    'chain=forward action=accept ipsec-policy=in,ipsec comment="accept all that matches policy"',
    "chain=forward action=drop in-interface-list=!LAN"
    ' comment="drop everything else not coming from LAN"',
)

OLD_SPACING = """
:foreach rule in=[/ipv6/firewall/filter/find connection-state="established,related,untracked"] do={
    /ipv6/firewall/filter/set $rule comment="defconf: accept established, related, untracked"
}
"""
TOO_LATE = 'action=accept protocol=tcp dst-port=22 comment="ssh, below the drop: never reached"'
OWN_TUNNEL = f"""
/interface/wireguard/add name=wireguard1 comment="way home" private-key="{KEYS[0]}"
/interface/wireguard/peers/add interface=wireguard1 name=phone public-key="{KEYS[1]}" \\
    allowed-address=fd42::2/128,10.9.0.2/32
/interface/wireguard/peers/add interface=wireguard1 name=laptop public-key="{KEYS[2]}" \\
    allowed-address=fd42::3/128,10.9.0.3/32
/ipv6/address/add interface=wireguard1 address=fd42::1/64 advertise=no
/interface/list/member/add interface=wireguard1 list=LAN
"""
OTHER_PORT = "/interface/wireguard/set wireguard1 listen-port=51820"

# A second LAN, to be imported into any of these.
SECOND_BRIDGE = """
/interface/bridge/add name=bridge2
/interface/list/member/add list=LAN interface=bridge2
"""

STARTS = {
    "factory": Start(after()),
    "factory 7.21.4": Start(after(version="7.21.4")),
    "factory 7.24, FastTrack": Start(after(version="7.24", fasttrack=True)),
    "factory nightly, FastTrack": Start(after(version="nightly", fasttrack=True)),
    "no firewall": Start(after(firewall()), input=None, forward=None, keeps_out=False),
    "the manual's firewall": Start(
        after(MANUAL_LISTS, MANUAL),
        input="drop all not coming from LAN",
        forward="drop everything else not coming from LAN",
    ),
    "old spacing": Start(after(OLD_SPACING)),
    "drop renamed": Start(
        after(terminals('comment="no entry"')), input="no entry", forward="no entry"
    ),
    "drop without comment": Start(after(terminals('comment=""')), input="", forward=""),
    "drop of all": own_firewall("the rest", *both(*BASICS, FROM_LAN, THE_REST)),
    # What leaves the LAN by any other way than the WAN is dropped, through wg-cloud too.
    "drop of all, LAN to WAN only": own_firewall(
        "the rest",
        *both(*BASICS),
        f"chain=input {FROM_LAN}",
        f"chain=forward {FROM_LAN} out-interface-list=WAN",
        *both(THE_REST),
        lets_out=False,
    ),
    "drop by the bridge's name": own_firewall(
        "not the LAN", *both(*BASICS, 'action=drop in-interface=!bridge comment="not the LAN"')
    ),
    # wg-cloud is in neither list: this drop does not see it.
    "drop from the WAN only": own_firewall(
        "drop inbound from WAN",
        *both(*BASICS, 'action=drop in-interface-list=WAN comment="drop inbound from WAN"'),
        keeps_out=False,
    ),
    # Measured on 7.24.4: the rule stays in force, and the list that is gone counts as empty, so
    # that `!` takes every packet, the LAN's own too.
    "drop of a list that is gone": Start(
        after('/interface/list/remove [find name="LAN"]'), lets_out=False
    ),
    "reject": Start(after(terminals("action=reject reject-with=icmp-admin-prohibited"))),
    "drop of new connections": Start(after(terminals("connection-state=new"))),
    "drop of all but answers": Start(
        after(terminals("connection-state=!established,related,untracked"))
    ),
    "disabled drop before the drop of all": own_firewall(
        "the rest",
        *both(
            *BASICS,
            f'action=drop in-interface-list=!LAN disabled=yes comment="{DROP}"',
            FROM_LAN,
            THE_REST,
        ),
    ),
    "early drop of a port's packets": Start(
        after(first_of_each('action=drop in-interface=ether5 comment="guests"'))
    ),
    "early drop of foreign DNS": Start(
        after(
            first_of_each(
                "action=drop protocol=udp dst-port=53 in-interface-list=!LAN"
                ' comment="no open resolver"'
            )
        )
    ),
    "rules below the drop": Start(
        after("\n".join(f"/ipv6/firewall/filter/add {rule}" for rule in both(TOO_LATE)))
    ),
    "own ND row": Start(
        after(
            "/ipv6/nd/add interface=bridge mtu=1400 ra-interval=30s-1m ra-lifetime=20m"
            " advertise-dns=yes dns=fd00::53"
        )
    ),
    "own ND row, no default router": Start(after("/ipv6/nd/add interface=bridge ra-lifetime=none")),
    "own ND row elsewhere": Start(after("/ipv6/nd/add interface=ether5 mtu=1280 ra-lifetime=none")),
    "a blank in the bridge's name": Start(
        after('/interface/bridge/set bridge name="bridge LAN"'), bridge="bridge LAN"
    ),
    "own tunnel": Start(after(OWN_TUNNEL, OTHER_PORT)),
    # RouterOS's default port, and what a script is apt to take. What RouterOS does with two
    # listeners nobody has measured; Linux refuses the second.
    "own tunnel on the default port": Start(after(OWN_TUNNEL)),
}

STOPS = {
    "IPv6 disabled": Start(after("/ipv6/settings/set disable-ipv6=yes"), error="IPv6 is disabled"),
    "IPv6 not forwarded": Start(after("/ipv6/settings/set forward=no"), error="forward"),
    "foreign wg-cloud": Start(
        after(f'/interface/wireguard/add name=wg-cloud comment="mine" private-key="{KEYS[0]}"'),
        error="wg-cloud",
    ),
    "foreign wg-cloud without comment": Start(
        after(f'/interface/wireguard/add name=wg-cloud private-key="{KEYS[0]}"'),
        error="wg-cloud",
    ),
    "bridge named wg-cloud": Start(after("/interface/bridge/add name=wg-cloud"), error="wg-cloud"),
    "port named wg-cloud": Start(after("/interface/set ether5 name=wg-cloud"), error="wg-cloud"),
    "foreign peer vultr": Start(
        after(OWN_TUNNEL, "/interface/wireguard/peers/set phone name=vultr"), error="vultr"
    ),
    "no such bridge": Start(after("/interface/bridge/set bridge name=lan"), error="bridge"),
    "prefix on another interface": Start(
        after("/ipv6/address/add interface=ether5 address=@BASE@1/64"), error="already"
    ),
    "prefix on another interface, other host": Start(
        after("/ipv6/address/add interface=ether5 address=@BASE@aaaa/64 advertise=no"),
        error="already",
    ),
    "address there without our comment": Start(
        after("/ipv6/address/add interface=bridge address=@BASE@1/64"), error="already"
    ),
}
