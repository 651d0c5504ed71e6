# SPDX-License-Identifier: MIT
"""The live proofs, each beside what it is to find."""

import contextlib
import ipaddress

import pytest

from .gateway import GATEWAY_MAC, PUBLIC6, RESERVED, VPS_MAC, VPS_NIC
from .prove import Prove
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


@pytest.mark.parametrize("attempt", range(5))
def test_three_packets_in_ten_are_lost(wire, prove, attempt):
    wire.answer(wire.vps)
    loss = "meta protocol ip6 numgen random mod 10 < 3"
    wire.drop(wire.gateway, "vps-nic", "ingress", loss)
    wire.drop(wire.gateway, "vps-nic", "egress", loss)
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
        wire.vps.run(["ip", "-6", "route", "replace", "default", "via", GATEWAY6, "dev", VPS_NIC])
        wire.wait_link()
    assert (seen["stage"], seen["nic_down"]) == ("not-sent", True)


def test_there_is_no_such_nic(wire, prove):
    with pytest.raises(RuntimeError, match="No such device"):
        prove(wire.vps, "upstream", "enp9s0", RESERVED, GATEWAY6)
