# SPDX-License-Identifier: MIT
"""The text of the scripts, whatever the settings are."""

import itertools
import re

import pytest

from ..routeros.checker import check
from .product import OTHER_SETTINGS, PREFIX
from .readme import README, up_to_date

KEY = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
SITES = {
    "defaults": "[site home]\n",
    "a key of its own": f"[site home]\nrouter_public_key = {KEY}\n",
    "the longest names": "[site abcdefghijklmno]\nlan_bridge = 1234567890 234567890.234567890+\n",
    "odd names": "[site 1--2]\nlan_bridge = a._/+- b\n",
}
SWITCHES = ["allow_inbound", "ra_mtu", "mss_clamp"]
COMBINATIONS = [
    "".join(f"{name} = {value}\n" for name, value in zip(SWITCHES, values))
    for values in itertools.product(["no", "yes"], repeat=len(SWITCHES))
]


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
@pytest.mark.parametrize("relay", ["", OTHER_SETTINGS], ids=["", "other settings"])
def test_the_checker_finds_nothing(vps, site, relay):
    for combination in COMBINATIONS:
        for args in ([], ["--no-secret"]):
            assert check(vps.script(relay + site + combination, *args)) == []
    assert check(vps.revert_script(relay + site), revert=True) == []


@pytest.mark.parametrize("prefix", [PREFIX, "3fff::/64", "3fff:fff:fff:fff::/64"])
def test_whatever_the_prefix(vps, prefix):
    assert check(vps.script(prefix=prefix)) == []


def test_lines_for_a_person_fit_a_terminal(vps):
    for script in (vps.script("[site home]\n"), vps.revert_script("[site home]\n")):
        for text in re.findall(r':(?:put|error) "([^"]*)"', script):
            assert len(text) <= 80, text


def test_the_readmes_example_is_the_script_of_today():
    assert README.read_text() == up_to_date(), "run: make update-golden"
