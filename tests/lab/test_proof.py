# SPDX-License-Identifier: MIT
"""The upstream proof with which an apply ends: when it is made, and what follows from it."""

import ipaddress

from .gateway import PUBLIC6, RESERVED

# Answers only where its configuration says auto, as ndppd 0.2.5 does where it says static.
CONTRARY = """#!/bin/sh
grep -q auto /etc/ndppd.conf || exec sleep infinity
sed s/auto/static/ /etc/ndppd.conf >/tmp/ndppd.conf
exec /usr/sbin/ndppd.real -c /tmp/ndppd.conf
"""
# Never answers.
MUTE = "#!/bin/sh\nexec sleep infinity\n"


def apply(vps):
    return vps.run(["sixrelay", "apply"])


def asked_for(lab):
    """The addresses of the reserved /64 that the gateway has asked for."""
    lines = lab.gateway.run(["ip", "-6", "neigh", "show", "dev", "vps"]).stdout.splitlines()
    addresses = [ipaddress.ip_address(line.split()[0]) for line in lines]
    return {each for each in addresses if each in ipaddress.ip_network(RESERVED)}


def replace_ndppd(vps, text):
    vps.run(["mv", "/usr/sbin/ndppd", "/usr/sbin/ndppd.real"])
    vps.write("/usr/sbin/ndppd", text, 0o755)
    vps.run(["systemctl", "stop", "ndppd.service"])


def rule(vps):
    return vps.read("/etc/ndppd.conf").split(RESERVED)[1].split()[1]


def test_an_apply_that_changed_something_ends_with_the_proof(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    done = apply(lab.vps).stdout
    assert "proof for home: 3fff::2:" in done.splitlines()[-1]
    assert "reply after" in done
    seen = asked_for(lab)
    assert len(seen) == 1, "one address that was never used"

    assert "nothing to do" in apply(lab.vps).stdout
    assert asked_for(lab) == seen, "a run with nothing to do sends nothing"

    lab.vps.run(["systemctl", "stop", "ndppd.service"])
    assert "proof for home" in apply(lab.vps).stdout
    assert len(asked_for(lab) - seen) == 1, "a new address each time"


def test_once_after_each_boot(relay):
    relay.vps.reboot()
    done = apply(relay.vps).stdout
    assert "proof for home" in done and "restart" not in done
    seen = asked_for(relay)
    assert "proof" not in apply(relay.vps).stdout
    assert asked_for(relay) == seen


def test_a_gateway_that_answers_no_ping_is_no_failure(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.gateway.run(["nft", "add table ip6 mute"])
    lab.gateway.run(["nft", "add chain ip6 mute in { type filter hook input priority 0; }"])
    lab.gateway.run(["nft", "add rule ip6 mute in icmpv6 type echo-request drop"])
    lab.vps.boot()
    lab.vps.settings(f"[relay]\nproof_hosts = {PUBLIC6}\n")
    assert f"from {PUBLIC6}" in apply(lab.vps).stdout


def test_a_proof_that_fails_is_told_and_no_failure_of_the_apply(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.gateway.detach(RESERVED)
    done = apply(lab.vps)
    assert "proof for home FAILED: no solicitation" in done.stderr
    assert "try: Vultr's panel" in done.stderr


def test_the_other_rule_is_tried_and_kept_where_it_works(relay):
    vps = relay.vps
    replace_ndppd(vps, CONTRARY)
    done = apply(vps)
    assert "FAILED: no advertisement" in done.stderr
    assert "trying ndppd_rule = auto" in done.stdout
    assert "kept ndppd_rule = auto, which works" in done.stdout
    assert rule(vps) == "auto"
    assert "nothing to do" in apply(vps).stdout
    vps.reboot()
    assert "restart" not in apply(vps).stdout
    assert rule(vps) == "auto"


def test_where_neither_works_the_first_one_stays(relay):
    replace_ndppd(relay.vps, MUTE)
    done = apply(relay.vps)
    assert done.stderr.count("FAILED: no advertisement") == 2
    assert "back to ndppd_rule = static" in done.stdout
    assert rule(relay.vps) == "static"
    assert "nothing to do" in apply(relay.vps).stdout


def test_a_rule_that_the_user_has_set_stays(relay):
    replace_ndppd(relay.vps, CONTRARY)
    relay.vps.settings("[relay]\nndppd_rule = static\n")
    done = apply(relay.vps)
    assert "FAILED: no advertisement" in done.stderr
    assert "trying" not in done.stdout
    assert rule(relay.vps) == "static"
