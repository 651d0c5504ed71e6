# SPDX-License-Identifier: MIT
"""A paste that went wrong: a terminal that finds a syntax error runs the lines behind it loose."""

import random

import pytest

from ..routeros import ModelError, paste
from ..routeros.starts import PREFIX, STARTS
from .product import OTHER_PREFIX, OTHER_SETTINGS

SETTINGS = "[site home]\nallow_inbound = yes\nmss_clamp = yes\n"
# What may happen to a line on its way.
MISHAPS = {
    "another text": lambda line: "sixrelay nonsense",
    "its end lost": lambda line: line[:-1],
    "its first half lost": lambda line: line[len(line) // 2 :],
    "a quote too many": lambda line: line + '"',
    "a colon lost": lambda line: line.replace(":", "", 1),
}
SOME = 150


def scripts(vps):
    return {"apply": vps.script(SETTINGS), "revert": vps.revert_script(SETTINGS)}


def fresh(vps):
    return STARTS["own ND row"].router(PREFIX)


def applied(vps):
    """With other values than the script has."""
    router = fresh(vps)
    vps.lose_keys()
    other = vps.script(OTHER_SETTINGS, prefix=OTHER_PREFIX)
    assert paste(router, other).errors == []
    return router


def refused(report):
    """Whether the terminal found a syntax error; what then ran, ran loose."""
    return any("(line " in error for error in report.errors)


@pytest.mark.parametrize("kind", ["apply", "revert"])
@pytest.mark.parametrize("state", [fresh, applied])
@pytest.mark.parametrize("mishap", MISHAPS.values(), ids=MISHAPS)
def test_a_spoilt_line_leaves_the_router_as_it_was(vps, kind, state, mishap):
    script = scripts(vps)[kind]
    lines = script.splitlines()
    router = state(vps)
    before, files = router.configuration(), router.rows("/file")
    tried = 0
    for number in range(lines.index("{"), len(lines) - 1):
        line = mishap(lines[number])
        if line.count("}") > line.count("{"):
            continue  # see the next test
        spoilt = [*lines[:number], line, *lines[number + 1 :]]
        try:
            report = paste(router, "\n".join([*spoilt, ""]))
        except ModelError:
            continue  # nobody knows what RouterOS makes of that
        if refused(report):
            tried += 1
            assert router.configuration() == before, lines[number]
            assert router.rows("/file") == files
            assert "sixrelay: done" not in report.output
        elif router.configuration() != before:
            # It was taken, and ran to its end or to a message of its own.
            router = state(vps)
            before, files = router.configuration(), router.rows("/file")
    assert tried > len(lines) / 4


@pytest.mark.parametrize("state", [fresh, applied])
def test_a_block_that_ends_too_soon_is_repaired_by_the_next_paste(vps, state):
    """A brace too many ends it: what stands before runs, and what stands behind does nothing."""
    script = scripts(vps)["apply"]
    lines = script.splitlines()
    good = state(vps)
    assert paste(good, script).errors == []
    for number in range(lines.index("{") + 1, len(lines)):
        router = state(vps)
        before = router.configuration()
        paste(router, "\n".join([*lines[:number], "}", *lines[number:], ""]))
        assert harmless(before, router.configuration()), lines[number]
        assert paste(router, script).errors == []
        assert router.configuration() == good.configuration(), lines[number]


def harmless(before, after):
    """Whether nothing of the owner's is gone, and what is new concerns our tunnel alone."""
    for menu, rows in after.items():
        added = [row for row in rows if row not in before[menu]]
        lost = [row for row in before[menu] if row not in rows]
        if any(not row.get("comment", "").startswith("sixrelay") for row in lost):
            return menu == "/ipv6/nd" and len(lost) == len(added)
        for row in added:
            rule = menu.startswith("/ipv6/firewall") and row["action"] != "passthrough"
            if rule and "wg-cloud" not in (row["in-interface"], row["out-interface"]):
                return False
    return True


@pytest.mark.parametrize("kind", ["apply", "revert"])
@pytest.mark.parametrize("state", [fresh, applied])
def test_a_lost_line_leaves_no_row_without_an_owner(vps, kind, state):
    """Whatever line it is: what is new is tagged, and what is gone was ours."""
    lines = scripts(vps)[kind].splitlines()
    for number in range(lines.index("{") + 1, len(lines) - 1):
        router = state(vps)
        before = router.configuration()
        try:
            paste(router, "\n".join([*lines[:number], *lines[number + 1 :], ""]))
        except ModelError:
            continue  # nobody knows what RouterOS makes of that
        for menu, rows in router.configuration().items():
            if menu != "/ipv6/nd":
                changed = [row for row in rows if row not in before[menu]]
                changed += [row for row in before[menu] if row not in rows]
                for row in changed:
                    assert (row["comment"] or "").startswith("sixrelay"), lines[number]


def test_the_last_line_says_that_nothing_was_done(vps):
    script = vps.script(SETTINGS)
    lines = script.splitlines()
    tail = "sixrelay: NOT DONE: the block was refused, the first error says why"
    for number in range(lines.index("{") + 1, len(lines) - 2):
        spoilt = [*lines[:number], "/ipv6/address/add nonsense=1", *lines[number + 1 :]]
        assert paste(fresh(vps), "\n".join([*spoilt, ""])).output[-1] == tail


def test_a_paste_that_ends_early_does_nothing(vps):
    lines = vps.script(SETTINGS).splitlines()
    for number in range(1, len(lines)):
        router = fresh(vps)
        before = router.configuration()
        report = paste(router, "\n".join(lines[:number]) + "\n")
        assert router.configuration() == before
        assert not report.output


def test_a_block_without_its_first_line_does_nothing(vps):
    for script in scripts(vps).values():
        for state in (fresh, applied):
            router = state(vps)
            before = router.configuration()
            paste(router, script.replace("\n{\n", "\n", 1))
            assert router.configuration() == before
            assert not [row for row in router.rows("/file") if state is fresh]


def test_a_lost_character_is_refused_or_does_no_harm(vps):
    """Any one of them. Where the terminal takes the block all the same, a digit of a value may be
    gone, which nobody can tell.
    """
    script = vps.script(SETTINGS)
    choose = random.Random(1)
    for _ in range(SOME):
        at = choose.randrange(script.index("{\n"), len(script))
        router = fresh(vps)
        before = router.configuration()
        try:
            report = paste(router, script[:at] + script[at + 1 :])
        except ModelError:
            continue  # nobody knows what RouterOS makes of that
        if refused(report):
            assert harmless(before, router.configuration()), script[at - 60 : at + 20]
