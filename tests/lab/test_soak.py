# SPDX-License-Identifier: MIT
"""Hundreds of runs of the agent while the world changes at random: the LAN works or `status` says
why not, and nothing on the machine grows.

What happens is the same with the same seed, and by itself always that of seed 1, so that a failure
is of the change that it came with: --soak-seed any draws another one; --reconciles N sets the length.
"""

import time

import pytest

from .conftest import maker, visible
from .gateway import RESERVED
from .soak import Soak
from .waiting import until

CHECKPOINT = 50
# At which part of the way; between the last one and the end the machine runs through.
REBOOTS = {0.1: "reboot", 0.2: "power cut", 0.3: "reboot"}
NO_MORE = {}


@pytest.fixture
def soak(request, suite, installed):
    seed = request.config.getoption("soak_seed")
    with maker(request, suite) as make:
        with visible(request):
            print(f"\nsoak: seed {seed}: --soak-seed {seed} repeats it", flush=True)
            soak = Soak(make(reserved=[RESERVED]), seed)
        yield soak
        with visible(request):
            summarise(soak, seed)


def test_the_lan_works_or_status_says_why_and_nothing_grows(soak, request):
    total = request.config.getoption("reconciles")
    with visible(request):
        walk(soak, total)


def walk(soak, total):
    reboots = {round(part * total): how for part, how in REBOOTS.items()}
    begin, next_checkpoint = time.monotonic(), 0
    while soak.reconciles < total:
        due = [at for at in reboots if at <= soak.reconciles]
        if due:
            soak.reboot(reboots.pop(due[0]))
            soak.figures.base = None
        soak.step()
        if soak.reconciles >= next_checkpoint:
            next_checkpoint = soak.reconciles + CHECKPOINT
            check_growth(soak)
            seconds = time.monotonic() - begin
            print(f"soak: {soak.reconciles} reconciles, {seconds:.0f} s", flush=True)
    check_growth(soak)


def check_growth(soak):
    """In the world of the start; what ends by itself is given time to."""
    soak.home()
    kept = soak.figures.take()["kept copies"]
    assert kept <= len(soak.edits), "more copies than there were edits that differ"
    if soak.figures.base is None:
        soak.figures.begin(soak.reconciles)
        return
    grown = []

    def same():
        grown.append(soak.figures.grown(soak.reconciles))
        return not grown[-1]

    try:
        until(same, 60, "what a run holds to be let go")
    except TimeoutError:
        assert grown[-1] == NO_MORE


def summarise(soak, seed):
    print(f"soak: seed {seed}, {soak.reconciles} reconciles")
    for name, count in sorted(soak.happened.items()):
        print(f"  {count:4} {name}")
    print(f"soak: {sum(soak.healed.values())} times the LAN worked again")
    print(f"soak: {sum(soak.excused.values())} times status said why not:")
    for name, count in sorted(soak.excused.items()):
        print(f"  {count:4} {name}")
    stale = [f"{name} ({count})" for name, count in soak.stale.items() if count]
    print(f"soak: a proof failed in the midst of: {', '.join(stale) or 'nothing'}")
    print("soak: seconds to settle, by event, of more than 5:")
    for name, seconds in soak.seconds.most_common():
        if seconds > 5:
            print(f"  {seconds:5.1f} {name}")
    print("soak: longest to settle: {:.1f} s, after {}".format(*soak.worst))
    now, base = soak.figures.take(), soak.figures.base or {}
    for name in sorted(now):
        print(f"  {base.get(name, '-'):>8} {now[name]:>8} {name}")
