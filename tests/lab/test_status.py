# SPDX-License-Identifier: MIT
"""What `sixrelay status` shows of a relay that is well, and of one that is not."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from contextlib import contextmanager

import pytest

from .conftest import maker
from .gateway import PUBLIC6, RESERVED, RESERVED2, VPS4, VPS6
from .router import Home
from .scripts import announced

STATUS = ["sixrelay", "status"]
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.fixture(scope="module")
def served(request, suite, installed):
    """A lab whose router was given the script; each test leaves it as it was."""
    with maker(request, suite) as make:
        lab = make(reserved=[RESERVED])
        lab.vps.boot()
        lab.vps.run(["sixrelay", "apply"])
        home = lab.add_home(Home(lab.gateway, f"{lab.name}-home"))
        assert home.paste(announced(lab.vps)).errors == []
        home.client.wait_ping(PUBLIC6)
        yield lab


def shown(vps, *args, **env):
    """The screen; no line of it is wider than 80 columns."""
    text = vps.run([*STATUS, *args], env=env).stdout
    assert max(map(len, text.splitlines())) <= 80, text
    return text


def marks(vps):
    """Of the hops, from the Internet to the LAN: (mark, why)."""
    path = json.loads(vps.run([*STATUS, "--json"]).stdout)["path"]
    return [(hop["mark"], hop["why"]) for hop in path]


def rows(text):
    """The words behind the marks, by the marks' numbers."""
    return dict(re.findall(r"^([1-5]) +(\S.*)$", text, re.MULTILINE))


class Terminal:
    """A program of the machine on a terminal of its own, its controlling one."""

    def __init__(self, vps, argv, rows=60, **env):
        self.bytes, self.text = b"", ""
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        # nsenter waits for its child, and gets a Ctrl-C, too.
        self.process = subprocess.Popen(
            vps.argv(["env", "--default-signal=INT", *argv]),
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={"PATH": "/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "TERM": "xterm", **env},
            start_new_session=True,
            preexec_fn=self._take,
        )

    def _take(self):
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def read(self, until, deadline=30):
        """Reads until a function of all text so far is true."""
        end = time.monotonic() + deadline
        while not until(self.text):
            left = end - time.monotonic()
            assert left > 0, f"waited in vain; there is:\n{self.text}"
            if select.select([self.master], [], [], min(left, 0.1))[0]:
                self.bytes += os.read(self.master, 65536)
                text = self.bytes.decode(errors="ignore")
                self.text = text.replace("\r\n", "\n")
        return self.text

    def interrupt(self):
        """Ctrl-C; returns the exit status."""
        os.write(self.master, b"\x03")
        return self.process.wait(30)

    def end(self):
        """Waits for its end; returns all it has written."""
        self.process.wait(30)
        self.read(lambda text: not select.select([self.master], [], [], 0.2)[0])
        return self.text

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@contextmanager
def terminal(*args, **options):
    one = Terminal(*args, **options)
    try:
        yield one
    finally:
        one.close()


def test_healthy(served):
    served.vps.run(["systemctl", "start", "sixrelay.timer"])
    text = shown(served.vps)
    served.vps.run(["systemctl", "stop", "sixrelay.timer"])
    line = text.splitlines()[1]
    assert re.fullmatch(
        "│ Internet ├─.─┤ gateway ├─✓─┤ enp1s0 ├─✓─┤ wg0 ╞═✓═╡ router ├─.─┤ LAN │", line
    ), text
    for words in (f"enp1s0, up, {VPS4}", VPS6, "fe80::1, by RA", RESERVED, "fd99:9999:9999::2"):
        assert words in text
    assert re.search(r"handshake \d+ s ago", rows(text)["4"])
    assert re.search(
        r"peer 198\.51\.100\.\d+:13231, received \S+ K?i?B, sent \S+ K?i?B$", text, re.M
    )
    assert "timer active" in text and "to do      nothing" in text
    assert text.count("\n") < 24, "fits a terminal of 24 lines, the cursor in the last"


def test_without_the_timer_it_says_how_to_have_one(served):
    text = " ".join(shown(served.vps).split())
    assert "timer inactive" in text
    assert "systemctl enable --now sixrelay.service sixrelay.timer" in text


def test_last_apply_is_told_by_its_changes(served):
    short, long = shown(served.vps), shown(served.vps, "--verbose")
    more = int(re.search(r"and (\d+) more: sixrelay status --verbose", short).group(1))
    changed = json.loads(served.vps.run([*STATUS, "--json"]).stdout)["changed"]
    assert more == len(changed) - sum(line in short for line in changed) > 0
    assert all(line in long for line in changed)
    assert "write /etc/wireguard/wg0.conf" in changed
    assert re.search(rf"applied +\S+Z, \d+ (s|min) ago, {len(changed)} steps", short)
    assert served.vps.run([*STATUS, "--verbose"]).stderr == ""


def test_json(served):
    status = json.loads(served.vps.run([*STATUS, "--json"]).stdout)
    path = [(hop["from"], hop["to"], hop.get("site")) for hop in status["path"]]
    assert path == [
        ("internet", "gateway", None),
        ("gateway", "enp1s0", None),
        ("enp1s0", "wg0", None),
        ("wg0", "router", "home"),
        ("router", "lan", "home"),
    ]
    assert [hop["mark"] for hop in status["path"]][1:4] == ["good"] * 3
    assert all(hop["why"] for hop in status["path"])
    (site,) = status["sites"]
    assert 0 <= site["handshake_age"] < 180
    assert site["received"] > 0 and site["sent"] > 0
    assert status["waiting"] == [] and status["kept"] == [] and status["to_do"] == 0
    assert status["last_apply"].endswith("Z")


def test_ascii_where_the_locale_is_not_utf8(served):
    text = shown(served.vps, LC_ALL="C")
    assert text.isascii()
    assert "+ wg0 +=ok=+ router +-??-+ LAN |" in text
    assert rows(text)["4"].startswith("ok good: handshake")


@pytest.mark.parametrize(
    "env, coloured",
    [
        ({}, True),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": ""}, False),
    ],
    ids=str,
)
def test_colour_on_a_terminal(served, env, coloured):
    with terminal(served.vps, STATUS, **env) as term:
        text = term.end()
        assert term.process.returncode == 0
    assert ("\x1b[32m✓\x1b[0m" in text) == coloured
    assert ("\x1b" in text) == coloured
    assert "╞═✓═╡ router" in ESCAPE.sub("", text)


def test_no_colour_in_a_pipe(served):
    assert "\x1b" not in shown(served.vps, TERM="xterm")


def test_watch_redraws_in_place_until_interrupted(served):
    with terminal(served.vps, [*STATUS, "--watch"]) as term:
        term.read(lambda text: text.count("\x1b[J") >= 3)
        assert term.interrupt() == 0
        text = term.end()
        assert termios.tcgetattr(term.slave) == term.before
    frames = text.split("\x1b[H")[1:]
    assert len(frames) >= 3 and text.startswith("\x1b[H")
    for frame in frames:
        plain = ESCAPE.sub("", frame)
        assert "╞═✓═╡ router" in plain and "to do      nothing\n" in plain
        sequences = set(ESCAPE.findall(frame))
        assert sequences <= {"\x1b[K", "\x1b[J", "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[0m"}
    assert text.endswith("\n"), "a prompt starts a line"


def test_watch_fits_a_low_window(served):
    with terminal(served.vps, [*STATUS, "--watch"], rows=12) as term:
        text = term.read(lambda text: "\x1b[J" in text)
        assert term.interrupt() == 0
    frame = text.split("\x1b[J")[0]
    assert frame.count("\n") == 11
    assert "lines more: make the window higher" in frame


def test_watch_holds_on_to_nothing(served):
    def descriptors():
        (pid,) = served.vps.run(["pidof", "sixrelay"]).stdout.split()
        return served.vps.run(["ls", f"/proc/{pid}/fd"]).stdout.split()

    with terminal(served.vps, [*STATUS, "--watch", "--json"]) as term:
        term.read(lambda text: text.count("\n") >= 1)
        first = descriptors()
        term.read(lambda text: text.count("\n") >= 3)
        assert descriptors() == first
        assert term.interrupt() == 0


def test_watch_in_a_pipe(served):
    """Whole screens with a blank line between, or a document a line."""
    for args, parts in ((["--watch"], "to do      nothing\n"), (["--watch", "--json"], "}\n")):
        argv = ["timeout", "--preserve-status", "--signal=INT", "3", *STATUS, *args]
        done = served.vps.run(argv)
        assert done.stderr == ""
        assert done.stdout.count(parts) >= 2
        if "--json" in args:
            for line in done.stdout.splitlines():
                assert json.loads(line)["path"]
        else:
            assert re.search(r" --verbose\n\n┌", done.stdout) and "\x1b" not in done.stdout


def test_watch_ends_when_nobody_reads(served):
    done = served.vps.run(["sh", "-c", "sixrelay status --watch | head -1"], timeout=30)
    assert done.stdout.startswith("┌")


def test_ndppd_stopped(served):
    served.vps.run(["systemctl", "stop", "ndppd"])
    try:
        text = shown(served.vps)
        assert "enp1s0 ├─✗─┤ wg0" in text
        assert rows(text)["3"].startswith("✗ bad: ndppd.service is inactive")
        assert "to do      nothing" not in text
    finally:
        served.vps.run(["systemctl", "start", "ndppd"])
    assert marks(served.vps)[2][0] == "good"


def test_forwarding_off(served):
    served.vps.run(["sysctl", "-qw", "net.ipv6.conf.all.forwarding=0"])
    try:
        assert marks(served.vps)[2] == ("bad", "IPv6 forwarding is off")
    finally:
        served.vps.run(["sixrelay", "apply"])
    assert marks(served.vps)[2][0] == "good"


def test_tunnel_down(served):
    served.vps.run(["wg-quick", "down", "wg0"])
    try:
        found = marks(served.vps)
        assert found[2] == found[3] == ("bad", "wg0 is not there")
        assert found[1][0] == "good"
    finally:
        served.vps.run(["sixrelay", "apply"])
        served.homes[0].client.wait_ping(PUBLIC6)
    assert marks(served.vps)[3][0] == "good"


def test_default_route_gone(served):
    served.gateway.radvd.kill()
    served.vps.run(["ip", "-6", "route", "del", "default"])
    try:
        text = shown(served.vps)
        assert "gateway ├─✗─┤ enp1s0" in text
        assert rows(text)["2"] == "✗ bad: the VPS has no IPv6 default route"
        assert re.search(r"^gateway +none$", text, re.MULTILINE)
    finally:
        served.gateway.advertise()
        served.vps.wait_online()
    assert marks(served.vps)[1][0] == "good"


def test_prefix_detached(served):
    served.detach(RESERVED)
    try:
        served.vps.run(["sixrelay", "apply"])
        text = shown(served.vps)
        assert "Internet ├─✗─┤ gateway" in text
        assert "no longer attached" in rows(text)["1"]
        assert f"{RESERVED}, detached" in text
    finally:
        served.attach(RESERVED)
        served.vps.run(["sixrelay", "apply"])
    assert "detached" not in shown(served.vps)


def test_a_router_that_never_came(relay):
    relay.vps.settings("[site home]\n[site cabin]\n")
    relay.vps.run(["sixrelay", "apply"])
    text = shown(relay.vps)
    assert "wg0 ╞═✗═╡ home  ├─?─┤ LAN │" in text
    assert "═?═╡ cabin ├─?─┤ LAN │" in text
    assert re.search(r"^site home +✗ bad: no handshake yet: paste the script", text, re.MULTILINE)
    assert re.search(r"^site cabin +\? unknown: waiting for a /64", text, re.MULTILINE)
    assert "Reserved IPs" in text
    status = json.loads(relay.vps.run([*STATUS, "--json"]).stdout)
    assert len(status["waiting"]) == 1 and "cabin" in status["waiting"][0]
    assert status["sites"][0]["handshake"] == 0 and status["sites"][0]["handshake_age"] is None

    relay.attach(RESERVED2)
    relay.vps.run(["sixrelay", "apply"])
    assert "═✗═╡ cabin ├─?─┤ LAN │" in shown(relay.vps)


def test_kept_copies_are_listed(relay):
    relay.vps.write("/etc/ndppd.conf", "mine\n")
    relay.vps.run(["sixrelay", "apply"])
    (kept,) = json.loads(relay.vps.run([*STATUS, "--json"]).stdout)["kept"]
    assert kept["path"] == "/etc/ndppd.conf" and relay.vps.read(kept["copy"]) == "mine\n"
    assert kept["copy"] in shown(relay.vps)
