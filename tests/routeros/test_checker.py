# SPDX-License-Identifier: MIT
"""The checker finds each thing that is wrong with a script, on its line, and nothing else."""

from pathlib import Path

import pytest

from . import factory, import_, paste
from .checker import check

SAMPLE = (Path(__file__).parent.parent / "data/routeros/checked.rsc").read_text()
LOOK = "# 1. Look. Nothing is changed here.\n"
GATE = ':local go "yes"\n'
GO = ':if ($go = "yes") do={ '
DELAY = GO + ":delay 3s }"
LAST = ':put "sixrelay: nothing was done" }\n}\n'
FILTER = "/ipv6/firewall/filter"
READ = "[/ipv6/settings/get disable-ipv6]"
NO_WIREGUARD = '[:len [/interface/wireguard/find where name="wg-cloud"]] = 0'
NO_ADDRESS = '[:len [/ipv6/address/find where address="fd99::2/64" interface="wg-cloud"]] = 0'
SET_ND = "/ipv6/nd/set [/ipv6/nd/find where interface=$br]"
SET_WIREGUARD = 'set [/interface/wireguard/find where name="wg-cloud" comment~"^sixrelay"]'
SET_RULE = f"set [{FILTER}/find where comment=$rule]"
FACTORY = 'where chain="input" comment~"^defconf"'

# What is replaced, by what, and all rules that then find something: the first of them on the line
# of the first difference, the others anywhere.
MUTATIONS = {
    # Characters and lines.
    "a TAB": ("IPv6 is disabled", "IPv6\tis disabled", "bytes"),
    "CR LF": ("{\n# 1.", "{\r\n# 1.", "bytes"),
    "not ASCII": ("isn't ours", "isn\u2019t ours", "bytes"),
    "a control character": ("isn't ours", "isn't\a ours", "bytes"),
    "a long line": ("# The last one", "# The" + 200 * "x", "bytes"),
    "no end of the last line": (LAST, LAST[:-1], "bytes"),
    "an empty line at the end": (LAST, LAST + "\n", "bytes"),
    "text before the block": ("{\n# 1.", ":put 1\n{\n# 1.", "shape"),
    "text behind the block": (LAST, LAST + ":put 1\n", "shape last-word"),
    "a comment behind the block": (LAST, LAST + "# end\n", "shape"),
    "a comment behind a brace": (LAST, LAST[:-1] + " # end\n", "comments shape parse"),
    "a comment behind a command": (GATE, GATE[:-1] + " # on\n", "comments parse"),
    "an indented comment": ("# 2.", "  # 2.", "comments"),
    "no opening brace": ("{\n" + LOOK, "", "shape parse"),
    "no closing brace": (LAST, LAST[:-2], "shape parse"),
    "a closing brace not alone": (LAST, LAST[:-3] + " }\n", "shape"),
    "a brace that stays open": ('is disabled" }', 'is disabled"', "self-contained parse"),
    "a parenthesis over two lines": ("($late , $r)", "($late ,\n$r)", "self-contained"),
    "a continued line": ('tag "sixrelay', 'tag \\\n"sixrelay', "self-contained"),
    "a change over two lines": (":delay 3s }", ":delay 3s\n}", "self-contained"),
    "a change in a block": ('set late ""\n', 'set late ""; :delay 1s\n', "self-contained gated"),
    "a second private key": (":delay 3s", ':put "private-key=x"', "one-secret"),
    # Strings.
    "a dollar in a string": ("\\$0", "$a0", "strings"),
    "hexadecimals in lower case": ("\\5F", "\\5f", "strings parse"),
    "an unknown escape": ("\\5F", "\\q", "strings parse"),
    "an escape of a control character": ("\\5F", "\\a", "strings"),
    "a string without an end": ('site home"\n:if', "site home\n:if", "strings parse"),
    # The parser.
    "an unknown argument": ("listen-port=13231", "listening-port=13231", "parse"),
    "an unknown menu": (f"{FILTER}/remove", "/ipv6/fire/filter/remove", "parse"),
    "an unknown command": (f"{FILTER}/remove", f"{FILTER}/erase", "parse"),
    "an argument from 7.21 on": ("listen-port=13231", "vrf=main", "parse"),
    "an argument until 7.20": ("check-gateway=ping", "suppress-hw-offload=no", "parse"),
    "a menu that isn't modelled": (":delay 3s", "/tool/netwatch/add host=::1", "parse"),
    "a relative command": (SET_ND, SET_ND[1:], "relative"),
    "a relative find": (SET_ND, SET_ND.replace("[/ipv6/nd/", "["), "relative"),
    "a command behind a colon": (":delay 3s", ':log info "x"', "relative"),
    "a change of the menu": (GATE, "/ipv6/nd\n" + GATE, "menu-change"),
    ":global": (":local our", ":global our", "forbidden"),
    ":execute": (":delay 3s", ':execute "x"', "forbidden parse"),
    ":parse": (":delay 3s", ':put [:parse "x"]', "forbidden parse"),
    "the scheduler": (":delay 3s", "/system scheduler add name=x", "forbidden parse"),
    "fetch": (":delay 3s", "/tool/fetch url=x", "forbidden parse"),
    # When something is changed.
    "a change without the gate": (GO + SET_ND, ":if (true) do={ " + SET_ND, "gated"),
    "a change that stands loose": (DELAY, ":delay 3s", "gated"),
    "a change behind another value": (DELAY, DELAY.replace("yes", "no"), "gated"),
    "a change behind or": (DELAY, DELAY.replace(")", " || true)"), "gated"),
    "a change in the else": (DELAY, GO + "} else={ :delay 3s }", "gated"),
    "a second statement on its line": (DELAY, DELAY + "; :put 1", "gated"),
    "a change in a value": (":local our", ":local x [/log/info x]\n:local our", "gated"),
    "a printed file": (":local our", "/ipv6/nd/print file=x\n:local our", "gated"),
    "a gate that is set": ("# 2.", ':set go "no"\n# 2.', "gated"),
    "a gate twice": ("# 2.", GATE + "# 2.", "gated"),
    "a gate as a counter": ("# 2.", ":foreach go in={1} do={}\n# 2.", "gated"),
    "a change before the preflight": (
        LOOK,
        ':local on "1"; :if ($on = "1") do={ :delay 1s }\n',
        "preflight gated",
    ),
    "a gate before the preflight": (LOOK, GATE, "preflight gated"),
    "no last word": (LAST, LAST.replace("}\n}", "}\n:local end 1\n}"), "last-word"),
    "a last word in one case": (LAST, LAST.replace(":put", ":local x"), "last-word"),
    "a last word for anything": ('yes") do={ :put', 'no") do={ :put', "last-word"),
    # What is added.
    "an add without a guard": (NO_ADDRESS, "true", "guarded"),
    "a guard in another menu": (
        NO_WIREGUARD,
        NO_WIREGUARD.replace("guard/f", "guard/peers/f"),
        "guarded",
    ),
    "a guard on another value": (NO_WIREGUARD, NO_WIREGUARD.replace("cloud", "x"), "guarded"),
    "a guard on another property": (
        NO_WIREGUARD,
        NO_WIREGUARD.replace("name", "comment"),
        "guarded",
    ),
    "a guard the wrong way round": (NO_WIREGUARD, NO_WIREGUARD.replace("= 0", "> 0"), "guarded"),
    "a guard behind or": (NO_WIREGUARD, f"({NO_WIREGUARD} || true)", "guarded"),
    "a prefix without a catch": (" on-error={}", "", "guarded"),
    "no tag": (' check-gateway=ping comment="sixrelay"', "", "tagged guarded"),
    "another's tag": ("mtu=1420 comment=$tag", 'mtu=1420 comment="mine"', "tagged"),
    "a tag that nobody sets": (
        "mtu=1420 comment=$tag",
        "mtu=1420 comment=$not",
        "tagged variables",
    ),
    "a required argument missing": (" allowed-address=::/0", "", "required"),
    "a blank route": (" dst-address=::/0 gateway=fd99::1%wg-cloud", "", "required"),
    "a place without a guard": (" && [:len $at] > 0", "", "place-before"),
    "a place behind another guard": ("[:len $at] > 0", "[:len $late] > 0", "place-before"),
    "a place out of a list": ("=$at", "=($at->0)", "place-before"),
    "a place by number": ("place-before=$at", "place-before=0", "place-before"),
    # What is changed and removed.
    "a row's number": (SET_ND, "/ipv6/nd/set 0", "targets"),
    "a row's name": (SET_ND, '/ipv6/nd/set "all"', "targets"),
    "any row": (SET_RULE, f"set [{FILTER}/find]", "targets"),
    "rows of anybody": (SET_RULE, f'set [{FILTER}/find where chain="input"]', "targets"),
    "rows of another": (SET_WIREGUARD, SET_WIREGUARD.replace("^six", "^the"), "targets"),
    "rows that aren't ours": (SET_WIREGUARD, SET_WIREGUARD.replace("t~", "t!="), "targets"),
    "rows that may be ours": (SET_RULE, SET_RULE.replace("$rule", "$action"), "targets"),
    "rows of another menu": (SET_ND, SET_ND.replace("nd/find", "address/find"), "targets"),
    "rows that nobody found": ("remove $late", "remove $action", "targets"),
    "rows of a loop in another menu": ("nd/prefix/find where", "address/find where", "targets"),
    "settings": (":delay 3s", "/ipv6/settings/set forward=yes", "targets"),
    # What is read.
    "an unknown property": ('"input" comment~', '"input" colour=red comment~', "names"),
    "a property of some versions": (
        "&& [:len $mine] = 0) do",
        "&& [:len [/interface/wireguard/find where vrf=x]] = 0) do",
        "names",
    ),
    "an argument that is no property": (
        '^defconf" !dynamic]',
        '^defconf" place-before=1]',
        "names",
    ),
    "a where that asks if a rule is disabled": (
        '^defconf" !dynamic]',
        '^defconf" !disabled]',
        "names",
    ),
    "a get of an unknown property": ("$r in-interface-list", "$r in-list", "names"),
    "a get of a setting": (READ, "[/ipv6/settings/get ipv6]", "names"),
    "a get without a property": ("filter/get $r action", "filter/get $r", "names"),
    "a get of no row": ("filter/get $r action", "filter/get action", "names"),
    "a variable that is nowhere": (':if ($action = "drop"', ':if ($actoin = "drop"', "variables"),
    "a set of a variable that is nowhere": ("set at $r", "set ta $r", "variables place-before"),
    "a set of no variable": ("set at $r", "set $at $r", "variables place-before"),
    "a get by number": ("filter/get $r action", "filter/get 0 action", "positions"),
    "a move by number": (
        SET_ND + " mtu=1420",
        f"{FILTER}/move [{FILTER}/find where comment=$rule] destination=0",
        "positions",
    ),
    "an address without quotes": (
        NO_ADDRESS,
        NO_ADDRESS.replace('"fd99::2/64"', "fd99::2/64"),
        "quoted",
    ),
    "an address that is no string": (
        NO_ADDRESS,
        NO_ADDRESS.replace('"fd99::2/64"', "$mine"),
        "quoted",
    ),
    "a name without quotes": (NO_WIREGUARD, NO_WIREGUARD.replace('"', ""), "quoted"),
    "a factory rule in any chain": (FACTORY, 'where comment~"^defconf"', "defconf"),
    "a factory rule by its comment": (FACTORY, 'where comment="defconf: drop"', "defconf"),
}

# Likewise; then, what stands on the line of a finding.
ELSEWHERE = {
    "no gate": (GATE, "", "gated last-word variables", "/export file"),
    "a gate of a block": (GATE, "{ " + GATE + "}\n", "gated last-word", "/export file"),
    "a gate worked out": (GATE, ':local go ("ye" . "s")\n', "gated last-word", "/export file"),
    "a tag that may be another's": ("tag ($tag .", 'tag ("x" . $tag .', "tagged", "comment=$tag"),
    "a place in another menu": (':local at ""', ":local at $mine", "place-before", "=$at"),
    "rows of any comment": (' where comment="sixrelay: late"', "", "targets", "remove $late"),
    "rows of another menu": (':local late ""', ":local late $mine", "targets", "remove $late"),
    "an error at the end": (DELAY, ':error "x"', "preflight", "/export file"),
}


def line_of_difference(text):
    """The line of the sample where text begins to differ, or the last one of text."""
    pairs = zip(SAMPLE, text + "\0")
    at = next((i for i, (one, other) in enumerate(pairs) if one != other), len(SAMPLE))
    return min(SAMPLE.count("\n", 0, at) + 1, len(text.splitlines()))


def test_the_sample_is_fine_and_runs():
    assert check(SAMPLE) == []
    for deliver in (import_, paste):
        router = factory()
        assert deliver(router, SAMPLE).output == ["sixrelay: done"]
        once = router.configuration()
        assert deliver(router, SAMPLE).errors == []
        assert router.configuration() == once


def mutate(old, new):
    assert SAMPLE.count(old) == 1
    text = SAMPLE.replace(old, new)
    assert text != SAMPLE
    return text


@pytest.mark.parametrize("old, new, rules", MUTATIONS.values(), ids=MUTATIONS)
def test_a_mutation_is_found(old, new, rules):
    text = mutate(old, new)
    found = check(text)
    assert (line_of_difference(text), rules.split()[0]) in [(f.line, f.rule) for f in found]
    assert {f.rule for f in found} == set(rules.split())


@pytest.mark.parametrize("old, new, rules, place", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_mutation_is_found_elsewhere(old, new, rules, place):
    text = mutate(old, new)
    found = check(text)
    line = text.count("\n", 0, text.index(place)) + 1
    assert (line, rules.split()[0]) in [(f.line, f.rule) for f in found]
    assert {f.rule for f in found} == set(rules.split())


def test_only_a_revert_goes_without_a_preflight():
    text = SAMPLE.replace(":error", ":put")
    assert [f.rule for f in check(text)] == ["preflight"]
    assert check(text, revert=True) == []


def test_only_the_versions_that_fail_are_named():
    (finding,) = check(mutate("listen-port=13231", "vrf=main"))
    assert finding.message.endswith("in 7.15.3, 7.16.2, 7.17.1, 7.18.2, 7.19.6, 7.20.8")
    (finding,) = check(mutate("listen-port=13231", "colour=red"))
    assert finding.message.endswith("in every version")


def test_a_script_is_short():
    long = mutate("# 2. Change.", 100 * ("#" + 180 * "x" + "\n"))
    assert [f.rule for f in check(long)] == ["bytes"]


@pytest.mark.parametrize(
    "text", ["", "\n", "{\n}\n", "}", '"', ":local\n", "{\n:set $x 1\n:if\n}\n"]
)
def test_what_is_no_script_has_findings(text):
    assert check(text)
