# SPDX-License-Identifier: MIT
"""What the lab's firewall does to packets is what RouterOS's would do."""

import contextlib

import pytest

from ..routeros import factory, import_
from ..routeros.starts import STARTS
from . import tcp
from .firewall import ruleset
from .netns import Namespace
from .router import Home

PREFIX = "fd01::/64"
ROUTER = "fd01::1"
WINBOX, HTTP = 8291, 8080


@pytest.fixture(scope="module")
def home(namespaces):
    """A router without rules, and a client on its LAN; both listen."""
    model = factory()
    import_(model, "/ipv6/firewall/filter/remove [find]")
    import_(model, f"/ipv6/address/add interface=bridge address={ROUTER}/64")
    home = Home(None, "firewall", model)
    try:
        home.client.wait_address(PREFIX)
        home.client.listen(HTTP)
        tcp.listen(home.space, WINBOX)
        yield home
    finally:
        home.close()


@contextlib.contextmanager
def rule(home, text):
    """A rule of the chain input, for as long as it lasts."""
    report = home.paste(f'/ipv6/firewall/filter/add chain=input comment="test" {text}')
    assert report.errors == []
    try:
        yield
    finally:
        home.paste('/ipv6/firewall/filter/remove [find where comment="test"]')


def passes(home):
    """Whether a ping, a connection to the router and one from it come through."""
    (address,) = home.client.addresses()
    return (
        home.client.ping(ROUTER, 1) == 1,
        tcp.connect(home.client.space, ROUTER, WINBOX, 0.5) is not None,
        tcp.connect(home.space, address, HTTP, 0.5) is not None,
    )


@pytest.mark.parametrize(
    "matchers, expected",
    [
        ("disabled=yes", (True, True, True)),
        ("protocol=tcp", (True, False, False)),
        ("protocol=!icmpv6", (True, False, False)),
        # Neighbour discovery is untracked, and must go on.
        ("connection-state=!established,related,untracked", (False, False, True)),
        ("connection-state=new", (False, False, True)),
        ("connection-state=!new protocol=tcp", (True, False, False)),
        ("connection-state=established,related protocol=tcp", (True, False, False)),
        ("in-interface=!bridge", (True, True, True)),
        ("in-interface=bridge protocol=tcp", (True, False, False)),
        ("in-interface-list=!LAN", (True, True, True)),
        ("in-interface-list=!WAN protocol=tcp", (True, False, False)),
        (f"src-address=!{PREFIX} protocol=tcp", (True, True, True)),
        ("src-address-list=!bad_ipv6 protocol=tcp", (True, False, False)),
        (f"protocol=tcp dst-port=!{WINBOX}", (True, True, False)),
        (f"protocol=tcp port={HTTP}", (True, True, False)),
        ("protocol=tcp tcp-flags=syn,!ack", (True, False, True)),
        ("protocol=tcp tcp-flags=!syn", (True, False, False)),
    ],
)
def test_what_a_drop_takes(home, matchers, expected):
    with rule(home, f"action=drop {matchers}"):
        assert passes(home) == expected


@pytest.mark.parametrize(
    "with_what, expected",
    [
        ("icmp-no-route", "OSError"),
        ("icmp-admin-prohibited", "PermissionError"),
        ("tcp-reset", "ConnectionRefusedError"),
    ],
)
def test_a_reject_says_so(home, with_what, expected):
    with rule(home, f"action=reject protocol=tcp reject-with={with_what}"):
        assert tcp.error(home.client.space, ROUTER, WINBOX) == expected
    with rule(home, "action=drop protocol=tcp"):
        assert tcp.error(home.client.space, ROUTER, WINBOX, 3) == "TimeoutError"


def test_a_rule_whose_interface_is_gone_is_passed_over(home):
    home.paste("/interface/bridge/add name=gone")
    with rule(home, "action=drop in-interface=!gone protocol=tcp"):
        assert passes(home) == (True, False, False)
        home.paste("/interface/bridge/remove gone")
        assert passes(home) == (True, True, True)


def test_a_list_that_is_gone_is_an_empty_one(home):
    home.paste(
        "/interface/list/add name=GONE\n/interface/list/member/add list=GONE interface=bridge"
    )
    with rule(home, "action=drop in-interface-list=!GONE protocol=tcp"):
        assert passes(home) == (True, True, True)
        home.paste("/interface/list/remove GONE")
        assert passes(home) == (True, False, False)


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_nft_takes_the_rules_of_every_start(namespaces, start):
    space = Namespace("firewall-text")
    try:
        space.run(["nft", "-f", "-"], input=ruleset(start.router()))
    finally:
        space.delete()
