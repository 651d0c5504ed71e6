# SPDX-License-Identifier: MIT
"""The tables: defaults, refusals, places, and the rows that RouterOS makes itself."""

import subprocess

import pytest

from . import ModelError, factory, import_, x25519

KEY = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="


def run(router, script):
    report = import_(router, script)
    assert report.errors == []
    return report.output


def refusal(router, script):
    """The error of a script that changes nothing."""
    before = router.configuration()
    report = import_(router, script)
    assert router.configuration() == before
    return report.errors[0]


def comments(router, chain):
    rows = router.rows("/ipv6/firewall/filter", chain=chain)
    return [row["comment"].removeprefix("defconf: ") for row in rows]


def add_rule(place):
    return f'/ipv6/firewall/filter/add chain=input comment="new" {place}'


def test_a_rule_without_a_place_goes_below_the_drop():
    router = factory()
    run(router, add_rule(""))
    assert comments(router, "input")[-2:] == ["drop everything else not coming from LAN", "new"]


def test_place_before_the_drop():
    router = factory()
    find = '[/ipv6/firewall/filter/find where chain="input" in-interface-list="!LAN"]'
    run(router, add_rule(f"place-before={find}"))
    assert comments(router, "input")[-2:] == ["new", "drop everything else not coming from LAN"]


@pytest.mark.parametrize("place", ["$id", "[:pick $drops 0]", "($drops->0)"])
def test_place_before_a_single_id(place):
    router = factory()
    script = f"""
    :local drops [/ipv6/firewall/filter/find where chain="input" in-interface-list="!LAN"]
    :local id ""
    :foreach drop in=$drops do={{ :set id $drop }}
    {add_rule(f"place-before={place}")}
    """
    run(router, script)
    assert comments(router, "input")[-2] == "new"


@pytest.mark.parametrize("place", ['[find comment="none"]', "[find action=drop]", "0", "$unset"])
def test_a_place_that_nobody_has_measured(place):
    with pytest.raises(ModelError):
        import_(factory(), add_rule(f"place-before={place}"))


def test_a_place_in_an_empty_table():
    router = factory()
    run(router, "/ipv6/firewall/filter/remove [find]")
    assert refusal(router, add_rule("place-before=0")) == "no such item"


def test_fasttracks_row_comes_first_and_stays():
    router = factory("7.18.2", fasttrack=True)
    first = router.rows("/ipv6/firewall/filter")[0]
    assert (first.dynamic, first["chain"]) == (True, "forward")
    assert "dynamic" in refusal(router, "/ipv6/firewall/filter/remove [find dynamic]")
    with pytest.raises(ModelError):
        import_(router, add_rule("place-before=[find dynamic]"))
    run(router, '/ipv6/firewall/filter/remove [find action="fasttrack-connection"]')
    assert not router.rows("/ipv6/firewall/filter")[0].dynamic


def test_a_key_must_be_one():
    router = factory()
    line = '/interface/wireguard/add name="wg" private-key="{}"'
    assert refusal(router, line.format("c2hvcnQ=")) == "failure: invalid private key"
    assert refusal(router, line.format("not base64")) == "failure: invalid private key"
    run(router, line.format(KEY))
    assert router.interface("wg")["public-key"] == x25519.public(KEY)


def test_wireguards_defaults_and_its_own_key():
    router = factory()
    run(router, "/interface/wireguard/add")
    row = router.interface("wireguard1")
    assert (row["mtu"], row["listen-port"]) == (1420, 13231)
    assert x25519.decode(row["public-key"])


def test_public_keys_are_those_of_wg():
    try:
        done = subprocess.run(["wg", "pubkey"], input=KEY, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no wg")
    assert x25519.public(KEY) == done.stdout.strip()


def test_an_interface_has_one_name_among_all():
    assert "already have" in refusal(factory(), '/interface/wireguard/add name="bridge"')


def test_a_reference_must_exist_and_follows_its_row():
    router = factory()
    line = '/ipv6/address/add address=fd01::1/64 interface="wg" comment="a"'
    assert "interface" in refusal(router, line)
    run(router, '/interface/wireguard/add name="wg"\n' + line)
    row = router.rows("/ipv6/address", comment="a")[0]
    run(router, '/interface/wireguard/set [find name="wg"] name="other"')
    assert row["interface"] == "other"
    gone = router.interface("other").id
    run(router, '/interface/wireguard/remove [find name="other"]')
    assert row["interface"] == gone


def test_addresses_are_spelt_as_routeros_spells_them_and_not_twice():
    router = factory()
    run(router, "/ipv6/address/add address=3FFF:0000:0::1 interface=bridge comment=a")
    row = router.rows("/ipv6/address", comment="a")[0]
    assert (row["address"], row["advertise"]) == ("3fff::1/64", True)
    again = "/ipv6/address/add address=3fff::1/64 interface=bridge"
    assert refusal(router, again) == "failure: already have such address"
    run(router, "/ipv6/address/set [find comment=a] address=3fff::1/64")


def test_an_address_brings_dynamic_rows_and_takes_them_away():
    router = factory()
    run(router, "/ipv6/address/add address=3fff::1/64 interface=bridge comment=a")
    assert [r["prefix"] for r in router.rows("/ipv6/nd/prefix", dynamic=True)] == ["3fff::/64"]
    assert [r["gateway"] for r in router.rows("/ipv6/route")] == ["bridge"]
    assert run(router, ":put [:len [/ipv6/address/find where interface=bridge]]") == ["2"]
    run(router, "/ipv6/address/set [find comment=a] advertise=no")
    assert router.rows("/ipv6/nd/prefix") == []
    run(router, "/ipv6/address/remove [find comment=a]")
    assert router.rows("/ipv6/route") == []


def test_one_nd_row_an_interface():
    router = factory()
    run(router, "/ipv6/nd/add interface=bridge mtu=1420")
    already = "failure: configuration for this interface already exists"
    assert refusal(router, "/ipv6/nd/add interface=bridge") == already
    assert refusal(router, "/ipv6/nd/add") == already  # the default is all, which has its row


@pytest.mark.parametrize("text", ["3s-4s", "3m20s-10m", "20m50s-30m", "3s-30s", "30s-30s"])
def test_intervals_of_advertisements(text):
    router = factory()
    run(router, f"/ipv6/nd/add interface=bridge ra-interval={text}")
    assert router.rows("/ipv6/nd", interface="bridge")[0]["ra-interval"] == text


@pytest.mark.parametrize("text", ["2s-4s", "3s-3s", "10m-3m", "21m-30m", "3s-31m", "3s", "3-4", ""])
def test_intervals_that_are_refused(text):
    assert refusal(factory(), f'/ipv6/nd/set [find interface=all] ra-interval="{text}"')


OVER = (
    "/ipv6/nd/prefix/add interface=bridge prefix=3fff::/64 valid-lifetime=0s preferred-lifetime=0s"
)


def test_a_static_prefix_takes_the_place_of_the_dynamic_one():
    router = factory()
    router.refuses_static_prefix = False
    run(router, "/ipv6/address/add address=3fff::1/64 interface=bridge comment=a\n" + OVER)
    (row,) = router.rows("/ipv6/nd/prefix")
    assert (row.dynamic, row["valid-lifetime"], row["preferred-lifetime"]) == (False, 0, 0)
    run(router, "/ipv6/nd/prefix/remove [find !dynamic]")
    (row,) = router.rows("/ipv6/nd/prefix")
    assert row.dynamic


def test_a_router_refuses_a_static_prefix_beside_the_dynamic_one():
    router = factory()
    run(router, "/ipv6/address/add address=3fff::1/64 interface=bridge comment=a")
    assert "prefix" in refusal(router, OVER)
    run(router, OVER.replace("3fff::", "3fff:1::"))
    run(router, "/ipv6/address/set [find comment=a] advertise=no\n" + OVER)
    assert len(router.rows("/ipv6/nd/prefix", dynamic=False)) == 2


def test_the_public_key_of_a_found_interface():
    router = factory()
    run(router, f'/interface/wireguard/add name="wg" private-key="{KEY}" comment="mine"')
    get = ":put [/interface/wireguard/get {} public-key]"
    found = '[/interface/wireguard/find where name="wg" comment="mine"]'
    assert run(router, get.format(found)) == [x25519.public(KEY)]
    by_variable = f":local mine {found}\n{get.format('$mine')}\n{get.format('($mine->0)')}"
    assert run(router, by_variable) == [x25519.public(KEY)] * 2
    assert run(router, get.format("wg")) == [x25519.public(KEY)]


def test_versions_as_a_script_sees_them():
    script = ":put [/system/resource/get version]"
    assert run(factory("7.18.2"), script) == ["7.18.2 (stable)"]
    (nightly,) = run(factory("nightly"), script)
    assert nightly.startswith("7.")


def test_overlapping_peers_are_nobodys_measurement():
    router = factory()
    run(router, '/interface/wireguard/add name="wg"')
    peer = f'/interface/wireguard/peers/add interface=wg public-key="{KEY}" allowed-address='
    run(router, peer + "fd01::/64")
    run(router, peer + "fd02::/64,0.0.0.0/0")
    with pytest.raises(ModelError):
        import_(router, peer + "::/0")


def test_a_route_may_be_blank():
    router = factory()
    run(router, "/ipv6/route/add")
    assert router.rows("/ipv6/route")[0]["dst-address"] == "::/0"


CABIN = """
/interface/wireguard/add name=wg-cabin
/routing/table/add name="wg-cabin" fib comment="cabin"
"""
ROUTE = '/ipv6/route/add gateway=wg-cabin routing-table="wg-cabin" comment="cabin"'
RULE = '/routing/rule/add src-address=3fff:0:0:3::/64 action=lookup table="wg-cabin"'


def test_main_is_there_and_stays():
    router = factory()
    (main,) = router.rows("/routing/table")
    assert (main["name"], main["fib"], main.dynamic) == ("main", True, True)
    assert "dynamic" in refusal(router, "/routing/table/remove [find name=main]")
    assert "already have" in refusal(router, "/routing/table/add name=main fib")
    assert refusal(router, "/routing/table/set [find name=main] comment=x")
    run(router, CABIN)
    assert [row["name"] for row in router.rows("/routing/table")] == ["main", "wg-cabin"]
    assert "already have" in refusal(router, "/routing/table/set [find comment=cabin] name=main")


def test_fib_is_said_by_its_name_alone():
    router = factory()
    run(router, CABIN + "/routing/table/add comment=b name=b")
    assert run(router, ":put [/routing/table/get [find name=wg-cabin] fib]") == ["true"]
    assert router.rows("/routing/table", name="b")[0]["fib"] is None
    run(router, "/routing/table/set [find name=b] fib")
    assert router.rows("/routing/table", name="b")[0]["fib"] is True
    run(router, "/routing/table/unset [find name=b] fib")
    assert router.rows("/routing/table", name="b")[0]["fib"] is None
    for line in ("/routing/table/add name=c fib=yes", "/ipv6/route/add fib gateway=bridge"):
        assert "expected end of command" in refusal(router, line)
    with pytest.raises(ModelError):
        import_(router, "/routing/table/find where fib=yes")


def test_a_routes_table_must_exist_and_is_followed():
    router = factory()
    no_such = "input does not match any value of routing-table"
    run(router, "/interface/wireguard/add name=wg-cabin")
    assert refusal(router, ROUTE) == no_such
    run(router, CABIN.splitlines()[2] + "\n" + ROUTE)
    run(router, '/routing/table/set [find name="wg-cabin"] name="hut"')
    assert run(router, ':put [:len [/ipv6/route/find routing-table="hut"]]') == ["1"]
    assert refusal(router, "/ipv6/route/set [find comment=cabin] routing-table=x") == no_such


def test_connected_routes_are_in_main():
    router = factory()
    run(router, CABIN + "/ipv6/address/add address=fd01::3/64 interface=wg-cabin")
    (row,) = router.rows("/ipv6/route")
    assert (row["dst-address"], row["routing-table"]) == ("fd01::/64", "main")


@pytest.mark.parametrize("user", [ROUTE, RULE, RULE + " disabled=yes"])
def test_removing_a_table_in_use_is_nobodys_measurement(user):
    router = factory()
    run(router, CABIN + user)
    with pytest.raises(ModelError):
        import_(router, '/routing/table/remove [find name="wg-cabin"]')
    run(router, "/ipv6/route/remove [find comment=cabin]\n/routing/rule/remove [find]")
    run(router, '/routing/table/remove [find name="wg-cabin"]')
    assert router.configuration()["/routing/table"] == []


def test_rules_have_an_order_and_both_families():
    router = factory()
    run(router, CABIN + RULE + " comment=far")
    near = "/routing/rule/add action=lookup table=main min-prefix=0"
    run(router, f"{near} src-address=3fff:0:0:3::9/64 place-before=[find comment=far] comment=near")
    run(router, "/routing/rule/add action=drop dst-address=192.0.2.7 interface=bridge comment=v4")
    rows = router.rows("/routing/rule")
    assert [row["comment"] for row in rows] == ["near", "far", "v4"]
    assert rows[0]["src-address"] == rows[1]["src-address"] == "3fff:0:0:3::/64"
    assert (rows[1]["min-prefix"], rows[2]["dst-address"]) == (None, "192.0.2.7/32")
    assert run(router, ":put [:len [/routing/rule/find min-prefix=0]]") == ["1"]
    assert run(router, ':put [:len [/routing/rule/find table="main"]]') == ["1"]


@pytest.mark.parametrize("action", ["lookup", "lookup-only-in-table", "drop", "unreachable"])
def test_the_actions_of_rules(action):
    router = factory()
    run(router, f"/routing/rule/add action={action} table=main disabled=yes")
    assert router.rows("/routing/rule")[0]["action"] == action


@pytest.mark.parametrize(
    "line",
    [
        "/routing/table/add fib",
        "/routing/rule/add",
        "/routing/rule/add table=main",
        "/routing/rule/add action=lookup",
        "/routing/rule/add action=drop routing-mark=x",
        "/routing/bgp/connection/print",
        "/routing/settings/set policy-rules=main",
    ],
)
def test_routing_that_is_unmeasured_or_not_modelled(line):
    with pytest.raises(ModelError):
        import_(factory(), line)


def test_chains_of_rules_came_with_7_22():
    line = "/routing/rule/add action=drop chain=user"
    assert "expected end of command" in refusal(factory("7.21.5"), line)
    with pytest.raises(ModelError):
        import_(factory("7.22.3"), line)


@pytest.mark.parametrize(
    "line",
    [
        "/ipv6/nd/set [find interface=all] mtu=1000",
        "/ipv6/nd/set [find interface=all] ra-lifetime=soon",
        "/ipv6/nd/set [find interface=all] advertise-dns=maybe",
        "/ipv6/address/add address=nonsense interface=bridge",
        "/ipv6/address/add address=fd01::1/64 interface=bridge advertise=perhaps",
        "/ipv6/route/add gateway=fd01::1%nowhere",
        "/ipv6/route/add check-gateway=sometimes",
        "/routing/rule/add action=lookup table=nowhere",
        "/routing/rule/add action=accept table=main",
        "/routing/rule/add action=drop min-prefix=-1",
        "/routing/rule/add action=drop interface=nowhere",
        "/routing/rule/add action=drop src-address=nonsense",
        "/interface/list/member/add list=NONE interface=bridge",
        "/ipv6/address/set *FFFF advertise=no",
    ],
)
def test_values_that_are_refused(line):
    assert refusal(factory(), line)


def test_set_and_remove_of_nothing_are_harmless():
    router = factory()
    before = router.configuration()
    run(router, '/ipv6/address/set [find comment="x"] advertise=no')
    run(router, '/ipv6/address/remove [find comment="x"]')
    assert router.configuration() == before


def test_row_numbers_are_for_people():
    with pytest.raises(ModelError):
        import_(factory(), "/ipv6/firewall/filter/remove 0")


def test_snapshots_are_files():
    script = (
        "/export file=before\n/system/backup/save name=before dont-encrypt=yes\n"
        ':put [:len [/file/find where name="before.rsc" or name="before.backup"]]'
    )
    assert run(factory(), script) == ["2"]


def test_log():
    router = factory()
    run(router, '/log info "one"\n:log warning "two"')
    assert router.log == [("info", "one"), ("warning", "two")]
