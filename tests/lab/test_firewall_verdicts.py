# SPDX-License-Identifier: MIT
"""What `verify` says of a firewall's rules is what becomes of real packets."""

import os
import pathlib
import random
import re
import shutil

import pytest

from ..program import SIXRELAY, lacking
from . import rulesets
from .crossing import DISCOVERY, ECHO_REPLY, ICMPV6, TCP, TOO_BIG, UDP, Crossing, Packet

JUDGE = pathlib.Path(SIXRELAY).parent / "tests/unit/judge"
SEED = int(os.environ.get("FIREWALL_SEED", "1"))
ROUNDS = int(os.environ.get("FIREWALL_ROUNDS", "25"))
# Keeps connection tracking in the machine whatever the rules are.
TRACKING = """
table inet keep {
    chain keep { type filter hook output priority 0; ct state new counter; }
}
"""


@pytest.fixture(scope="module")
def crossing(namespaces):
    if not JUDGE.exists():
        lacking(f"{JUDGE} is not built: make check")
    if not shutil.which("iptables-save"):
        lacking("no iptables: tests/setup lab")
    crossing = Crossing(rulesets.PORTS)
    try:
        yield crossing
    finally:
        crossing.close()


class Numbers:
    """Packets that no two have the same of."""

    last = 0

    @classmethod
    def packet(cls, *args, **options):
        cls.last += 1
        return Packet(cls.last, *args, **options)


def packets():
    """One of each kind that the rules may tell apart."""
    new = Numbers.packet
    for port in rulesets.PORTS:
        for family in (4, 6):
            yield new("a", False, family, UDP, port)
            yield new("a", True, family, UDP, port)
        yield new("b", True, 6, UDP, port)
        yield new("a", True, 6, TCP, port)
        yield new("b", True, 6, TCP, port)
    yield new("b", False, 6, UDP, 53)
    yield new("a", True, 6, ICMPV6, 0)
    yield new("b", True, 6, ICMPV6, 0)
    for origin in "ab":
        yield new(origin, True, 6, UDP, 5000, "established")
        yield new(origin, True, 6, ICMPV6, 0, "established", ECHO_REPLY)
        yield new(origin, True, 6, ICMPV6, 0, "related", TOO_BIG)
        for kind in (0, *DISCOVERY):
            yield new(origin, False, 6, ICMPV6, 0, "new", kind)


def clear(machine):
    tables = {"raw": "PREROUTING", "mangle": "PREROUTING INPUT FORWARD POSTROUTING"}
    tables["filter"] = "INPUT FORWARD"
    text = ""
    for table, hooks in tables.items():
        text += f"*{table}\n" + "".join(f":{hook} ACCEPT [0:0]\n" for hook in hooks.split())
        text += "COMMIT\n"
    for command in ("iptables", "ip6tables"):
        machine.run([f"{command}-legacy-restore"], input=text)
    machine.run(["nft", "-f", "-"], input=f"flush ruleset\n{TRACKING}")


def judge(machine, sent):
    """What is thought of each packet with the rules in force, and why."""
    lines = "".join(f"{packet.line()}\n" for packet in sent)
    told = machine.run([str(JUDGE)], input=lines).stdout
    return [line.split("\t") for line in told.splitlines()]


def compare(crossing, load, plain, counts):
    """Loads rules, sends the packets, and compares; plain: everything must be known."""
    machine = crossing.machine
    clear(machine)
    sent = list(packets())
    assert all(crossing.send([packet.asked() for packet in sent if packet.state != "new"]))
    text = load(machine)
    verdicts = judge(machine, sent)
    for packet, arrived, (verdict, table, rule) in zip(sent, crossing.send(sent), verdicts):
        told = f"{packet.line()}\narrived: {arrived}, said: {verdict} by {rule} ({table})\n{text}"
        if verdict == "unknown":
            assert not plain, told
        else:
            assert (verdict == "accept") == arrived, told
        counts[verdict] = counts.get(verdict, 0) + 1


def restore(machine, argv, text):
    """Loads the rules, less those that the program or the kernel doesn't take.

    None when it can't be told which.
    """
    for _ in range(20):
        done = machine.run(argv, check=False, input=text)
        if done.returncode == 0:
            return text
        refused = {int(n) for n in re.findall(r"(?:stdin:|line:? )(\d+)", done.stderr)}
        lines = text.splitlines()
        kept = [line for n, line in enumerate(lines, 1) if n not in refused]
        if len(kept) == len(lines) or any(lines[n - 1] == "COMMIT" for n in refused):
            return None
        text = "\n".join([*kept, ""])
    return None


def iptables(variant, generator, plain):
    def load(machine):
        texts = []
        for family, command in ((4, "iptables"), (6, "ip6tables")):
            text = None
            while text is None:
                text = rulesets.iptables(generator, family, plain)
                text = restore(machine, [f"{command}-{variant}-restore"], text)
            texts.append(text)
        return "\n".join(texts)

    return load


def nft(generator, plain):
    def load(machine):
        text = None
        while text is None:
            text = restore(machine, ["nft", "-f", "-"], rulesets.nft(generator, plain))
        return text

    return load


def both(generator, plain):
    loads = [iptables("nft", generator, plain), nft(generator, plain)]

    return lambda machine: "\n".join(load(machine) for load in loads)


LOADERS = {
    "iptables-nft": lambda generator, plain: iptables("nft", generator, plain),
    "iptables-legacy": lambda generator, plain: iptables("legacy", generator, plain),
    "nft": nft,
    "both": both,
}


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "unknowable"])
@pytest.mark.parametrize("kind", LOADERS)
def test_a_verdict_is_what_becomes_of_the_packet(crossing, capsys, kind, plain):
    generator = random.Random(f"{SEED} {kind} {plain}")
    counts = {}
    for _ in range(ROUNDS):
        compare(crossing, LOADERS[kind](generator, plain), plain, counts)
    with capsys.disabled():
        print(f"\n{kind}: {ROUNDS} rule sets, {counts}", end=" ")
    assert counts["accept"] and counts["drop"]
