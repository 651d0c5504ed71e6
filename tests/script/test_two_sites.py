# SPDX-License-Identifier: MIT
"""Two sites on one router: each has its own names, and goes without the other."""

import pytest

from ..routeros import factory, import_
from ..routeros.checker import check
from ..routeros.starts import SECOND_BRIDGE
from .test_life import files, run

SITES = (
    "[site home]\n"
    "[site guests]\nprefix = original\nlan_bridge = bridge2\nrouter_interface = wg-guests\n"
)


@pytest.fixture
def router():
    router = factory()
    assert import_(router, SECOND_BRIDGE).errors == []
    return router


@pytest.fixture
def scripts(vps):
    """By site: the script, and the way back."""
    return {
        name: (vps.script(SITES, "--site", name), vps.revert_script(SITES, "--site", name))
        for name in ("home", "guests")
    }


def test_the_checker_finds_nothing(scripts):
    for script, back in scripts.values():
        assert check(script) == []
        assert check(back, revert=True) == []


@pytest.mark.parametrize("first, second", [("home", "guests"), ("guests", "home")])
def test_each_comes_and_goes_by_itself(deliver, router, scripts, first, second):
    before = router.configuration()
    run(deliver, router, scripts[first][0])
    one = router.configuration()
    run(deliver, router, scripts[second][0])
    both = router.configuration()
    for name in (first, second):
        run(deliver, router, scripts[name][0])
        assert router.configuration() == both
    run(deliver, router, scripts[second][1])
    assert router.configuration() == one
    run(deliver, router, scripts[second][0])
    run(deliver, router, scripts[first][1])
    alone = factory()
    import_(alone, SECOND_BRIDGE)
    run(deliver, alone, scripts[second][0])
    ours, theirs = router.configuration(), alone.configuration()
    for rows in (ours, theirs):
        for row in rows["/interface/wireguard"]:
            row["listen-port"] = "any that is free"
    assert ours == theirs
    run(deliver, router, scripts[second][1])
    assert router.configuration() == before
    names = {"before-ipv6-wg", "before-ipv6-wg-guests"}
    assert set(files(router)) == {f"{n}.{kind}" for n in names for kind in ("rsc", "backup")}


def test_their_rows_are_told_apart(deliver, router, scripts):
    for script, _ in scripts.values():
        run(deliver, router, script)
    tunnels = router.rows("/interface/wireguard")
    assert [row["name"] for row in tunnels] == ["wg-cloud", "wg-guests"]
    assert len({row["listen-port"] for row in tunnels}) == 2
    assert [row["name"] for row in router.rows("/interface/wireguard/peers")] == [
        "vultr",
        "vultr-wg-guests",
    ]
    routes = [row for row in router.rows("/ipv6/route") if not row.dynamic]
    assert [row["routing-table"] for row in routes] == ["main", "wg-guests"]
    (near, far) = router.rows("/routing/rule")
    assert (near["src-address"], near["min-prefix"], near["table"]) == (
        "2001:db8:0:1::/64",
        0,
        "main",
    )
    assert (far["action"], far["table"]) == ("lookup-only-in-table", "wg-guests")


def test_they_do_not_share_a_bridge(deliver, vps):
    shared = SITES.replace("bridge2", "bridge")
    router = factory()
    run(deliver, router, vps.script(shared, "--site", "home"))
    before = router.configuration()
    report = deliver(router, vps.script(shared, "--site", "guests"))
    assert report.errors == ["sixrelay: another site has bridge already"]
    assert router.configuration() == before
