# SPDX-License-Identifier: MIT
"""The verdict on a packet is that of the first rule that takes it."""

import pytest

from . import ModelError, factory, import_
from .verdict import Packet, passes, verdict

STRANGER = Packet(arrives="wg-cloud", leaves="bridge")


def router(*rules):
    """With these rules in forward and no others."""
    made = factory()
    lines = ["/ipv6/firewall/filter/remove [find]", "/interface/bridge/add name=wg-cloud"]
    lines += [f"/ipv6/firewall/filter/add chain=forward {rule}" for rule in rules]
    assert import_(made, "\n".join(lines)).errors == []
    return made


@pytest.mark.parametrize(
    "matchers, taken",
    [
        ("", True),
        ("disabled=yes", False),
        ("protocol=tcp", True),
        ("protocol=!icmpv6", True),
        ("protocol=udp", False),
        ("protocol=tcp dst-port=22", False),
        ("protocol=tcp tcp-flags=syn", True),
        ("connection-state=new,invalid", True),
        ("connection-state=!established,related,untracked", True),
        ("connection-state=established,related,untracked", False),
        ("connection-state=!new", False),
        ("in-interface=wg-cloud", True),
        ("in-interface=!wg-cloud", False),
        ("in-interface=!bridge out-interface=bridge", True),
        ("in-interface-list=LAN", False),
        ("in-interface-list=!LAN", True),
        ("in-interface-list=WAN", False),
        ("in-interface-list=all", True),
        ("out-interface-list=LAN", True),
        ("src-address=3fff:fff::/64", True),
        ("src-address=!3fff:fff::/64", False),
        ("dst-address=3fff:0:0:2::/64", True),
        ("src-address-list=bad_ipv6", False),
        ("dst-address-list=!bad_ipv6", True),
        ("ipsec-policy=in,ipsec", False),
    ],
)
def test_what_a_rule_takes(matchers, taken):
    made = router(f"action=drop {matchers}")
    assert (verdict(made, "forward", STRANGER) is not None) == taken
    assert passes(made, "forward", STRANGER) != taken
    assert passes(made, "input", STRANGER)


def test_the_first_rule_decides():
    made = router("action=passthrough", "action=accept in-interface=wg-cloud", "action=drop")
    assert passes(made, "forward", STRANGER)
    assert not passes(made, "forward", Packet("ether1", "bridge"))


def test_a_list_that_is_gone_is_an_empty_one():
    made = router("action=drop in-interface-list=!LAN")
    assert passes(made, "forward", Packet("bridge", "wg-cloud"))
    import_(made, "/interface/list/remove LAN")
    assert not passes(made, "forward", Packet("bridge", "wg-cloud"))


def test_a_rule_whose_interface_is_gone_is_passed_over():
    made = router("action=drop in-interface=!wg-cloud")
    assert not passes(made, "forward", Packet("bridge"))
    import_(made, "/interface/bridge/remove wg-cloud")
    assert passes(made, "forward", Packet("bridge"))


def test_a_jump_is_beyond_it():
    with pytest.raises(ModelError):
        verdict(router("action=jump jump-target=other"), "forward", STRANGER)
