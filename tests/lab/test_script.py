# SPDX-License-Identifier: MIT
"""The router's script on the wire: what the LAN and the internet notice of it."""

import pytest

from ..routeros import factory, import_
from ..routeros.starts import SECOND_BRIDGE, STARTS
from . import tcp
from .gateway import PUBLIC6, RESERVED, RESERVED2
from .router import Home
from .scripts import announced
from .waiting import until

DONE = "sixrelay: done"
SERVICE = 8080


@pytest.fixture
def make_home(relay):
    """Makes the home of a start state, and gives its router the script."""

    def make(start="factory", settings="", deliver=Home.paste):
        bridge = STARTS[start].bridge
        relay.vps.settings(f"[site home]\nlan_bridge = {bridge}\n{settings}")
        relay.vps.run(["sixrelay", "apply"])
        model = STARTS[start].router(RESERVED)
        home = relay.add_home(Home(relay.gateway, f"{relay.name}-home", model))
        report = deliver(home, relay.vps.run(["sixrelay", "script"]).stdout)
        assert (report.errors, report.output[-1]) == ([], DONE)
        home.address = home.client.wait_address(RESERVED)
        home.client.wait_ping(PUBLIC6)
        return home

    return make


def change(relay, home, settings):
    """Other settings, and the script for them."""
    relay.vps.settings(f"[site home]\n{settings}")
    relay.vps.run(["sixrelay", "apply"])
    report = home.paste(announced(relay.vps))
    assert (report.errors, report.output[-1]) == ([], DONE)


def revert(relay, home):
    report = home.paste(relay.vps.run(["sixrelay", "script", "--revert"]).stdout)
    assert (report.errors, report.output[-1]) == ([], DONE)


def test_strangers_are_kept_out_until_they_are_let_in(relay, make_home):
    home = make_home()
    home.client.listen(SERVICE)
    assert tcp.connect(relay.public, home.address, SERVICE) is None
    change(relay, home, "allow_inbound = yes\n")
    assert tcp.connect(relay.public, home.address, SERVICE) == PUBLIC6
    change(relay, home, "allow_inbound = no\n")
    assert tcp.connect(relay.public, home.address, SERVICE) is None
    assert home.client.ping(PUBLIC6) == 3


@pytest.mark.parametrize(
    "start", ["no firewall", "drop of all, LAN to WAN only", "drop from the WAN only", "reject"]
)
def test_whatever_the_firewall(relay, make_home, start):
    """The LAN gets out; strangers get in only where they may, and never to the router."""
    home = make_home(start)
    tcp.listen(relay.public, SERVICE)
    home.client.listen(SERVICE)
    tcp.listen(home.space, SERVICE)
    router = RESERVED.replace("::/64", "::1")
    for inbound, expected in (("no", None), ("yes", PUBLIC6)):
        change(relay, home, f"allow_inbound = {inbound}\n")
        assert home.client.connect(PUBLIC6, SERVICE) == home.address
        assert tcp.connect(relay.public, home.address, SERVICE) == expected
        assert tcp.connect(relay.public, router, SERVICE) is None
        assert tcp.connect(relay.vps, "fd99:9999:9999::2", SERVICE) == "fd99:9999:9999::1"
        argv = ["ping", "-c1", "-W2", home.address]
        assert relay.public.run(argv, check=False).returncode == 0, "ICMPv6 passes"


def test_the_lan_is_told_the_tunnels_mtu(relay, make_home):
    home = make_home()
    assert home.client.mtu() == 1420
    relay.vps.settings("[relay]\nmtu = 1380\n")
    relay.vps.run(["sixrelay", "apply"])
    assert home.paste(announced(relay.vps)).errors == []
    until(lambda: home.client.mtu() == 1380, 10, "the other MTU")
    home.client.wait_ping(PUBLIC6)
    assert home.client.ping(PUBLIC6, 1, size=1380 - 48) == 1


def test_tcp_is_told_it_where_the_lan_is_not(relay, make_home):
    home = make_home(settings="ra_mtu = no\n")
    assert home.client.mtu() == 1500
    tcp.listen(relay.public, SERVICE)
    fits = 1420 - 60
    assert min(tcp.segments(home.client.space, PUBLIC6, SERVICE)) > fits
    change(relay, home, "ra_mtu = no\nmss_clamp = yes\n")
    assert tcp.segments(home.client.space, PUBLIC6, SERVICE) == (fits, fits)


@pytest.mark.parametrize(
    "deliver, refuses",
    [(Home.paste, False), (Home.import_, False), (Home.paste, True)],
    ids=["paste", "import", "no static prefix beside an address"],
)
def test_the_way_back_leaves_no_device_behind(relay, make_home, deliver, refuses):
    home = make_home("own ND row", deliver=deliver)
    model = home.router.model
    model.refuses_static_prefix = refuses
    told = []
    delay = model.world.delay
    model.world.delay = lambda seconds: (delay(seconds), told.append(state(home.client)))
    script = relay.vps.run(["sixrelay", "script", "--revert"]).stdout
    report = deliver(home, script)
    assert (report.errors, report.output[-1]) == ([], DONE)
    assert told[0] == (False, True), "no default route any more, and the address still good"
    assert told[-1] == (False, False)
    assert "wg-cloud" not in home.space.run(["ip", "link"]).stdout
    assert model.configuration() == STARTS["own ND row"].router(RESERVED).configuration()


def state(client):
    """Whether it has a default route, and an address for new connections."""
    return bool(client.default_route()), bool(client.addresses())


def test_there_and_back_and_there_again(relay, make_home):
    home = make_home()
    revert(relay, home)
    assert state(home.client) == (False, False)
    assert home.paste(announced(relay.vps)).errors == []
    home.client.wait_address(RESERVED)
    home.client.wait_ping(PUBLIC6)


def test_another_prefix_ends_the_old_one(relay, make_home):
    home = make_home()
    relay.detach(RESERVED)
    relay.attach(RESERVED2)
    relay.vps.run(["sixrelay", "apply"])
    report = home.paste(announced(relay.vps))
    assert report.errors == []
    assert f"sixrelay: telling the LAN that {RESERVED} is over" in report.output
    home.client.wait_address(RESERVED2)
    assert home.address not in home.client.addresses()
    assert home.client.default_route()
    home.client.wait_ping(PUBLIC6)


def test_a_second_paste_leaves_the_tunnel_alone(relay, make_home):
    home = make_home()

    def seen():
        return relay.vps.run(["wg", "show", "wg0", "latest-handshakes"]).stdout

    before = seen()
    assert home.paste(announced(relay.vps)).errors == []
    assert home.client.ping(PUBLIC6) == 3
    assert seen() == before


def test_a_router_that_makes_its_own_key(relay):
    home = relay.add_home(Home(relay.gateway, f"{relay.name}-home"))
    report = home.paste(relay.vps.run(["sixrelay", "script", "--no-secret"]).stdout)
    assert report.errors == []
    (line,) = [line for line in report.output if line.startswith("router_public_key = ")]
    home.client.wait_address(RESERVED)
    assert home.client.ping(PUBLIC6, 1) == 0

    relay.vps.settings(f"[site home]\n{line}\n")
    relay.vps.run(["sixrelay", "apply"])
    home.client.wait_ping(PUBLIC6)
    script = relay.vps.run(["sixrelay", "script"]).stdout
    assert "private-key=" not in script
    report = home.paste(script)
    assert (report.errors, report.output[-1]) == ([], DONE)
    assert not [line for line in report.output if "router_public_key" in line]
    home.client.wait_ping(PUBLIC6)


def test_two_lans_of_one_router(new_lab):
    """Each through its own tunnel, and each reached."""
    lab = new_lab(reserved=[RESERVED, RESERVED2])
    lab.vps.boot()
    lab.vps.settings(
        "[site home]\n[site guests]\nlan_bridge = bridge2\nrouter_interface = wg-guests\n"
    )
    lab.vps.run(["sixrelay", "apply"])
    model = factory()
    assert import_(model, SECOND_BRIDGE).errors == []
    home = lab.add_home(Home(lab.gateway, f"{lab.name}-home", model))
    guests = home.add_lan("bridge2")
    for site in ("home", "guests"):
        report = home.paste(announced(lab.vps, site))
        assert (report.errors, report.output[-1]) == ([], DONE)
    for client, prefix in ((home.client, RESERVED), (guests, RESERVED2)):
        address = client.wait_address(prefix)
        client.wait_ping(PUBLIC6)
        assert client.ping(PUBLIC6) == 3
        assert client.ping(prefix.replace("::/64", "::1")) == 3
        argv = ["ping", "-c1", "-W2", address]
        assert lab.public.run(argv, check=False).returncode == 0
    back = lab.vps.run(["sixrelay", "script", "--revert", "--site", "guests"]).stdout
    assert home.paste(back).errors == []
    assert guests.addresses() == []
    assert home.client.ping(PUBLIC6) == 3
