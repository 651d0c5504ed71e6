# SPDX-License-Identifier: MIT
"""A script on a router: once, twice, over another state of itself, and back again.

Each on every state that an owner may have left the router in, pasted and imported.
"""

import pytest

from ..routeros import import_, paste
from ..routeros.starts import DROP, STARTS, STOPS
from ..routeros.verdict import Packet, passes
from .product import OTHER_PREFIX, OTHER_SETTINGS, PREFIX, site

EVERYWHERE = pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
INPUT = "sixrelay: accept input from cloud peer (WG)"
INBOUND = "sixrelay: accept inbound to LAN"
GUARD = "sixrelay: drop other input"
FILTER = "/ipv6/firewall/filter"


def run(deliver, router, script):
    """Runs a script that must come to its end; what it printed."""
    report = deliver(router, script)
    assert report.errors == []
    assert report.output[-1] == "sixrelay: done"
    return report.output[:-1]


def files(router):
    """The files by name; an id tells whether one was made anew."""
    return {row["name"]: row.id for row in router.rows("/file")}


def position(router, chain, comment):
    rows = [row for row in router.rows(FILTER, chain=chain) if row["comment"] == comment]
    assert len(rows) == 1, f"{comment}: {len(rows)} rows"
    return router.rows(FILTER, chain=chain).index(rows[0])


@EVERYWHERE
def test_apply_again_change_and_revert(vps, deliver, start):
    router = start.router(PREFIX)
    before = router.configuration()
    script = vps.script(site(start))
    run(deliver, router, script)
    once, kept = router.configuration(), files(router)
    assert once != before
    assert set(kept) == {"before-ipv6-wg.rsc", "before-ipv6-wg.backup"}

    run(deliver, router, script)
    assert router.configuration() == once

    vps.lose_keys()
    other = vps.script(
        OTHER_SETTINGS + site(start, allow_inbound="yes", mss_clamp="yes", ra_mtu="no"),
        prefix=OTHER_PREFIX,
        endpoint="198.51.100.7",
    )
    run(deliver, router, other)
    fresh = start.router(PREFIX)
    run(deliver, fresh, other)
    assert router.configuration() == fresh.configuration()
    assert files(router) == kept

    run(deliver, router, script)
    assert router.configuration() == once

    revert = vps.revert_script(site(start))
    run(deliver, router, revert)
    assert router.configuration() == before
    run(deliver, router, revert)
    assert router.configuration() == before
    assert files(router) == kept


@EVERYWHERE
def test_what_the_router_then_has(vps, deliver, start):
    router = start.router(PREFIX)
    run(deliver, router, vps.script(site(start)))
    (tunnel,) = router.rows("/interface/wireguard", name="wg-cloud")
    private = (vps.root / "etc/wireguard/mikrotik.key").read_text().strip()
    assert (tunnel["private-key"], tunnel["mtu"]) == (private, 1420)
    ports = [row["listen-port"] for row in router.rows("/interface/wireguard")]
    assert len(ports) == len(set(ports))
    (peer,) = router.rows("/interface/wireguard/peers", interface="wg-cloud")
    public = (vps.root / "etc/wireguard/server.pub").read_text().strip()
    assert (peer["name"], peer["public-key"]) == ("vultr", public)
    assert (peer["endpoint-address"], peer["endpoint-port"]) == ("203.0.113.42", 51820)
    assert peer["allowed-address"] == "::/0"
    (transit,) = router.rows("/ipv6/address", comment="sixrelay: transit")
    assert transit["address"] == "fd99:9999:9999::2/64"
    assert (transit["interface"], transit["advertise"]) == ("wg-cloud", False)
    (lan,) = router.rows("/ipv6/address", comment="sixrelay")
    assert (lan["address"], lan["interface"]) == ("3fff:0:0:2::1/64", start.bridge)
    assert lan["advertise"]
    (route,) = router.rows("/ipv6/route", comment="sixrelay: default route")
    assert (route["dst-address"], route["gateway"]) == ("::/0", "fd99:9999:9999::1%wg-cloud")
    assert route["check-gateway"] == "ping"
    (nd,) = router.rows("/ipv6/nd", interface=start.bridge)
    assert nd["mtu"] == 1420
    assert not router.rows("/interface/list/member", interface="wg-cloud")
    assert not [row for row in router.rows("/ipv6/nd/prefix") if not row.dynamic]


@EVERYWHERE
@pytest.mark.parametrize("inbound", ["no", "yes"])
def test_rules_stand_before_the_end_of_their_chain(vps, deliver, start, inbound):
    router = start.router(PREFIX)
    run(deliver, router, vps.script(site(start, allow_inbound=inbound)))
    places = [("input", INPUT)] + [("forward", INBOUND)] * (inbound == "yes")
    for chain, comment in places:
        terminal = start.terminal(router, chain)
        # One that takes nothing from wg-cloud may stand before what lets connections in.
        if terminal and (chain == "input" or start.keeps_out):
            rows = router.rows(FILTER, chain=chain)
            assert position(router, chain, comment) < rows.index(terminal)
    (rule,) = router.rows(FILTER, comment=INPUT)
    assert (rule["action"], rule["in-interface"]) == ("accept", "wg-cloud")
    assert rule["src-address"] == "fd99:9999:9999::1/128"
    assert len(router.rows(FILTER, comment=INBOUND)) == len(places) - 1


@EVERYWHERE
@pytest.mark.parametrize("inbound", ["no", "yes"])
def test_who_gets_in_and_out(vps, start, inbound):
    router = start.router(PREFIX)
    run(paste, router, vps.script(site(start, allow_inbound=inbound)))
    stranger = Packet(arrives="wg-cloud", leaves=start.bridge)
    assert passes(router, "forward", stranger) == (inbound == "yes")
    assert not passes(router, "input", stranger)
    from_vps = Packet(arrives="wg-cloud", src="fd99:9999:9999::1", dst="fd99:9999:9999::2")
    assert passes(router, "input", from_vps)
    from_site = Packet(arrives="wg-cloud", src="fd99:9999:9999::3", dst="fd99:9999:9999::2")
    assert not passes(router, "input", from_site)
    device = {"src": "3fff:0:0:2::80", "dst": "3fff:fff::2"}
    assert passes(router, "forward", Packet(arrives=start.bridge, leaves="wg-cloud", **device))


@EVERYWHERE
def test_all_of_ours_is_tagged(vps, deliver, start):
    router = start.router(PREFIX)
    before = router.configuration()
    run(deliver, router, vps.script(site(start, allow_inbound="yes", mss_clamp="yes")))
    for menu, rows in router.configuration().items():
        if menu != "/ipv6/nd":
            added = [row for row in rows if row not in before[menu]]
            assert all(row["comment"].startswith("sixrelay") for row in added), menu


@pytest.mark.parametrize("start", STOPS.values(), ids=STOPS)
def test_what_is_in_the_way_is_named_and_nothing_changed(vps, deliver, start):
    router = start.router(PREFIX)
    before = router.configuration()
    report = deliver(router, vps.script(site(start)))
    (error,) = report.errors
    assert start.error in error and error.startswith("sixrelay: ")
    assert len(error) <= 80
    assert report.output == []
    assert router.configuration() == before
    assert not files(router)


@pytest.mark.parametrize(
    "version", ["7.9.2", "7.14.3", "7.15", "7.15.3", "7.16beta2", "7.100", "8.0"]
)
def test_a_version_that_is_too_old_is_named(vps, deliver, version):
    """As far as the script gets there: a terminal may stumble over an argument first."""
    router = STARTS["factory"].router(PREFIX)
    before = router.configuration()
    router.version = version
    report = deliver(router, vps.script())
    if version in ("7.9.2", "7.14.3"):
        assert report.errors == [
            "sixrelay: RouterOS 7.15 or later is needed: /system/package/update"
        ]
        assert router.configuration() == before
    else:
        assert report.errors == []


def test_snapshots_go_where_they_outlive_a_reboot(vps, deliver):
    """Where there is a directory flash, the rest is a RAM disk (manual)."""
    router = STARTS["factory"].router(PREFIX)
    router.add("/file", name="flash")
    run(deliver, router, vps.script())
    assert set(files(router)) == {
        "flash",
        "flash/before-ipv6-wg.rsc",
        "flash/before-ipv6-wg.backup",
    }
    printed = run(deliver, router, vps.revert_script())
    assert "  /system/backup/load name=flash/before-ipv6-wg" in printed


@pytest.mark.parametrize("refuses", [False, True], ids=["", "no static prefix beside another"])
def test_the_devices_are_told_in_the_right_order(vps, deliver, refuses):
    """First that this is no router any more, while the address is there; then that the prefix is
    over; and all of it before anything else goes.
    """
    router = STARTS["factory"].router(PREFIX)
    run(deliver, router, vps.script())
    router.refuses_static_prefix = refuses
    seen = []
    router.world.delay = lambda seconds: seen.append(told(router))
    run(deliver, router, vps.revert_script())
    assert seen[0] == ("none", {PREFIX: 2592000})
    assert ("none", {PREFIX: 0}) in seen
    assert [lifetimes for _, lifetimes in seen][-1] == {PREFIX: 0}


def told(router):
    """What the LAN's devices hear: the lifetime of the router, and of each prefix."""
    assert router.rows("/interface/wireguard", name="wg-cloud")
    (nd,) = router.rows("/ipv6/nd", interface="bridge")
    prefixes = router.rows("/ipv6/nd/prefix", interface="bridge")
    return nd["ra-lifetime"], {row["prefix"]: int(row["valid-lifetime"]) for row in prefixes}


def test_the_lan_on_another_bridge_asks_for_a_revert_first(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    before = router.configuration()
    run(deliver, router, vps.script())
    router.add("/interface/bridge", name="lan2")
    between = router.configuration()
    moved = vps.script("[site home]\nlan_bridge = lan2\n")
    report = deliver(router, moved)
    assert "--revert" in report.errors[0]
    assert router.configuration() == between
    run(deliver, router, vps.revert_script("[site home]\nlan_bridge = lan2\n"))
    run(deliver, router, moved)
    (lan,) = router.rows("/ipv6/address", comment="sixrelay", advertise=True)
    assert lan["interface"] == "lan2"
    assert before["/ipv6/nd"] == router.configuration()["/ipv6/nd"][:-1]


def test_another_sites_script_stops(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    settings = "[site home]\n[site cabin]\nprefix = original\n"
    run(deliver, router, vps.script(settings, "--site", "home"))
    before = router.configuration()
    for script in (
        vps.script(settings, "--site", "cabin"),
        vps.revert_script(settings, "--site", "cabin"),
    ):
        report = deliver(router, script)
        assert "another site" in report.errors[0] and "site home" in report.errors[0]
        assert router.configuration() == before


def test_own_nd_row_keeps_what_is_its_owners(vps, deliver):
    start = STARTS["own ND row"]
    router = start.router(PREFIX)
    run(deliver, router, vps.script(site(start)))
    (row,) = router.rows("/ipv6/nd", interface=start.bridge)
    assert (row["mtu"], row["ra-interval"], row["dns"]) == (1420, "30s-1m", "fd00::53")
    assert row["advertise-dns"] == "yes"
    run(deliver, router, vps.script(site(start, ra_mtu="no")))
    assert router.rows("/ipv6/nd", interface=start.bridge)[0]["mtu"] == 1400


def test_what_the_owner_then_changes_in_his_nd_row_survives(vps, deliver):
    start = STARTS["own ND row"]
    router = start.router(PREFIX)
    run(deliver, router, vps.script(site(start)))
    change = "/ipv6/nd/set [find where interface=bridge] "
    change += "mtu=1300 ra-lifetime=10m ra-interval=1m-2m dns=fd00::54"
    import_(router, change)
    run(deliver, router, vps.revert_script(site(start)))
    (row,) = router.rows("/ipv6/nd", interface="bridge")
    assert (row["mtu"], row["ra-lifetime"], row["ra-interval"]) == (1300, 600, "1m-2m")
    assert row["dns"] == "fd00::54"


@pytest.mark.parametrize(
    "note", ["sixrelay: site home", "sixrelay: site home; nd was nonsense", "@; and mine"]
)
def test_an_edited_note_does_not_stop_the_way_back(vps, deliver, note):
    start = STARTS["own ND row"]
    router = start.router(PREFIX)
    before = router.configuration()
    run(deliver, router, vps.script(site(start)))
    (tunnel,) = router.rows("/interface/wireguard", name="wg-cloud")
    note = note.replace("@", tunnel["comment"])
    router.table("/interface/wireguard").set([tunnel], {"comment": note})
    run(deliver, router, vps.revert_script(site(start)))
    after = router.configuration()
    (row,) = [row for row in after["/ipv6/nd"] if row["interface"] == "bridge"]
    assert (row["ra-lifetime"], row["ra-interval"], row["dns"]) == (1200, "30s-1m", "fd00::53")
    after.pop("/ipv6/nd"), before.pop("/ipv6/nd")
    assert after == before


def test_a_tunnel_that_its_owner_renamed_is_ours_all_the_same(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    before = router.configuration()
    run(deliver, router, vps.script())
    once = router.configuration()
    rename = '/interface/wireguard/set [find where name="wg-cloud"] name=mine'
    import_(router, rename)
    run(deliver, router, vps.script())
    assert router.configuration() == once
    import_(router, rename)
    run(deliver, router, vps.revert_script())
    assert router.configuration() == before


def test_the_way_back_without_the_tunnel_ends_the_lans_prefix(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    run(deliver, router, vps.script())
    import_(router, '/interface/wireguard/remove [find where name="wg-cloud"]')
    printed = run(deliver, router, vps.revert_script())
    assert any(f"that {PREFIX} is over" in line for line in printed)
    assert any("/ipv6/nd" in line for line in printed)
    for menu in ("/ipv6/address", "/ipv6/route", FILTER, "/interface/wireguard/peers"):
        rows = [row for row in router.rows(menu) if not row.dynamic]
        assert not [row for row in rows if (row["comment"] or "").startswith("sixrelay")]


def test_an_address_that_its_owner_changed_is_not_said_to_be_over(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    before = router.configuration()
    run(deliver, router, vps.script())
    import_(router, '/ipv6/address/set [find where comment="sixrelay"] address=3fff:0:0:2::5')
    run(deliver, router, vps.revert_script())
    assert router.configuration() == before


def test_a_row_of_ours_advertises_no_dns(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    run(deliver, router, vps.script())
    (row,) = router.rows("/ipv6/nd", interface="bridge")
    assert (row["advertise-dns"], row["ra-lifetime"]) == ("no", 1800)


OURS = [INPUT, GUARD, "sixrelay: drop inbound to LAN", INBOUND]


@pytest.mark.parametrize("inbound", ["no", "yes"])
@pytest.mark.parametrize("comment", OURS)
def test_a_rule_that_came_to_stand_too_low_is_moved(vps, deliver, comment, inbound):
    router = STARTS["factory"].router(PREFIX)
    script = vps.script(f"[site home]\nallow_inbound = {inbound}\n")
    run(deliver, router, script)
    once = router.configuration()
    table = router.table(FILTER)
    for row in router.rows(FILTER, comment=comment):
        table.rows.remove(row)
        table.rows.append(row)
        assert router.configuration() != once
    run(deliver, router, script)
    assert router.configuration() == once


WIDE = ["in-interface-list=!WAN", "in-interface=!ether1", "in-interface-list=all", ""]


@pytest.mark.parametrize("wide", WIDE)
def test_strangers_stay_out_whatever_the_owner_lets_in(vps, deliver, wide):
    """Before the script and after it, at the top of each chain."""
    router = STARTS["factory"].router(PREFIX)
    script = vps.script()
    for _ in range(2):
        for chain in ("input", "forward"):
            first = router.rows(FILTER, chain=chain, dynamic=False)[0]
            text = f"{FILTER}/add chain={chain} action=accept {wide} place-before={first.id}"
            assert import_(router, text).errors == []
        run(deliver, router, script)
        closed(router)


def closed(router, bridge="bridge"):
    stranger = Packet(arrives="wg-cloud", leaves=bridge)
    assert not passes(router, "forward", stranger)
    assert not passes(router, "input", stranger)


@pytest.mark.parametrize(
    "change",
    [
        f'{FILTER}/disable [find where comment="{DROP}"]',
        f'{FILTER}/remove [find where !dynamic !(comment~"^sixrelay")]',
        "/interface/list/member/add list=LAN interface=wg-cloud",
    ],
)
def test_strangers_stay_out_whatever_the_owner_does_later(vps, deliver, change):
    router = STARTS["factory"].router(PREFIX)
    run(deliver, router, vps.script())
    assert import_(router, change).errors == []
    closed(router)
    run(deliver, router, vps.script())
    closed(router)


def test_a_lan_outside_of_the_list_gets_out(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    router.add("/interface/bridge", name="lan2")
    before = router.configuration()
    settings = "[site home]\nlan_bridge = lan2\n"
    device = Packet(arrives="lan2", leaves="wg-cloud", src="3fff:0:0:2::80", dst="3fff:fff::2")
    assert not passes(router, "forward", device)
    run(deliver, router, vps.script(settings))
    assert passes(router, "forward", device)
    closed(router, "lan2")
    run(deliver, router, vps.revert_script(settings))
    assert router.configuration() == before


@pytest.mark.parametrize(
    "states, ends",
    [
        ("new", True),
        ("established,new", True),
        ("!established,related,untracked", True),
        ("!invalid", True),
        ("invalid", False),
        ("established,related", False),
        ("!established,related,new", False),
    ],
)
def test_an_end_is_what_takes_new_connections(vps, states, ends):
    router = STARTS["no firewall"].router(PREFIX)
    for comment in ("the rest", "the end"):
        state = {"connection-state": states} if comment == "the rest" else {}
        router.add(FILTER, chain="forward", action="drop", comment=comment, **state)
    run(paste, router, vps.script("[site home]\nallow_inbound = yes\n"))
    rows = [row["comment"] for row in router.rows(FILTER, chain="forward")]
    assert rows.index(INBOUND) == (1 if ends else 2)


def test_another_default_route_is_named(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    import_(router, "/ipv6/route/add dst-address=::/0 gateway=fe80::1%ether1")
    assert any("another default route" in line for line in run(deliver, router, vps.script()))


def test_a_rule_that_its_owner_disabled_stays_so(vps, deliver):
    router = STARTS["factory"].router(PREFIX)
    script = vps.script()
    run(deliver, router, script)
    router.table(FILTER).set(router.rows(FILTER, comment=INPUT), {"disabled": True})
    once = router.configuration()
    run(deliver, router, script)
    assert router.configuration() == once


def cut_short_is_repaired(vps, kind, is_whole):
    """Cuts one of the scripts at every line where what stands before is whole, and runs either."""
    start = STARTS["own ND row"]
    scripts = {"apply": vps.script(site(start)), "revert": vps.revert_script(site(start))}
    untouched, applied = start.router(PREFIX), start.router(PREFIX)
    run(paste, applied, scripts["apply"])
    expected = {"apply": applied.configuration(), "revert": untouched.configuration()}
    lines = scripts[kind].splitlines(keepends=True)
    for cut in range(lines.index("{\n") + 1, len(lines)):
        if not is_whole(lines, cut):
            continue
        for repair, script in scripts.items():
            router = start.router(PREFIX)
            if kind == "revert":
                run(paste, router, scripts["apply"])
            paste(router, "".join(lines[:cut]) + ':error "cut"\n}\n')
            run(paste, router, script)
            assert router.configuration() == expected[repair], f"cut at {cut}: {lines[cut]}"


def test_a_revert_that_was_cut_short_is_repaired_by_either(vps):
    cut_short_is_repaired(vps, "revert", lambda lines, cut: True)


def test_an_apply_that_was_cut_short_is_repaired_by_either(vps):
    """All but in the middle of the loop, which only looks."""
    cut_short_is_repaired(
        vps,
        "apply",
        lambda lines, cut: cut < len(lines) - 1
        and "\n}" not in "".join(lines[cut:-1])
        and lines[cut] != "}\n",
    )
