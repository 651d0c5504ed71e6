# SPDX-License-Identifier: MIT
"""The start states are what they say."""

import pytest

from .starts import PREFIX, STARTS, STOPS
from .verdict import Packet, passes, verdict

ALL = {**STARTS, **STOPS}
CHAINS = pytest.mark.parametrize("chain", ["input", "forward"])
FROM_TUNNEL = Packet(arrives="wg-cloud", leaves="bridge")


def every(starts):
    return pytest.mark.parametrize("start", starts.values(), ids=starts.keys())


@every(ALL)
def test_each_router_is_a_fresh_one(start):
    one, other = start.router(), start.router()
    assert one.configuration() == other.configuration()
    one.add("/interface/list", name="x")
    assert one.configuration() != other.configuration()
    assert other.configuration() == start.router().configuration()


def test_no_two_are_equal():
    routers = [start.router() for start in ALL.values()]
    states = [(router.version, router.configuration()) for router in routers]
    assert all(one not in states[:i] for i, one in enumerate(states))


@every(STARTS)
@CHAINS
def test_the_terminal_is_a_drop_or_a_reject_in_force(start, chain):
    row = start.terminal(start.router(), chain)
    if row:
        assert row["action"] in ("drop", "reject")
        assert not row.dynamic


@every(STARTS)
@CHAINS
def test_a_stranger_in_the_tunnel_meets_the_terminal_or_nothing(start, chain):
    router = start.router()
    wanted = start.terminal(router, chain) if start.keeps_out else None
    assert verdict(router, chain, FROM_TUNNEL) is wanted
    assert passes(router, chain, FROM_TUNNEL) != start.keeps_out


@every(STARTS)
def test_the_lan_gets_out_or_not(start):
    packet = Packet(
        arrives=start.bridge, leaves="wg-cloud", src="3fff:0:0:2::80", dst="3fff:fff::2"
    )
    assert passes(start.router(), "forward", packet) == start.lets_out


@every(STARTS)
def test_the_bridge_is_there(start):
    assert start.router().interface(start.bridge)["type"] == "bridge"
    assert start.error is None


@every(STOPS)
def test_the_others_say_what_to_look_for(start):
    assert start.error


def test_the_list_that_is_gone_shows_as_an_id():
    start = STARTS["drop of a list that is gone"]
    row = start.terminal(start.router(), "input")
    assert row["in-interface-list"].startswith("!*")


@pytest.mark.parametrize("prefix", [PREFIX, "3fff:0:0:7::/64"])
def test_the_prefix_is_the_callers(prefix):
    router = STOPS["prefix on another interface"].router(prefix)
    (row,) = router.rows("/ipv6/address", interface="ether5", dynamic=False)
    assert row["address"] == prefix.replace("::/", "::1/")
