# SPDX-License-Identifier: MIT
"""The home, against a VPS that is configured by hand: what a script does to a LAN's packets."""

import ipaddress
import json
from pathlib import Path

import pytest

from ..routeros import factory, x25519
from ..routeros.starts import STARTS
from . import tcp
from .byhand import PUBLIC, TRANSIT, ByHand, reached
from .router import Home
from .waiting import until

SCRIPT = (Path(__file__).parent.parent / "data/routeros/relay.rsc").read_text()
ROUTER = "fd99:9999:9999::2"
PREFIX = "3fff:0:0:2::/64"
RENUMBERED = "3fff:0:0:7::/64"


@pytest.fixture(scope="module")
def private():
    """The router's key, as the VPS made it."""
    return x25519.generate()


@pytest.fixture(scope="module")
def world(private, namespaces):
    world = ByHand({x25519.public(private): [f"{ROUTER}/128", PREFIX, RENUMBERED]})
    yield world
    world.close()


@pytest.fixture(scope="module")
def script(world, private):
    return SCRIPT.replace("@PRIVATE@", private).replace("@PUBLIC@", world.public_key)


@pytest.fixture(scope="module")
def home(world, script):
    """A home whose owner has pasted the script."""
    home = Home(world, "byhand", factory("7.18.2", fasttrack=True))
    report = home.paste(script)
    assert report.errors == []
    yield home
    home.close()


def test_the_client_reaches_the_internet_and_is_reached(home, world):
    address = home.client.wait_address(PREFIX)
    assert home.output == ["sixrelay: done."]
    home.client.wait_ping(TRANSIT)
    assert home.client.ping(PUBLIC) == 3
    assert reached(world.host, address)


def test_the_advertisement_carries_the_tunnels_mtu(home):
    home.client.wait_address(PREFIX)
    assert home.client.mtu() == 1420
    assert home.client.ping(PUBLIC, 1, size=1420 - 48) == 1
    assert home.client.default_route().startswith("fe80:")


def test_strangers_are_kept_out_and_clients_get_out(home, world):
    address = home.client.wait_address(PREFIX)
    home.client.listen(8080)
    tcp.listen(world.host, 8081)
    assert home.client.connect(PUBLIC, 8081) == address
    assert tcp.connect(world.host, address, 8080) is None
    home.paste(
        '/ipv6/firewall/filter/add chain=forward action=accept in-interface="wg-cloud" protocol=tcp'
        ' dst-port=8080 comment="test" place-before=[/ipv6/firewall/filter/find where'
        ' chain="forward" in-interface-list="!LAN"]'
    )
    assert tcp.connect(world.host, address, 8080) == PUBLIC
    home.paste('/ipv6/firewall/filter/remove [find where comment="test"]')
    assert tcp.connect(world.host, address, 8080) is None


def test_the_router_itself_is_closed_to_the_internet_only(home, world):
    home.client.wait_ping(PUBLIC)
    tcp.listen(home.space, 8291)
    assert home.client.connect("3fff:0:0:2::1", 8291)
    assert tcp.connect(world.vps, ROUTER, 8291) == TRANSIT
    assert tcp.connect(world.host, "3fff:0:0:2::1", 8291) is None


def test_a_second_paste_leaves_the_tunnel_alone(home, world, script):
    home.client.wait_ping(PUBLIC)
    handshakes, before = world.tunnel.handshakes(), sum(world.tunnel.received().values())
    assert home.paste(script).errors == []
    assert home.client.ping(PUBLIC) == 3
    assert world.tunnel.handshakes() == handshakes
    assert sum(world.tunnel.received().values()) > before


def test_another_prefix_reaches_the_client(home, world, script):
    home.client.wait_address(PREFIX)
    assert home.paste(script.replace("3fff:0:0:2::", "3fff:0:0:7::")).errors == []
    renumbered = home.client.wait_address(RENUMBERED)
    until(lambda: reached(world.host, renumbered), 10, "the new address to answer")
    assert addresses(home.space, "bridge") == ["3fff:0:0:7::1"]
    assert home.paste(script).errors == []
    # The router falls silent about a prefix that it drops: clients go on using it.
    assert renumbered in home.client.addresses()
    assert not reached(world.host, renumbered)


def addresses(space, interface):
    argv = ["ip", "-j", "-6", "address", "show", "dev", interface, "scope", "global"]
    links = json.loads(space.run(argv).stdout)
    return [info["local"] for link in links for info in filter(None, link.get("addr_info", []))]


def test_ra_lifetime_none_takes_the_clients_default_route(home):
    home.client.wait_ping(PUBLIC)
    home.paste('/ipv6/nd/set [find where interface="bridge"] ra-lifetime=none')
    until(lambda: not home.client.default_route(), 10, "the default route to go")
    home.paste('/ipv6/nd/set [find where interface="bridge"] ra-lifetime=30m')
    home.client.wait_ping(PUBLIC)


@pytest.mark.parametrize("clamped", [{"in"}, {"out"}, {"in", "out"}], ids="-".join)
def test_a_clamp_fits_the_segments_to_the_tunnel(home, world, clamped):
    """SYNs that leave by wg-cloud tell the host what it may send; answers tell the client."""
    tunnel = 1280 - 60
    home.client.wait_ping(PUBLIC)
    tcp.listen(world.host, 8082)
    home.paste('/interface/wireguard/set [find where name="wg-cloud"] mtu=1280')
    assert min(tcp.segments(home.client.space, PUBLIC, 8082)) > tunnel
    for way in clamped:
        home.paste(
            f"/ipv6/firewall/mangle/add chain=forward {way}-interface=wg-cloud protocol=tcp"
            ' tcp-flags=syn action=change-mss new-mss=clamp-to-pmtu comment="clamp"'
        )
    to_client, to_host = tcp.segments(home.client.space, PUBLIC, 8082)
    assert (to_client == tunnel) == ("out" in clamped)
    assert (to_host == tunnel) == ("in" in clamped)
    home.paste('/ipv6/firewall/mangle/remove [find where comment="clamp"]')
    home.paste('/interface/wireguard/set [find where name="wg-cloud"] mtu=1420')


def test_a_dead_gateway_takes_the_route_with_it(home, world):
    def routed():
        return home.space.run(["ip", "-6", "route", "show", "default"]).stdout.strip()

    home.client.wait_ping(PUBLIC)
    assert routed()
    world.tunnel_down()
    until(lambda: not routed(), 20, "the route through a dead tunnel to go")
    world.tunnel_up()
    until(routed, 20, "the route to come back")
    home.client.wait_ping(PUBLIC)


def test_a_script_pings_through_the_tunnel(home):
    home.client.wait_ping(PUBLIC)
    assert home.import_(f":put [/ping {PUBLIC} count=2]").output == ["2"]


def test_removing_the_tunnel_removes_its_routes(home, script):
    home.paste('/interface/wireguard/remove [find where name="wg-cloud"]')
    assert home.client.ping(PUBLIC, 1) == 0
    assert home.space.run(["ip", "link", "show", "wg-cloud"], check=False).returncode == 1


SERVE = f"""
/ipv6/nd/add interface=@LAN@ advertise-dns=no
/ipv6/address/add interface=@LAN@ address={PREFIX.replace("::/", "::1/")} comment="sixrelay"
"""
RETIRE = f"""{{
/ipv6/nd/set [find where interface="bridge"] ra-lifetime=none ra-interval=3s-4s
:delay 3s
@BEFORE@
/ipv6/nd/prefix/add interface=bridge prefix={PREFIX} valid-lifetime=0s preferred-lifetime=0s \
    comment="sixrelay"
:delay 5s
/ipv6/address/remove [find where comment="sixrelay"]
/ipv6/nd/prefix/remove [find where comment="sixrelay"]
/ipv6/nd/set [find where interface="bridge"] ra-lifetime=30m ra-interval=3m20s-10m
}}
"""
SILENT = '/ipv6/address/set [find where comment="sixrelay"] advertise=no'
GONE = '/ipv6/address/remove [find where comment="sixrelay"]'


@pytest.fixture
def lan(namespaces):
    """A home that needs no VPS, its LAN served."""
    home = Home(None, "lan")
    try:
        assert home.paste(SERVE.replace("@LAN@", "bridge")).errors == []
        home.client.wait_address(PREFIX)
        until(home.client.default_route, 10, "a default route")
        yield home
    finally:
        home.close()


@pytest.mark.parametrize(
    "before, refuses",
    [("", False), (SILENT, True), (GONE, True)],
    ids=["beside", "unadvertised", "without"],
)
def test_a_prefix_that_is_over_is_left_at_once(lan, before, refuses):
    """The static row speaks beside an advertised address, and without one."""
    lan.router.model.refuses_static_prefix = refuses
    assert lan.paste(RETIRE.replace("@BEFORE@", before)).errors == []
    assert lan.client.addresses() == []
    assert lan.client.default_route() is None


def test_a_prefix_that_is_over_leaves_the_next_one_alone(lan):
    begin = f"""
    /ipv6/address/set [find where comment="sixrelay"] address={RENUMBERED.replace("::/", "::1/")}
    /ipv6/nd/prefix/add interface=bridge prefix={PREFIX} valid-lifetime=0s preferred-lifetime=0s
    /ipv6/nd/set [find where interface="bridge"] ra-lifetime=29m
    :delay 3s
    """
    assert lan.import_(begin).errors == []
    (address,) = lan.client.addresses()
    assert ipaddress.ip_address(address) in ipaddress.ip_network(RENUMBERED)
    assert lan.client.default_route()


def test_a_static_prefix_is_advertised_without_an_address(namespaces):
    home = Home(None, "static")
    try:
        home.paste(f"/ipv6/nd/prefix/add interface=bridge prefix={RENUMBERED}")
        home.client.wait_address(RENUMBERED)
    finally:
        home.close()


def test_a_bridge_with_a_blank_in_its_name(namespaces):
    start = STARTS["a blank in the bridge's name"]
    home = Home(None, "blank", start.router())
    try:
        assert home.paste(SERVE.replace("@LAN@", f'"{start.bridge}"')).errors == []
        home.client.wait_address(PREFIX)
        tcp.listen(home.space, 8291)
        assert home.client.connect("3fff:0:0:2::1", 8291)
    finally:
        home.close()


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_every_start_can_be_made_true(namespaces, start):
    home = Home(None, "start", start.router())
    try:
        assert (
            home.paste(f'/ipv6/address/add interface="{start.bridge}" address=fd01::1').errors == []
        )
        assert home.space.run(["nft", "list", "table", "ip6", "routeros"]).stdout
    finally:
        home.close()
