# SPDX-License-Identifier: MIT
"""The live proofs, each beside what it is to find."""

import contextlib
import ipaddress

import pytest

from ..routeros import x25519
from .gateway import GATEWAY_MAC, PUBLIC6, RESERVED, VPS_MAC, VPS_NIC
from .prove import Prove
from .router import Home
from .scripts import announced
from .tunnel import Tunnel
from .wire import GATEWAY6, NEIGHBOUR_MAC, Wire

ASK = ["upstream", VPS_NIC, RESERVED]


@pytest.fixture(scope="session")
def prove(tmp_path_factory):
    return Prove(tmp_path_factory.mktemp("prove"))


@pytest.fixture(scope="module")
def shared_wire(namespaces):
    wire = Wire("prove")
    try:
        yield wire
    finally:
        wire.close()


@pytest.fixture
def wire(shared_wire):
    """The wire, with nothing left of the test before."""
    yield shared_wire
    for space in (shared_wire.vps, shared_wire.neighbour):
        for child in list(space.children):
            space.stop(child)
    shared_wire.undrop()
    shared_wire.gateway.run(["ip", "neigh", "flush", "dev", "vps", "nud", "all"])
    shared_wire.attach()


@contextlib.contextmanager
def no_echo(wire, *spaces):
    """The machines don't answer pings."""
    for space in spaces:
        space.sysctl("net.ipv6.icmp.echo_ignore_all", 1)
    try:
        yield
    finally:
        for space in spaces:
            space.sysctl("net.ipv6.icmp.echo_ignore_all", 0)


def test_all_is_well(wire, prove):
    wire.answer(wire.vps)
    seen = prove(wire.vps, *ASK, GATEWAY6, PUBLIC6)
    assert (seen["stage"], seen["target"], seen["probes"]) == ("replied", GATEWAY6, 1)
    assert (seen["asked_by_mac"], seen["advertised_mac"]) == (GATEWAY_MAC, VPS_MAC)
    assert 0 < seen["solicited_us"] < seen["advertised_us"] < seen["replied_us"]
    assert ipaddress.ip_address(seen["source"]) in ipaddress.ip_network(RESERVED)


def test_each_proof_has_an_address_of_its_own(wire, prove):
    wire.answer(wire.vps)
    sources = {prove(wire.vps, *ASK, GATEWAY6)["source"] for _ in range(5)}
    assert len(sources) == 5


def test_nobody_answers_for_the_prefix(wire, prove):
    seen = prove(wire.vps, *ASK, GATEWAY6, PUBLIC6)
    assert (seen["stage"], seen["asked_by_mac"]) == ("solicited", GATEWAY_MAC)
    assert seen["solicitations"] >= 2
    assert seen["strangers"] == 0


def test_a_neighbour_that_the_gateway_remembers_proves_nothing(wire, prove):
    for host in ("1", "abcd"):
        address = RESERVED.replace("::/64", f"::{host}")
        wire.gateway.run(
            ["ip", "neigh", "replace", address, "lladdr", VPS_MAC, "dev", "vps"]
            + ["nud", "permanent"]
        )
    assert prove(wire.vps, *ASK, GATEWAY6, PUBLIC6)["stage"] == "solicited"


def test_the_prefix_is_not_on_the_gateways_wire(wire, prove):
    wire.answer(wire.vps)
    wire.detach()
    seen = prove(wire.vps, *ASK, GATEWAY6, PUBLIC6)
    assert seen["stage"] == "sent"
    assert not seen["gateway_silent"]


def test_a_gateway_that_does_not_answer_pings(wire, prove):
    wire.answer(wire.vps)
    with no_echo(wire, wire.gateway):
        seen = prove(wire.vps, *ASK, GATEWAY6, PUBLIC6)
    assert (seen["stage"], seen["target"]) == ("replied", PUBLIC6)


def test_a_machine_without_a_gateway_to_ask(wire, prove):
    wire.answer(wire.vps)
    seen = prove(wire.vps, *ASK, "-", PUBLIC6)
    assert (seen["stage"], seen["target"], seen["probes"]) == ("replied", PUBLIC6, 1)


@pytest.mark.parametrize(
    "where, hook, match, expected",
    [
        # Behind the gateway, ahead of its question.
        ("public", "ingress", "icmpv6 type echo-reply", "sent"),
        # Behind its question.
        ("vps", "egress", "icmpv6 type echo-reply", "advertised"),
        ("vps", "ingress", "icmpv6 type nd-neighbor-advert", "advertised"),
        ("vps", "egress", "icmpv6 type nd-neighbor-solicit", "sent"),
    ],
)
def test_a_packet_that_the_provider_drops(wire, prove, where, hook, match, expected):
    wire.answer(wire.vps)
    prove(wire.vps, *ASK, GATEWAY6)  # both know each other's own addresses
    targets = ["-", PUBLIC6] if where == "public" else [GATEWAY6, PUBLIC6]
    interface = "vps-nic" if where == "vps" else where
    wire.drop(wire.gateway, interface, hook, match)
    assert prove(wire.vps, *ASK, *targets)["stage"] == expected


def test_an_answer_that_does_not_leave_the_vps(wire, prove):
    wire.answer(wire.vps)
    wire.drop(wire.vps, VPS_NIC, "egress", f"ip6 saddr {RESERVED} icmpv6 type nd-neighbor-advert")
    assert prove(wire.vps, *ASK, GATEWAY6)["stage"] == "solicited"


def test_an_error_that_came_back_is_named(wire, prove):
    wire.answer(wire.vps)
    with no_echo(wire, wire.gateway):
        seen = prove(wire.vps, *ASK, GATEWAY6, "3fff:eee::1")
    assert seen["stage"] == "advertised"
    assert (seen["error_type"], seen["error_code"]) == (1, 0)


def test_another_machine_answers_for_the_prefix(wire, prove):
    wire.answer(wire.neighbour, "everybody")
    seen = prove(wire.vps, *ASK, GATEWAY6)
    assert (seen["stage"], seen["stranger"]) == ("solicited", NEIGHBOUR_MAC)


REQUEST, REPLY, ASKED, ANSWERED = (
    ("ingress", "icmpv6 type echo-request"),
    ("egress", "icmpv6 type echo-reply"),
    ("egress", "icmpv6 type nd-neighbor-solicit"),
    ("ingress", "icmpv6 type nd-neighbor-advert"),
)


def lose(wire, lost, count):
    """Drops the first so many packets of each kind, between a gateway and a VPS that have met."""
    for hook in ("ingress", "egress"):
        rules = [f"{what} numgen inc mod 1000 < {count}" for where, what in lost if where == hook]
        if rules:
            wire.drop(wire.gateway, "vps-nic", hook, " drop\n".join(rules))


@pytest.mark.parametrize("lost", [REQUEST, REPLY, ANSWERED])
def test_a_packet_that_is_lost_is_made_good(wire, prove, lost):
    wire.answer(wire.vps)
    prove(wire.vps, *ASK, GATEWAY6)
    lose(wire, [lost], 1)
    seen = prove(wire.vps, *ASK, GATEWAY6)
    assert (seen["stage"], seen["probes"]) == ("replied", 1)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    "lost",
    [[REQUEST], [REPLY], [ASKED], [ANSWERED], [ASKED, ANSWERED], [REQUEST, REPLY, ASKED, ANSWERED]],
)
def test_packets_that_are_lost_fail_no_proof(wire, prove, lost, count):
    wire.answer(wire.vps)
    prove(wire.vps, *ASK, GATEWAY6)
    lose(wire, lost, count)
    assert prove(wire.vps, *ASK, GATEWAY6, PUBLIC6)["stage"] == "replied"


def test_the_gateway_is_gone(wire, prove):
    wire.drop(wire.gateway, "vps-nic", "ingress", "meta protocol ip6")
    wire.vps.run(["ip", "neigh", "flush", "dev", VPS_NIC])
    seen = prove(wire.vps, *ASK, GATEWAY6, PUBLIC6)
    assert (seen["stage"], seen["gateway_silent"]) == ("not-sent", True)


def test_the_nic_is_down(wire, prove):
    wire.vps.run(["ip", "link", "set", VPS_NIC, "down"])
    try:
        seen = prove(wire.vps, *ASK, GATEWAY6, PUBLIC6)
    finally:
        wire.vps.run(["ip", "link", "set", VPS_NIC, "up"])
        wire.configure_nic()
        wire.wait_link()
    assert (seen["stage"], seen["nic_down"]) == ("not-sent", True)


def test_there_is_no_such_nic(wire, prove):
    with pytest.raises(RuntimeError, match="No such device"):
        prove(wire.vps, "upstream", "enp9s0", RESERVED, GATEWAY6)


def test_a_ping_is_answered_or_not(wire, prove):
    assert prove(wire.vps, "ping", "-", PUBLIC6, 0, 1000)["result"] == "reply"
    with no_echo(wire, wire.public):
        assert prove(wire.vps, "ping", VPS_NIC, PUBLIC6, 0, 300)["result"] == "no-reply"


def test_a_ping_that_cannot_arrive_says_why(wire, prove):
    seen = prove(wire.vps, "ping", "-", "3fff:eee::1", 0, 1000)
    assert (seen["result"], seen["type"], seen["code"]) == ("unreachable", 1, 0)
    assert seen["from"] == "3fff:fff::1"


@pytest.mark.parametrize("size, expected", [(64, "reply"), (1500, "reply"), (1501, "too-big")])
def test_a_ping_is_as_big_as_asked(wire, prove, size, expected):
    assert prove(wire.vps, "ping", VPS_NIC, PUBLIC6, size, 1000)["result"] == expected


@pytest.mark.parametrize(
    "kind, error",
    [("unreachable", "EHOSTUNREACH"), ("prohibit", "EACCES"), ("blackhole", "EINVAL")],
)
def test_a_route_to_nowhere_is_an_answer(wire, prove, kind, error):
    wire.vps.run(["ip", "-6", "route", "add", kind, "3fff:ddd::/64"])
    try:
        assert prove(wire.vps, "lookup", "3fff:ddd::1")["routes"] == 0
        assert prove(wire.vps, "lookup", "3fff:ddd::1", VPS_NIC, PUBLIC6)["routes"] == 0
        seen = prove(wire.vps, "ping", "-", "3fff:ddd::1", 0, 1000)
        assert (seen["result"], seen["send_error"]) == ("not-sent", error)
    finally:
        wire.vps.run(["ip", "-6", "route", "del", kind, "3fff:ddd::/64"])


def test_the_route_that_wins_is_found(wire, prove):
    """Beside the connected one of a prefix that was bound to the NIC."""
    wire.vps.run(["ip", "-6", "route", "add", RESERVED, "dev", VPS_NIC, "metric", "256"])
    inside = RESERVED.replace("::/64", "::5")
    try:
        for question in ([inside], [inside, VPS_NIC, PUBLIC6]):
            seen = prove(wire.vps, "lookup", *question)
            assert (seen["device"], seen["metric"]) == ("wg0", 50)
            assert seen["dst"] == RESERVED
        wire.vps.run(["ip", "link", "set", "wg0", "down"])
        assert prove(wire.vps, "lookup", inside)["device"] == VPS_NIC
    finally:
        wire.vps.run(["ip", "link", "set", "wg0", "up"])
        wire.vps.run(["ip", "-6", "route", "replace", RESERVED, "dev", "wg0", "metric", "50"])
        wire.vps.run(["ip", "-6", "route", "del", RESERVED, "dev", VPS_NIC])


@pytest.mark.parametrize("limit, expected", [(9000, 1420), (1348, 1348), (1280, 1280), (1279, 0)])
def test_the_biggest_packet_that_passes_is_found(wire, prove, limit, expected):
    wire.drop(wire.gateway, "vps-nic", "ingress", f"meta protocol ip6 meta length > {limit}")
    seen = prove(wire.vps, "mtu", VPS_NIC, PUBLIC6, 1420, 1500)
    assert (seen["answered"], seen["mtu"]) == (True, expected)


def test_nobody_to_ask_for_the_mtu(wire, prove):
    with no_echo(wire, wire.public):
        seen = prove(wire.vps, "mtu", VPS_NIC, PUBLIC6, 1420, 600)
    assert (seen["answered"], seen["mtu"]) == (False, 0)


@pytest.fixture
def ipv4(wire):
    """IPv4 on the wire; yields the gateway's address."""
    wire.vps.run(["ip", "address", "add", "203.0.113.42/24", "dev", VPS_NIC])
    wire.gateway.run(["ip", "address", "add", "203.0.113.1/24", "dev", "vps"])
    yield "203.0.113.1"
    wire.vps.run(["ip", "address", "del", "203.0.113.42/24", "dev", VPS_NIC])
    wire.gateway.run(["ip", "address", "del", "203.0.113.1/24", "dev", "vps"])


def test_an_ipv4_address_is_there_or_not(wire, prove, ipv4):
    assert prove(wire.vps, "ping4", ipv4, 1000)["result"] == "reply"
    wire.gateway.sysctl("net.ipv4.icmp_echo_ignore_all", 1)
    try:
        assert prove(wire.vps, "ping4", ipv4, 600)["result"] == "no-reply"
    finally:
        wire.gateway.sysctl("net.ipv4.icmp_echo_ignore_all", 0)
    assert prove(wire.vps, "ping4", "192.0.3.1", 600)["send_error"] == "ENETUNREACH"


def tunnel_end(space, name, port, private, peer_key, endpoint):
    """A WireGuard interface with one peer."""
    tunnel = Tunnel(space, name)
    lines = ["[Interface]", f"PrivateKey = {private}", f"ListenPort = {port}", "[Peer]"]
    lines += [f"PublicKey = {peer_key}", "AllowedIPs = ::/0", "PersistentKeepalive = 1"]
    lines += [f"Endpoint = {endpoint}"] if endpoint else []
    tunnel.configure("\n".join([*lines, ""]))
    space.run(["ip", "link", "set", name, "up"])
    return tunnel


@pytest.mark.parametrize(
    "router, knows_us, we_know, blocked, expected",
    [
        (True, True, True, None, "talking"),
        (True, False, True, None, "unanswered"),  # the router has another key for us
        (True, True, False, None, "unanswered"),  # we have another key for the router
        (True, True, True, "egress", "unconfirmed"),
        (False, True, True, None, "unheard"),
    ],
    ids=["well", "wrong-server-key", "wrong-router-key", "answer-lost", "router-off"],
)
def test_what_wireguard_says(wire, prove, ipv4, router, knows_us, we_know, blocked, expected):
    """The gateway's namespace plays the router at home."""
    ours, theirs, other = (x25519.generate() for _ in range(3))
    if blocked:
        # What leaves the VPS is lost: its answers, too.
        wire.drop(wire.gateway, "vps-nic", "ingress", "meta protocol ip udp sport 51820")
    ends = []
    try:
        peer = x25519.public(theirs if we_know else other)
        endpoint = None if router else f"{ipv4}:13231"
        ends.append(tunnel_end(wire.vps, "wg1", 51820, ours, peer, endpoint))
        if router:
            peer = x25519.public(ours if knows_us else other)
            ends.append(tunnel_end(wire.gateway, "wg1", 13231, theirs, peer, "203.0.113.42:51820"))
        seen = prove(wire.vps, "listen", VPS_NIC, 51820, 8000)
    finally:
        for end in ends:
            end.stop()
    assert (seen["verdict"], seen["peer"]) == (expected, ipv4)


def test_nothing_at_all_is_silence(wire, prove):
    assert prove(wire.vps, "listen", VPS_NIC, 51820, 200)["verdict"] == "silence"


def test_the_relay_with_its_real_parts(relay, prove):
    """ndppd, a boot's own network configuration and WireGuard; then without ndppd."""
    vps = relay.vps
    home = relay.add_home(Home(relay.gateway, f"{relay.name}-home"))
    assert home.paste(announced(vps)).errors == []
    home.client.wait_ping(PUBLIC6)
    seen = prove(vps.namespace, *ASK, GATEWAY6, PUBLIC6)
    assert (seen["stage"], seen["target"]) == ("replied", GATEWAY6)
    router = "fd99:9999:9999::2"
    assert prove(vps.namespace, "mtu", "wg0", router, 1420, 1500)["mtu"] == 1420
    # A packet of up to 1376 bytes is one of 1436 outside; 1380 are padded to 1392.
    relay.gateway.run(
        ["nft", "-f", "-"],
        input="table ip hole {\nchain forward {\ntype filter hook forward priority 0;\n"
        "udp dport 51820 meta length > 1440 drop\n}\n}\n",
    )
    seen = prove(vps.namespace, "mtu", "wg0", router, 1420, 1500)
    relay.gateway.run(["nft", "flush", "ruleset"])
    assert seen["mtu"] == 1376
    vps.run(["systemctl", "stop", "ndppd"])
    assert prove(vps.namespace, *ASK, GATEWAY6, PUBLIC6)["stage"] == "solicited"
