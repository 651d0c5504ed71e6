# SPDX-License-Identifier: MIT
"""The boot service in its sandbox, and the timer."""

import json

import pytest

from .gateway import RESERVED
from .router import Home
from .scripts import announced
from .waiting import until

SERVICE = "sixrelay.service"
TIMER = "sixrelay.timer"
SOONER = """[Timer]
OnActiveSec=
OnUnitInactiveSec=
OnActiveSec=1s
OnUnitInactiveSec=1s
AccuracySec=100ms
"""


def enable(vps):
    vps.run(["systemctl", "enable", "--now", SERVICE, TIMER])


def hurry(vps):
    """Has the timer go off every second."""
    vps.write(f"/etc/systemd/system/{TIMER}.d/lab.conf", SOONER)
    vps.write(f"/etc/systemd/system/{SERVICE}.d/lab.conf", "[Unit]\nStartLimitIntervalSec=0\n")
    vps.run(["systemctl", "daemon-reload"])
    vps.run(["systemctl", "restart", TIMER])


def shown(vps, unit, name):
    return vps.run(["systemctl", "show", f"--property={name}", "--value", unit]).stdout.strip()


def journal(vps, *more):
    """What the unit, and systemd of the unit, said."""
    argv = ["journalctl", "-o", "json", "--no-pager", *more]
    return [json.loads(line) for line in vps.run(argv).stdout.splitlines()]


def runs(vps):
    """How often the unit was started: systemd numbers each start."""
    return shown(vps, SERVICE, "InvocationID")


def wait_runs(vps, count):
    for _ in range(count):
        last = runs(vps)
        until(lambda: runs(vps) not in ("", last), 20, "the timer")


@pytest.fixture
def booted(new_lab):
    """A machine that has been set up by its boot service alone."""
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    enable(lab.vps)
    lab.vps.reboot()
    return lab


def test_all_is_done_from_within_the_sandbox(booted):
    """UFW, systemd, sshd, sysctls, the raw socket of the proof, the console."""
    vps = booted.vps
    assert shown(vps, SERVICE, "Result") == "success"
    vps.run(["sixrelay", "plan"])
    proofs = journal(vps, "SIXRELAY_STAGE=proof")
    assert proofs and all("pass" in proof["MESSAGE"] for proof in proofs)
    boots = [proof["_BOOT_ID"] for proof in proofs]
    assert len(boots) == len(set(boots)), "once each boot"

    home = booted.add_home(Home(booted.gateway, f"{booted.name}-home"))
    home.paste(announced(vps))
    home.client.wait_ping("fd99:9999:9999::1")
    verified = json.loads(vps.run(["sixrelay", "verify", "--json"]).stdout)
    assert {check["result"] for check in verified["checks"]} == {"pass"}


def test_the_sandbox_is_tight(booted):
    said = booted.vps.run(["systemd-analyze", "security", "--no-pager", SERVICE]).stdout
    score = float(said.splitlines()[-1].split(":")[1].split()[0])
    print(f"systemd-analyze security: {score}")
    assert score <= 2.5, said


def test_no_ordering_cycle_and_the_relay_needs_no_agent_to_come_up(booted):
    vps = booted.vps
    vps.run(["systemctl", "mask", SERVICE])
    vps.reboot()
    for unit in ("wg-quick@wg0.service", "ndppd.service"):
        assert vps.unit_state(unit) == "active"
    assert "ordering cycle" not in vps.run(["journalctl", "--no-pager"]).stdout


def test_the_timer_picks_up_a_prefix_that_is_attached_later(new_lab):
    lab = new_lab()
    lab.vps.boot()
    enable(lab.vps)
    assert not lab.vps.exists("/etc/wireguard/wg0.conf")
    hurry(lab.vps)
    lab.attach(RESERVED)
    wait_runs(lab.vps, 3)
    assert "private-key" in announced(lab.vps)
    lab.vps.run(["sixrelay", "plan"])


def test_the_timer_says_nothing_when_nothing_is_to_be_done(booted):
    vps = booted.vps
    hurry(vps)
    wait_runs(vps, 2)
    until(lambda: shown(vps, SERVICE, "ActiveState") == "inactive", 10, "the run's end")
    console = vps.console()
    cursor = journal(vps, "-n", "1")[0]["__CURSOR"]
    files = vps.run(["find", "/etc", "/var/lib/sixrelay", "-printf", "%p %i %T@\n"]).stdout
    wait_runs(vps, 3)
    later = journal(vps, f"--after-cursor={cursor}")
    ours = [e for e in later if SERVICE in (e.get("_SYSTEMD_UNIT"), e.get("UNIT"))]
    assert [entry["MESSAGE"] for entry in ours] == []
    assert vps.console() == console
    assert vps.run(["find", "/etc", "/var/lib/sixrelay", "-printf", "%p %i %T@\n"]).stdout == files


def test_what_is_waited_for_stands_on_the_console_once(new_lab):
    lab = new_lab()
    lab.vps.boot()
    enable(lab.vps)
    lab.vps.run(["systemctl", "start", SERVICE])
    assert lab.vps.console().count("Reserved IPs") == 1
    said = [e["MESSAGE"] for e in journal(lab.vps, "-t", "sixrelay")]
    assert sum("Reserved IPs" in message for message in said) == 1


def test_a_reboot_right_after_the_first_handshake_shows_no_key(booted):
    """No run of the timer has seen the handshake yet."""
    vps = booted.vps
    key = vps.read("/etc/wireguard/mikrotik.key").strip()
    home = booted.add_home(Home(booted.gateway, f"{booted.name}-home"))
    home.paste(announced(vps))
    home.client.wait_ping("fd99:9999:9999::1")
    heard = len(vps.console())
    vps.reboot()
    assert shown(vps, SERVICE, "Result") == "success"
    assert key not in vps.console()[heard:]


def test_a_run_of_the_timer_that_changes_something_says_so(booted):
    vps = booted.vps
    hurry(vps)
    wait_runs(vps, 1)
    cursor = journal(vps, "-n", "1")[0]["__CURSOR"]
    vps.run(["rm", "/etc/ndppd.conf"])
    wait_runs(vps, 2)
    messages = [e["MESSAGE"] for e in journal(vps, f"--after-cursor={cursor}", "-u", SERVICE)]
    assert any("ndppd.conf" in message for message in messages)
    assert any(message.startswith("apply: metadata: ") for message in messages)


@pytest.mark.parametrize(
    "broken, mended, reason",
    [
        ("mv /usr/bin/wg /usr/bin/wg.away", "mv /usr/bin/wg.away /usr/bin/wg", "not installed"),
        ("echo [relay >/etc/sixrelay.conf", "rm /etc/sixrelay.conf", "/etc/sixrelay.conf:1"),
        (
            "echo No yes >/etc/ssh/sshd_config.d/70-no.conf; rm /etc/ssh/sshd_config.d/00-*",
            "rm /etc/ssh/sshd_config.d/70-no.conf",
            "sshd -t refuses",
        ),
    ],
)
def test_a_failure_that_lasts_is_told_once(booted, broken, mended, reason):
    """Else the console shows nothing else, and the router's script is gone from it."""
    vps = booted.vps
    hurry(vps)
    vps.write(f"/etc/systemd/system/{SERVICE}.d/sooner.conf", "[Service]\nRestartSec=1s\n")
    vps.run(["systemctl", "daemon-reload"])
    wait_runs(vps, 1)
    before = len(vps.console())
    cursor = journal(vps, "-n", "1")[0]["__CURSOR"]

    def ours():
        entries = journal(vps, f"--after-cursor={cursor}", "-t", "sixrelay")
        return [entry for entry in entries if reason in entry["MESSAGE"]]

    vps.run(["sh", "-c", broken])
    until(ours, 20, "a run that fails")
    wait_runs(vps, 1)
    told, shown_once = len(ours()), vps.console()[before:]
    assert reason in shown_once
    wait_runs(vps, 3)
    until(lambda: shown(vps, SERVICE, "ExecMainStatus") == "75", 20, "a run that fails again")
    assert len(ours()) == told
    assert vps.console()[before:] == shown_once

    vps.run(["sh", "-c", mended])
    until(lambda: "what failed before is done" in vps.console()[before:], 20, "the word of it")
    vps.run(["sixrelay", "plan"])


def test_directories_on_another_disk(new_lab):
    """The sandbox follows links, as apply does when it is run by hand."""
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.boot()
    vps.run(["install", "-d", "-m", "0700", "/srv/wireguard", "/srv/state"])
    vps.run(["sh", "-c", "test ! -e /etc/wireguard || rmdir /etc/wireguard"])
    vps.run(["ln", "-s", "/srv/wireguard", "/etc/wireguard"])
    vps.run(["ln", "-s", "/srv/state", "/var/lib/sixrelay"])
    vps.run(["systemctl", "start", SERVICE])
    vps.run(["sixrelay", "plan"])
    assert vps.exists("/srv/wireguard/wg0.conf")
    assert vps.exists("/srv/state/state.json")


def test_systemctl_clean_leaves_the_way_back(booted):
    vps = booted.vps
    vps.run(["systemctl", "stop", TIMER])
    vps.run(["systemctl", "clean", "--what=all", SERVICE], check=False)
    vps.run(["sixrelay", "revert"])
    assert not vps.exists("/etc/wireguard/wg0.conf")


def test_revert_takes_along_what_a_failed_run_has_left(booted):
    vps = booted.vps
    vps.settings("[relay\n")
    vps.run(["systemctl", "start", SERVICE], check=False)
    assert "sixrelay" in vps.run(["ls", "/run"]).stdout
    vps.settings("")
    vps.run(["sixrelay", "revert"])
    assert "sixrelay" not in vps.run(["ls", "/run"]).stdout
