# SPDX-License-Identifier: MIT
"""What a run leaves in the journal: a line for each stage, one for the whole, and no secret."""

import json

from .gateway import RESERVED

STAGES = ["settings", "metadata", "plan", "firewall", "sysctl", "tunnel", "ndppd", "sshd"]
STAGES += ["announce", "proof"]
KEYS = ["server.key", "mikrotik.key"]


def runs(vps, command):
    """The entries of each run of a command, in order."""
    argv = ["journalctl", "-o", "json", "--no-pager", f"SIXRELAY_COMMAND={command}"]
    entries = [json.loads(line) for line in vps.run(argv).stdout.splitlines()]
    found = {}
    for entry in entries:
        found.setdefault(entry["SIXRELAY_RUN"], []).append(entry)
    return list(found.values())


def check(entries):
    """Each but the last is of a stage; returns the stages."""
    for entry in entries:
        assert entry["SYSLOG_IDENTIFIER"] == "sixrelay"
        assert int(entry["SIXRELAY_USEC"]) >= 0
        assert entry["SIXRELAY_RESULT"] in ("done", "failed")
        assert entry["MESSAGE"].startswith(entry["SIXRELAY_COMMAND"] + ": ")
        assert ("SIXRELAY_STAGE" in entry) == (entry is not entries[-1])
        assert ("MESSAGE_ID" in entry) == (entry is entries[-1])
    return [entry["SIXRELAY_STAGE"] for entry in entries[:-1]]


def test_a_line_for_each_stage_and_one_for_the_whole(relay):
    vps = relay.vps
    keys = [vps.read(f"/etc/wireguard/{name}").strip() for name in KEYS]
    vps.run(["sixrelay", "apply"])
    vps.run(["sixrelay", "verify"], check=False)
    vps.run(["sixrelay", "revert", "--yes"])

    first, second = runs(vps, "apply")
    assert check(first) == STAGES
    assert check(second) == ["settings", "metadata", "plan", "announce"], "nothing to do"
    (verified,) = runs(vps, "verify")
    assert {"metadata", "ndppd", "upstream home", "sshd"} <= set(check(verified))
    (reverted,) = runs(vps, "revert")
    assert {"plan", "units", "files", "sysctl", "firewall", "sshd"} <= set(check(reverted))
    assert all(each["SIXRELAY_RESULT"] == "done" for each in first + second + reverted)

    journal = vps.run(["journalctl", "-o", "export", "--no-pager"]).stdout
    assert not any(key in journal for key in keys)


def test_a_run_that_fails_says_why(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.settings("[relay]\nlisten_port = ssh\n")
    for command in ("apply", "verify"):
        lab.vps.run(["sixrelay", command], check=False)
        (entries,) = runs(lab.vps, command)
        assert entries[-1]["SIXRELAY_RESULT"] == "failed"
        assert "/etc/sixrelay.conf:2" in entries[-1]["MESSAGE"]
        assert entries[-1]["PRIORITY"] == "3"
