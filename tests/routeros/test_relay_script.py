# SPDX-License-Identifier: MIT
"""A whole script like the product's, against factory routers."""

from pathlib import Path

import pytest

from . import factory, import_, paste, x25519

TEXT = (Path(__file__).parent.parent / "data/routeros/relay.rsc").read_text()
PRIVATE = x25519.generate()
SCRIPT = TEXT.replace("@PRIVATE@", PRIVATE).replace("@PUBLIC@", x25519.public(PRIVATE))
OURS = "accept input from cloud peer (WG)"
BOTH = pytest.mark.parametrize("deliver", [import_, paste])
STARTS = pytest.mark.parametrize(
    "start", [{}, {"version": "7.18.2"}, {"version": "7.24", "fasttrack": True}]
)


@BOTH
@STARTS
def test_twice_is_once(deliver, start):
    router = factory(**start)
    assert deliver(router, SCRIPT).output == ["sixrelay: done."]
    once = router.configuration()
    report = deliver(router, SCRIPT)
    assert (report.output, report.errors) == (["sixrelay: done."], [])
    assert router.configuration() == once


@BOTH
@STARTS
def test_what_the_router_then_has(deliver, start):
    router = factory(**start)
    deliver(router, SCRIPT)
    addresses = router.rows("/ipv6/address", comment="sixrelay")
    assert [(row["address"], row["interface"], row["advertise"]) for row in addresses] == [
        ("fd99:9999:9999::2/64", "wg-cloud", False),
        ("3fff:0:0:2::1/64", "bridge", True),
    ]
    (peer,) = router.rows("/interface/wireguard/peers")
    assert (peer["endpoint-address"], peer["endpoint-port"]) == ("203.0.113.42", 51820)
    (route,) = router.rows("/ipv6/route", comment="sixrelay")
    assert route["gateway"] == "fd99:9999:9999::1%wg-cloud"
    rules = [row["comment"] for row in router.rows("/ipv6/firewall/filter", chain="input")]
    assert rules[-2] == OURS
    (nd,) = router.rows("/ipv6/nd", interface="bridge")
    assert (nd["mtu"], nd["advertise-dns"]) == (1420, "no")
    members = [row["interface"] for row in router.rows("/interface/list/member")]
    assert "wg-cloud" not in members


@BOTH
def test_an_empty_firewall_gets_the_rule_all_the_same(deliver):
    router = factory()
    deliver(router, "/ipv6/firewall/filter/remove [find]")
    assert deliver(router, SCRIPT).errors == []
    assert [row["comment"] for row in router.rows("/ipv6/firewall/filter")] == [OURS]


@BOTH
@pytest.mark.parametrize(
    "state, complaint",
    [
        ("/ipv6/settings/set disable-ipv6=yes", "IPv6 is disabled"),
        ('/interface/bridge/set bridge name="lan"', "no interface named bridge"),
        ('/interface/wireguard/add name="wg-cloud"', "not ours"),
    ],
)
def test_the_preflight_stops_before_anything_changes(deliver, state, complaint):
    router = factory()
    import_(router, state)
    before = router.configuration()
    report = deliver(router, SCRIPT)
    assert complaint in report.errors[0]
    assert report.output == []
    assert router.configuration() == before
