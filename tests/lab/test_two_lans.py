# SPDX-License-Identifier: MIT
"""A home with two LANs, each with a tunnel of its own: what tables and rules do to packets."""

from pathlib import Path

import pytest

from ..routeros import factory, import_, x25519
from .byhand import PUBLIC, ByHand, reached
from .router import Home
from .routing import FIRST_TABLE
from .waiting import until

FIRST = (Path(__file__).parent.parent / "data/routeros/relay.rsc").read_text()
SECOND = """{
/interface/wireguard/add name="wg-cabin" listen-port=13232 private-key="@PRIVATE@" comment="cabin"
/interface/wireguard/peers/add interface="wg-cabin" name="cabin" public-key="@PUBLIC@" \\
    allowed-address=::/0 endpoint-address=203.0.113.42 endpoint-port=51820 \\
    persistent-keepalive=25s comment="cabin"
/ipv6/address/add address=fd99:9999:9999::3/64 interface="wg-cabin" advertise=no comment="cabin"
/routing/table/add name="wg-cabin" fib comment="cabin"
/ipv6/route/add dst-address=::/0 gateway=fd99:9999:9999::1%wg-cabin routing-table="wg-cabin" \\
    check-gateway=ping comment="cabin"
/routing/rule/add src-address=3fff:0:0:3::/64 min-prefix=0 action=lookup table=main comment="cabin"
/routing/rule/add src-address=3fff:0:0:3::/64 action=lookup-only-in-table table="wg-cabin" \\
    comment="cabin"
/interface/list/member/add list=LAN interface=bridge2 comment="cabin"
/ipv6/address/add address=3fff:0:0:3::1/64 interface=bridge2 comment="cabin"
}
"""
BACK = """{
/routing/rule/remove [find where comment="cabin"]
/ipv6/route/remove [find where comment="cabin"]
/routing/table/remove [find where comment="cabin"]
/ipv6/address/remove [find where comment="cabin"]
/interface/wireguard/peers/remove [find where comment="cabin"]
/interface/wireguard/remove [find where comment="cabin"]
}
"""
PREFIXES = ("3fff:0:0:2::/64", "3fff:0:0:3::/64")
OWN_RULES = ["from all lookup local", "from all lookup main"]
BYTES = 10 * 1000  # more than what checks of the gateway and keepalives make meanwhile


@pytest.fixture(scope="module")
def keys():
    """The router's key of each tunnel."""
    return x25519.generate(), x25519.generate()


@pytest.fixture(scope="module")
def world(keys, namespaces):
    peers = {}
    for key, router, prefix in zip(keys, ("fd99:9999:9999::2", "fd99:9999:9999::3"), PREFIXES):
        peers[x25519.public(key)] = [f"{router}/128", prefix]
    world = ByHand(peers)
    yield world
    world.close()


def two_bridges():
    model = factory()
    assert import_(model, "/interface/bridge/add name=bridge2").errors == []
    return model


@pytest.fixture(scope="module")
def home(world, keys):
    """A home whose owner has pasted both scripts."""
    home = Home(world, "two", two_bridges())
    for script, key in zip((FIRST, SECOND), keys):
        script = script.replace("@PRIVATE@", key).replace("@PUBLIC@", world.public_key)
        assert home.paste(script).errors == []
    yield home
    home.close()


@pytest.fixture(scope="module")
def clients(home):
    """The first LAN's and the second's, with their addresses."""
    other = home.add_lan("bridge2")
    return [(c, c.wait_address(p)) for c, p in zip((home.client, other), PREFIXES)]


def test_each_client_has_its_own_tunnel(world, clients):
    for (client, _), own in zip(clients, world.peers):
        client.wait_ping(PUBLIC)
        before = world.tunnel.received()
        assert client.ping(PUBLIC, count=10, size=1000) == 10
        after = world.tunnel.received()
        assert [key for key in after if after[key] > before[key] + BYTES] == [own]


def test_both_are_reached(world, clients):
    for client, address in clients:
        client.wait_ping(PUBLIC)
        assert reached(world.host, address)


def test_the_router_and_the_other_lan_are_near(home, world, clients):
    """By the first rule, without which the router's own answers go into the tunnel."""
    (first, first_address), (second, second_address) = clients
    before = sum(world.tunnel.received().values())
    for client, prefix in zip((first, second), PREFIXES):
        assert client.ping(prefix.replace("::/64", "::1")) == 3
    assert first.ping(second_address, count=10, size=1000) == 10
    assert second.ping(first_address, count=10, size=1000) == 10
    assert sum(world.tunnel.received().values()) < before + BYTES
    home.paste("/routing/rule/disable [find min-prefix=0]")
    assert second.ping("3fff:0:0:3::1", 1) == 0
    home.paste("/routing/rule/enable [find min-prefix=0]")
    assert second.ping("3fff:0:0:3::1") == 3


def test_a_dead_tunnel_takes_its_own_lan_with_it(home, world, clients):
    """The second LAN does not fall back to main and the first one's tunnel."""
    (first, _), (second, _) = clients
    show = ["ip", "-6", "route", "show", "table", number(home, "wg-cabin")]
    assert "default" in home.space.run(show).stdout
    world.serve(*list(world.peers)[:1])
    until(lambda: not home.space.run(show).stdout, 20, "the route to go")
    before = sum(world.tunnel.received().values())
    assert second.ping(PUBLIC, count=10, size=1000) == 0
    assert sum(world.tunnel.received().values()) < before + BYTES
    assert first.ping(PUBLIC) == 3
    world.serve(*world.peers)
    second.wait_ping(PUBLIC)


def number(home, name):
    """Linux's number for a routing table."""
    (table,) = home.router.model.rows("/routing/table", name=name)
    return str(FIRST_TABLE + int(table.id[1:], 16))


def test_the_second_goes_and_the_first_stays(home, clients):
    (first, _), (second, _) = clients
    assert home.paste(BACK).errors == []
    assert shown_rules(home.space) == OWN_RULES
    assert " table 1" not in all_routes(home.space)
    assert "wg-cabin" not in home.space.run(["ip", "link"]).stdout
    assert second.ping(PUBLIC, 1) == 0
    assert first.ping(PUBLIC) == 3


def all_routes(space):
    return space.run(["ip", "-6", "route", "show", "table", "all"]).stdout


def shown_rules(space):
    """Linux's rules, without their numbers."""
    lines = space.run(["ip", "-6", "rule"]).stdout.splitlines()
    return [" ".join(line.partition(":")[2].split()) for line in lines]


RULES = """
/routing/table/add name=a fib
/routing/rule/add action=lookup table=a src-address=fd01::/64 comment=last
/routing/rule/add action=drop src-address=fd02::/64 dst-address=fd03::1 comment=drop \\
    place-before=[find comment=last]
/routing/rule/add action=unreachable interface=bridge2 place-before=[find comment=last]
/routing/rule/add action=drop src-address=192.0.2.0/24
/routing/rule/add action=drop dst-address=fd04::/64 disabled=yes
"""


def test_rules_become_linuxs(namespaces):
    home = Home(None, "rules", two_bridges())
    try:
        assert home.paste(RULES).errors == []
        expected = [
            "from fd02::/64 to fd03::1 blackhole",
            "from all iif bridge2 unreachable",
            f"from fd01::/64 lookup {number(home, 'a')}",
        ]
        assert shown_rules(home.space) == [OWN_RULES[0], *expected, OWN_RULES[1]]
        home.paste("/routing/rule/disable [find comment=drop]\n/interface/bridge/remove bridge2")
        assert shown_rules(home.space) == [OWN_RULES[0], expected[2], OWN_RULES[1]]
        home.paste("/routing/rule/remove [find]")
        assert shown_rules(home.space) == OWN_RULES
    finally:
        home.close()


def test_a_table_without_fib_forwards_nothing(namespaces):
    home = Home(None, "fib", two_bridges())
    add = "/ipv6/route/add dst-address=fd09::/64 gateway=bridge2 routing-table=a"
    try:
        assert home.paste(f"/routing/table/add name=a\n{add}").errors == []
        assert "fd09::" not in all_routes(home.space)
        home.paste("/routing/table/set [find name=a] fib")
        assert "fd09::" in all_routes(home.space)
        home.paste("/routing/table/disable [find name=a]")
        assert "fd09::" not in all_routes(home.space)
    finally:
        home.close()
