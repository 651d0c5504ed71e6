# SPDX-License-Identifier: MIT
"""What `sixrelay verify` says of a relay that works, and of each fault of the table.

That people notice what the table says, and nothing any more once the fault is out, is tested too.
"""

import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import time

import pytest

from .faults import FAULTS
from .gateway import PUBLIC6, RESERVED, RESERVED2
from .router import Home
from .scripts import announced
from .test_apply import activations, files

CHECKS = ["metadata", "clock", "files", "prefix", "nic", "default-route", "ipv4", "forwarding"]
CHECKS += ["firewall-port", "firewall-icmpv6", "firewall-forward", "tunnel", "peer", "handshake"]
CHECKS += ["route", "ndppd", "upstream", "transit", "lan", "mtu", "sshd"]
OF_SITE = ["prefix", "peer", "handshake", "route", "upstream", "transit", "lan", "mtu"]
WIDTH = 80


def verify(vps, *options, prefix=()):
    return vps.run([*prefix, "sixrelay", "verify", *options], check=False)


def looked(vps, prefix=()):
    """The checks of `verify --json`, which agrees with itself and with its exit status."""
    done = verify(vps, "--json", prefix=prefix)
    assert re.fullmatch("(sixrelay: waiting .*\n)*", done.stderr)
    answer = json.loads(done.stdout)
    results = [check["result"] for check in answer["checks"]]
    for result in ("pass", "fail", "skip"):
        assert answer[result] == results.count(result)
    assert answer["ok"] == ("fail" not in results)
    assert done.returncode == (0 if answer["ok"] else 1)
    for check in answer["checks"]:
        assert check["seen"], check
        told = {"cause", "try"} & check.keys()
        assert told == ({"cause", "try"} if check["result"] == "fail" else set()), check
        assert ("site" in check) == (check["check"] in OF_SITE)
    return answer["checks"]


def named(checks, result):
    return [check["check"] for check in checks if check["result"] == result]


def shown(checks):
    return "\n".join(json.dumps(check) for check in checks if check["result"] != "pass")


def healthy(vps):
    checks = looked(vps)
    assert named(checks, "pass") == CHECKS, shown(checks)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_failed_check_that_names_it(world, fault):
    with fault.present(world):
        world.wait_noticed(fault.notices)
        checks = looked(world.vps, fault.prefix)
    print(f"\n{fault.name}\n{shown(checks)}")
    failed = [check for check in checks if check["result"] == "fail"]
    assert named(checks, "fail") == [fault.check] * bool(fault.check), shown(checks)
    for check in failed:
        text = " ".join(check[key] for key in ("seen", "cause", "try"))
        for word in fault.words:
            assert re.search(word, text, re.IGNORECASE), (word, check)
    if not failed:
        assert named(checks, "skip") == list(fault.skips), shown(checks)
    for check in checks:
        if check["result"] == "skip" and check["check"] not in fault.skips:
            assert check["seen"].startswith("after"), check
    assert [check["check"] for check in checks] == CHECKS
    world.wait_noticed(set())
    healthy(world.vps)
    assert not world.planned()


def test_a_relay_that_works_passes_each_check(world):
    begin = time.monotonic()
    healthy(world.vps)
    print(f"a healthy run took {time.monotonic() - begin:.2f} s")


def test_it_changes_nothing(world):
    before = files(world.vps), activations(world.vps), world.vps.console()
    assert verify(world.vps).returncode == 0
    assert (files(world.vps), activations(world.vps), world.vps.console()) == before


def on_a_terminal(vps, argv, columns):
    """What argv shows on a terminal of so many columns, and its exit status."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen(
        vps.argv(["env", "TERM=xterm", *argv]), stdin=there, stdout=there, stderr=there
    )
    os.close(there)
    text = b""
    while True:
        try:
            part = os.read(here, 4096)
        except OSError:  # EIO: nobody has the other end open any more
            break
        text += part
        if not part:
            break
    os.close(here)
    return text.decode(), child.wait(60)


def plain(text):
    """Without what sets colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("name", [None, "ndppd-stopped", "route-of-the-nic-wins", "detached"])
def test_its_lines_fit_a_screen(world, name):
    fault = FAULTS.get(name)
    with fault.present(world) if fault else contextlib.nullcontext():
        piped = verify(world.vps)
        screen, status = on_a_terminal(world.vps, ["sixrelay", "verify"], WIDTH)
    assert piped.returncode == status == (1 if fault else 0)
    assert "\x1b" not in piped.stdout
    for text in (piped.stdout, plain(screen).replace("\r\n", "\n")):
        assert "\x1b" not in text and "\r" not in text
        for line in text.splitlines():
            assert len(line) <= WIDTH and line == line.rstrip(), line
        said = re.findall(r"^(pass|FAIL|skip) +(\S+)", text, re.MULTILINE)
        assert [check for _, check in said] == CHECKS
        assert [check for word, check in said if word == "FAIL"] == ([fault.check] if fault else [])
    world.wait_noticed(set())


def test_no_key_is_shown(world):
    keys = [world.vps.read(f"/etc/wireguard/{name}.key").strip() for name in ("server", "mikrotik")]
    with FAULTS["router-has-another-key"].present(world):
        said = [verify(world.vps, *options) for options in ((), ("--json",), ("--verbose",))]
    for done in said:
        assert not any(key in done.stdout + done.stderr for key in keys)
    world.wait_noticed(set())


def test_wrong_usage_is_told_apart(world):
    assert verify(world.vps, "--no-such-option").returncode == 2
    assert verify(world.vps, "surplus").returncode == 2


def test_two_sites_are_told_apart(new_lab):
    lab = new_lab(reserved=[RESERVED, RESERVED2])
    vps = lab.vps
    vps.boot()
    vps.settings(f"[relay]\nproof_hosts = {PUBLIC6}\n[site home]\n[site cabin]\n")
    vps.run(["sixrelay", "apply"])

    def failed():
        return [(c["check"], c["site"]) for c in looked(vps) if c["result"] == "fail"]

    assert failed() == [("handshake", "home"), ("handshake", "cabin")]
    keys = {}
    for site, prefix in (("home", RESERVED), ("cabin", RESERVED2)):
        home = lab.add_home(Home(lab.gateway, f"{lab.name}-{site}"))
        assert home.paste(announced(vps, site)).errors == []
        home.client.wait_address(prefix)
        home.client.wait_ping(PUBLIC6)
        suffix = "" if site == "home" else f"-{site}"
        keys[site] = vps.read(f"/etc/wireguard/mikrotik{suffix}.pub").strip()
        if site == "home":
            assert failed() == [("handshake", "cabin")]
    assert failed() == []
    vps.run(["wg", "set", "wg0", "peer", keys["cabin"], "allowed-ips", "fd99:9999:9999::3/128"])
    assert failed() == [("peer", "cabin")]
    vps.run(["systemctl", "reload", "wg-quick@wg0"])
    vps.run(["ip", "-6", "route", "del", RESERVED, "dev", "wg0"])
    assert failed() == [("route", "home")]


def test_before_there_is_a_relay(new_lab):
    """A prefix is there, and nobody ran apply."""
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.settings(f"[relay]\nproof_hosts = {PUBLIC6}\n")
    done = verify(lab.vps)
    assert done.returncode == 1
    assert "sixrelay apply" in done.stderr and done.stdout == ""


def test_while_a_prefix_is_waited_for(new_lab):
    lab = new_lab()
    lab.vps.boot()
    lab.vps.run(["sixrelay", "apply"])
    done = verify(lab.vps)
    assert done.returncode in (0, 1)
    assert "Reserved IPs" in done.stdout + done.stderr or "waiting" in done.stdout + done.stderr
