# SPDX-License-Identifier: MIT
"""What `sixrelay revert` brings back: the machine is compared whole."""

import os
import pty
import re
import subprocess

import pytest

from .gateway import RESERVED, VPS_NIC
from .waiting import until
from .whole import difference, whole

AGENT = ["sixrelay.service", "sixrelay.timer"]
STATE = "/var/lib/sixrelay"
NDPPD_CONF = f"proxy {VPS_NIC} {{\n    rule 3fff:0:0:9::/64 {{\n        static\n    }}\n}}\n"
SSHD_DROP_IN = "MaxAuthTries 5\n"
# Calls of sixrelay's, and not of the programs it starts: one for each change of a file, and one for
# each wait for systemd.
CALLS = ("fsync", "ppoll")


def apply(vps, check=True):
    return vps.run(["sixrelay", "apply"], check=check)


def revert(vps, *options, check=True):
    return vps.run(["sixrelay", "revert", *options], check=check)


@pytest.fixture
def machine(new_lab):
    """A booted machine that nothing was applied to."""
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    return lab.vps


def state_files(vps):
    done = vps.run(["find", STATE, "-mindepth", "1", "!", "-type", "d", "-printf", "%P\\n"])
    return sorted(done.stdout.splitlines())


def settled(vps):
    """whole() when networkd has taken the latest advertisement."""
    vps.wait_online()
    return whole(vps)


def traced(vps, command, log, *options):
    argv = ["strace", "-f", "-qq", "-e", "signal=none", "-o", log]
    argv += [*options, *vps.argv(["sixrelay", command])]
    return subprocess.run(argv, capture_output=True, text=True)


def points(vps, command, log):
    """Runs sixrelay to its end; returns where to kill another run: calls with their numbers."""
    done = traced(vps, command, log, "-e", f"trace={','.join(CALLS)}")
    assert done.returncode == 0, done.stderr
    trace = log.read_text()
    counts = {call: trace.count(f" {call}(") for call in CALLS}
    assert all(count > 5 for count in counts.values()), counts
    return [
        (call, number)
        for call, count in counts.items()
        for number in (1, count // 3, 2 * count // 3)
    ]


def killed(vps, command, log, call, number):
    """Runs sixrelay as far as its call number so and so, where it is killed.

    How often it waits is another number each time: one that ends before is done over.
    """
    done = traced(vps, command, log, "-e", f"inject={call}:signal=SIGKILL:when={number}")
    if done.returncode == 0 and number > 1:
        vps.run(["sixrelay", "apply" if command == "revert" else "revert"])
        killed(vps, command, log, call, number // 2)
        return
    assert done.returncode in (-9, 137), f"{call} {number}: {done.returncode} {done.stderr}"


def test_all_is_as_it_was(machine):
    before = whole(machine)
    apply(machine)
    assert difference(before, whole(machine)), "or the comparison sees nothing"
    done = revert(machine)
    assert difference(before, whole(machine)) == []
    assert state_files(machine) == ["reverted"]
    assert "-----BEGIN SIXRELAY ROUTEROS REVERT SCRIPT home-----" in done.stdout
    assert f"{RESERVED} was attached" in done.stdout
    assert "UDP 51820" in done.stdout

    again = revert(machine)
    assert again.stdout == "sixrelay: nothing to revert\n"
    assert difference(before, whole(machine)) == []
    status = machine.run(["sixrelay", "status"], check=False)
    assert status.returncode == 1 and "reverted" in status.stderr

    apply(machine)
    assert machine.unit_state("wg-quick@wg0.service") == "active"
    assert not machine.exists(f"{STATE}/reverted")
    revert(machine)
    assert difference(before, whole(machine)) == []


def test_what_the_recipe_asks_for_is_kept_from_before(machine):
    def words(text):
        """The first three of each line; lifetimes go by."""
        return [re.sub(r"\d+sec", "", line).split()[:3] for line in text.splitlines()]

    asks = {
        "sshd-T.before": ["sshd", "-T"],
        "ufw.before": ["ufw", "status", "verbose"],
        "v6addr.before": ["ip", "-6", "addr"],
        "v6route.before": ["ip", "-6", "route"],
    }
    machine.run(["mkdir", "-p", "/run/sshd"])
    said = {name: words(machine.run(argv).stdout) for name, argv in asks.items()}
    for _ in range(2):
        apply(machine)
        for name in asks:
            assert words(machine.read(f"{STATE}/{name}")) == said[name], name
        machine.settings("[relay]\nmtu = 1380\n")


def stop_agent(machine):
    """And keeps it from being started."""
    machine.run(["systemctl", "stop", *AGENT])
    machine.run(["systemctl", "mask", *AGENT])


def test_also_after_reboots(machine):
    machine.run(["systemctl", "enable", "sixrelay.service"])
    stop_agent(machine)
    machine.reboot()
    before = settled(machine)
    machine.run(["systemctl", "unmask", *AGENT])
    machine.reboot()
    assert machine.unit_state("wg-quick@wg0.service") == "active"
    machine.reboot()
    revert(machine)
    stop_agent(machine)
    assert difference(before, settled(machine)) == []
    machine.run(["systemctl", "unmask", *AGENT])
    machine.reboot()
    assert not machine.exists("/etc/wireguard/wg0.conf"), "a boot has no say in it"
    stop_agent(machine)
    assert difference(before, settled(machine)) == []


def test_with_the_prefix_bound_to_the_nic(machine):
    machine.bind_reserved(RESERVED)
    before = settled(machine)
    apply(machine)
    machine.run(["netplan", "apply"])
    machine.wait_online()
    revert(machine)
    assert difference(before, settled(machine)) == []


@pytest.mark.parametrize("still_on", [False, True], ids=["off-again", "still-on"])
def test_what_the_kernel_took_of_advertisements_goes(new_lab, still_on):
    """As at a boot, between sysctl.d's accept_ra=2 and networkd's 0."""
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.boot()
    before = whole(vps)
    apply(vps)
    key = f"net.ipv6.conf.{VPS_NIC}.accept_ra"
    vps.run(["sysctl", "-qw", f"{key}=2"])
    lab.gateway.advertise()
    until(lambda: "metric 1024" in default_routes(vps), 10, "the kernel's default route")
    if not still_on:
        vps.run(["sysctl", "-qw", f"{key}=0"])
    assert difference(before, whole(vps))
    done = revert(vps)
    assert "default via fe80::1 metric 1024" in done.stdout
    assert "metric 100" in default_routes(vps)
    assert difference(before, whole(vps)) == []


def default_routes(vps):
    return vps.run(["ip", "-6", "route", "show", "default"]).stdout


def own_files(vps):
    """A machine whose owner has all that the relay has, for ends of his own."""
    key = vps.run(["wg", "genkey"]).stdout.strip()
    vps.write(
        "/etc/wireguard/wg0.conf",
        f"[Interface]\nPrivateKey = {key}\nAddress = fd00:1::1/64\nListenPort = 51999\n",
        0o640,
    )
    vps.run(["chown", "root:adm", "/etc/wireguard/wg0.conf"])
    vps.run(["touch", "-d", "2024-05-06 07:08:09.123456789", "/etc/wireguard/wg0.conf"])
    vps.write("/etc/wireguard/server.key", vps.run(["wg", "genkey"]).stdout, 0o644)
    vps.write("/etc/ndppd.conf", NDPPD_CONF, 0o600)
    vps.write("/etc/ssh/sshd_config.d/00-hardening.conf", SSHD_DROP_IN)
    vps.run(["systemctl", "enable", "--now", "wg-quick@wg0.service"])
    vps.run(["systemctl", "restart", "ndppd.service"])
    vps.run(["systemctl", "try-reload-or-restart", "ssh.service"])
    vps.run(["ufw", "allow", "51820/udp", "comment", "mine"])
    vps.run(["sysctl", "-qw", "net.ipv6.conf.lo.forwarding=1"])


def test_files_units_and_rules_of_the_owners_come_back(machine, tmp_path):
    own_files(machine)
    before = whole(machine)
    ndppd = machine.run(["pgrep", "-a", "ndppd"]).stdout.split(" ", 1)[1]
    apply(machine)
    assert "fd99:9999:9999::1" in machine.run(["ip", "addr"]).stdout
    done = revert(machine)
    assert difference(before, whole(machine)) == []
    assert machine.run(["pgrep", "-a", "ndppd"]).stdout.split(" ", 1)[1] == ndppd
    assert "mine" in machine.run(["ufw", "status"]).stdout
    assert "kept" not in done.stderr

    apply(machine)
    for call, number in points(machine, "revert", tmp_path / "log"):
        apply(machine)
        killed(machine, "revert", tmp_path / "log", call, number)
        revert(machine)
        assert difference(before, whole(machine)) == [], f"killed at {call} {number}"
        assert not any(name.startswith("kept") for name in state_files(machine))


def test_a_masked_unit_and_one_of_the_owners(machine):
    machine.run(["systemctl", "mask", "--now", "ndppd.service"])
    before = whole(machine)
    apply(machine)
    assert machine.unit_state("ndppd.service") == "active"
    revert(machine)
    assert difference(before, whole(machine)) == []

    unit = "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=network.target\n"
    machine.run(["systemctl", "unmask", "ndppd.service"])
    machine.write("/etc/systemd/system/ndppd.service", unit)
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "enable", "--now", "ndppd.service"])
    before = whole(machine)
    apply(machine)
    assert "ndppd -c" in machine.run(["pgrep", "-a", "ndppd"]).stdout
    revert(machine)
    assert difference(before, whole(machine)) == []


def test_an_apply_that_was_killed_is_taken_back(machine, tmp_path):
    before = whole(machine)
    places = points(machine, "apply", tmp_path / "log")
    revert(machine)
    assert difference(before, whole(machine)) == []
    for call, number in places:
        killed(machine, "apply", tmp_path / "log", call, number)
        revert(machine)
        assert difference(before, whole(machine)) == [], f"killed at {call} {number}"
        assert state_files(machine) in ([], ["reverted"]), "or a key of ours was kept"


def test_a_unit_that_cannot_be_stopped_is_stopped_by_the_next_run(machine):
    """It runs on with our files, while those of before are back already."""
    before = whole(machine)
    apply(machine)
    drop_in = "/run/systemd/system/ndppd.service.d/refuse.conf"
    machine.write(drop_in, "[Unit]\nRefuseManualStop=yes\n")
    machine.run(["systemctl", "daemon-reload"])
    done = revert(machine, check=False)
    assert done.returncode == 1 and "ndppd.service" in done.stderr
    assert not machine.exists("/etc/ndppd.conf")
    machine.run(["rm", "-r", "/run/systemd/system/ndppd.service.d"])
    machine.run(["systemctl", "daemon-reload"])
    revert(machine)
    assert difference(before, whole(machine)) == []


def test_a_reboot_in_the_middle(machine, tmp_path):
    machine.reboot()
    before = settled(machine)
    machine.run(["systemctl", "enable", "sixrelay.service"])
    apply(machine)
    killed(machine, "revert", tmp_path / "log", "fsync", 8)
    machine.power_cut()
    machine.boot()
    active = machine.run(["systemctl", "show", "-pConditionResult", "sixrelay.service"]).stdout
    assert active == "ConditionResult=no\n"
    revert(machine)
    machine.run(["systemctl", "disable", "--now", *AGENT])
    assert difference(before, settled(machine)) == []


def test_an_edit_is_kept_and_named(machine):
    before = whole(machine)
    apply(machine)
    machine.write("/etc/ndppd.conf", "# mine\n")
    machine.run(["ln", "-sf", "/dev/null", "/etc/systemd/system/ndppd.service"])
    machine.run(["rm", "/etc/wireguard/wg0.conf"])
    done = revert(machine)
    kept = f"{STATE}/kept/etc/ndppd.conf.1"
    assert kept in done.stderr and machine.read(kept) == "# mine\n"
    assert difference(before, whole(machine)) == []
    assert state_files(machine) == [
        "kept/etc/ndppd.conf.1",
        "kept/etc/systemd/system/ndppd.service.1",
        "reverted",
    ]


def test_a_tunnel_whose_hooks_were_edited_leaves_no_rule(machine):
    before = whole(machine)
    apply(machine)
    text = machine.read("/etc/wireguard/wg0.conf")
    assert "PreDown" in text
    lines = [line for line in text.splitlines() if not line.startswith("PreDown")]
    machine.write("/etc/wireguard/wg0.conf", "\n".join(lines) + "\n")
    assert "--src-type LOCAL" in machine.run(["ip6tables", "-S", "FORWARD"]).stdout
    revert(machine)
    assert difference(before, whole(machine)) == []


def test_keys_stay_if_told_to(machine):
    apply(machine)
    keys = ["server.key", "server.pub", "mikrotik.key", "mikrotik.pub"]
    texts = [machine.read(f"/etc/wireguard/{key}") for key in keys]
    revert(machine, "--keep-keys")
    assert machine.run(["ls", "/etc/wireguard"]).stdout.split() == sorted(keys)
    apply(machine)
    assert [machine.read(f"/etc/wireguard/{key}") for key in keys] == texts


@pytest.mark.parametrize("ufw", ["inactive", "missing"])
def test_with_another_ufw(machine, ufw):
    if ufw == "inactive":
        machine.run(["ufw", "disable"])
    else:
        machine.remove_programs(["/usr/sbin/ufw"])
    before = whole(machine)
    apply(machine)
    revert(machine)
    assert difference(before, whole(machine)) == []


def answer(vps, text):
    """revert at a terminal, and what it shows."""
    ours, theirs = pty.openpty()
    argv = vps.argv(["sixrelay", "revert"])
    process = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, text)
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    return process.wait(60), shown.decode().replace("\r\n", "\n")


def test_at_a_terminal_it_asks(machine):
    before = whole(machine)
    apply(machine)
    applied = whole(machine)
    status, shown = answer(machine, b"n\n")
    assert status == 1 and "nothing was changed" in shown
    assert "  remove /etc/ndppd.conf\n" in shown
    assert difference(applied, whole(machine)) == []
    assert not machine.exists(f"{STATE}/reverted")
    status, shown = answer(machine, b"y\n")
    assert status == 0
    assert difference(before, whole(machine)) == []


def test_what_fails_is_named_and_done_by_the_next_run(machine):
    before = whole(machine)
    machine.write("/etc/ndppd.conf", NDPPD_CONF)
    before["etc"] = whole(machine)["etc"]
    apply(machine)
    copy = f"{STATE}/before/etc/ndppd.conf"
    machine.run(["mv", copy, "/root/copy"])
    done = revert(machine, check=False)
    assert done.returncode == 1
    assert "put back /etc/ndppd.conf FAILED" in done.stderr
    assert machine.unit_state("wg-quick@wg0.service") == "inactive"
    machine.run(["mv", "/root/copy", copy])
    revert(machine)
    assert whole(machine)["etc"] == before["etc"]


METADATA = "169.254.169.254"


def test_an_apply_that_was_waiting_does_nothing_after_it(machine):
    """The boot service, while the metadata service is silent."""
    before = whole(machine)
    apply(machine)
    drop = ["OUTPUT", "-d", METADATA, "-j", "DROP"]
    machine.run(["iptables", "-I", *drop])
    machine.run(["systemctl", "start", "--no-block", "sixrelay.service"])
    until(lambda: waits_for_metadata(machine), 10, "the unit's question")
    revert(machine)
    assert machine.unit_state("sixrelay.service") == "activating"
    machine.run(["iptables", "-D", *drop])
    until(lambda: machine.unit_state("sixrelay.service") == "inactive", 30, "the unit's end")
    log = machine.run(["journalctl", "-u", "sixrelay.service", "-o", "cat"]).stdout
    assert "reverted meanwhile; nothing was applied" in log
    assert difference(before, whole(machine)) == []
    assert machine.exists(f"{STATE}/reverted")


def waits_for_metadata(vps):
    return METADATA in vps.run(["ss", "-Htn", "state", "syn-sent"]).stdout


def test_a_unit_that_came_up_while_apply_was_waiting_is_put_back(machine):
    """The owner's own tunnel, on a first boot with the metadata service late."""
    own_files(machine)
    before = whole(machine)
    machine.run(["systemctl", "stop", "wg-quick@wg0.service"])
    drop = ["OUTPUT", "-d", METADATA, "-j", "DROP"]
    machine.run(["iptables", "-I", *drop])
    argv = machine.argv(["sixrelay", "apply"])
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: waits_for_metadata(machine), 10, "its question")
    machine.run(["systemctl", "start", "wg-quick@wg0.service"])
    machine.run(["iptables", "-D", *drop])
    assert process.wait(60) == 0
    revert(machine)
    assert difference(before, whole(machine)) == []


def test_the_disk_elsewhere_and_then_the_machine_itself(machine):
    """A rescue system puts the files back, and what isn't a file is left for a later run."""
    before = whole(machine)
    apply(machine)
    machine.run(["mkdir", "/mnt/disk"])
    machine.run(["mount", "--bind", "/", "/mnt/disk"])
    for _ in range(2):
        done = revert(machine, "--root", "/mnt/disk")
        assert "on the machine itself" in done.stdout and "is as it was" not in done.stdout
        files = [line for line in difference(before, whole(machine)) if line[:4] == "etc:"]
        assert all("./ufw/user" in line for line in files), files
    machine.run(["umount", "/mnt/disk"])
    machine.reboot()
    assert machine.unit_state("wg-quick@wg0.service") == "inactive"
    done = revert(machine)
    assert "the machine is as it was" in done.stdout
    assert difference(before, settled(machine)) == []
    assert state_files(machine) == ["reverted"]


@pytest.mark.parametrize(
    "rule",
    [
        "limit 51820/udp comment mine",
        "deny 51820/udp",
        "allow proto udp from 0.0.0.0/0 to any port 51820",
        "allow proto udp from ::/0 to any port 51820 comment six",
        "route deny in on wg0 log from 0.0.0.0/0",
        "route reject out on wg0",
    ],
)
def test_a_rule_that_ours_took_the_place_of_is_given_back(machine, rule):
    machine.run(["ufw", *rule.split()])
    machine.run(["ufw", "allow", "8080/tcp"])  # its place counts, too
    before = whole(machine)
    apply(machine)
    assert "ALLOW IN" in machine.run(["ufw", "status", "verbose"]).stdout
    revert(machine)
    assert difference(before, whole(machine)) == []


DEPENDENT = """[Unit]
Requires=wg-quick@wg0.service
After=wg-quick@wg0.service
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""
BOUND = """[Unit]
BindsTo=dependent.service
After=dependent.service
[Service]
ExecStart=/bin/sleep infinity
"""


def test_what_requires_the_owners_tunnel_runs_on(machine):
    own_files(machine)
    machine.write("/etc/systemd/system/dependent.service", DEPENDENT)
    machine.write("/etc/systemd/system/bound.service", BOUND)
    machine.write("/etc/systemd/system/unused.service", BOUND)
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "enable", "--now", "dependent.service"])
    machine.run(["systemctl", "start", "bound.service"])
    before = whole(machine)
    apply(machine)
    for unit, state in (("dependent", "active"), ("bound", "active"), ("unused", "inactive")):
        assert machine.unit_state(f"{unit}.service") == state, unit
    revert(machine)
    assert difference(before, whole(machine)) == []


def save_config(vps):
    """The owner's tunnel has its configuration written anew whenever it is taken down."""
    text = vps.read("/etc/wireguard/wg0.conf")
    assert "[Interface]\n" in text
    text = text.replace("[Interface]\n", "# my words\n[Interface]\nSaveConfig = true\n")
    vps.write("/etc/wireguard/wg0.conf", text, 0o640)


def test_a_second_run_leaves_the_owners_tunnel_alone(machine):
    own_files(machine)
    save_config(machine)
    before = whole(machine)
    apply(machine)
    machine.run(["mv", "/usr/sbin/ufw", "/root/ufw"])
    machine.write("/usr/sbin/ufw", "#!/bin/false\n", 0o755)
    assert revert(machine, check=False).returncode == 1
    wg0 = machine.run(["cat", "/sys/class/net/wg0/ifindex"]).stdout
    machine.run(["mv", "/root/ufw", "/usr/sbin/ufw"])
    revert(machine)
    assert machine.run(["cat", "/sys/class/net/wg0/ifindex"]).stdout == wg0
    assert difference(before, whole(machine)) == []
    assert state_files(machine) == ["reverted"]


def test_an_apply_that_was_killed_before_it_took_over_the_tunnel(machine, tmp_path):
    own_files(machine)
    save_config(machine)
    before = whole(machine)
    for number in (8, 12, 16):
        killed(machine, "apply", tmp_path / "log", "fsync", number)
        revert(machine)
        assert difference(before, whole(machine)) == [], number


def test_allmulti_goes_after_an_ndppd_that_was_killed(machine):
    before = whole(machine)
    apply(machine)
    machine.run(["systemctl", "kill", "-s", "KILL", "ndppd.service"])
    until(lambda: machine.unit_state("ndppd.service") == "active", 20, "another ndppd")
    revert(machine)
    assert difference(before, whole(machine)) == []


def test_what_the_owners_files_forbid_ends_it_all_the_same(machine):
    own_files(machine)
    conf = machine.read("/etc/wireguard/wg0.conf")
    conf = conf.replace("[Interface]\n", "[Interface]\nPostUp = test -e /run/ok\n")
    machine.write("/etc/wireguard/wg0.conf", conf, 0o640)
    before = whole(machine)
    apply(machine)
    done = revert(machine, check=False)
    assert done.returncode == 1
    assert "start wg-quick@wg0.service FAILED" in done.stderr
    assert "left to you" in done.stderr
    assert "REVERT SCRIPT home" in done.stdout
    assert state_files(machine) == ["reverted"]
    machine.run(["touch", "/run/ok"])
    machine.run(["systemctl", "start", "wg-quick@wg0.service"])
    assert difference(before, whole(machine)) == []


def test_settings_of_sshd_that_were_refused_before_are_so_again(machine):
    machine.write("/etc/ssh/sshd_config.d/00-hardening.conf", "Nonsense yes\n")
    assert apply(machine, check=False).returncode == 1
    revert(machine)
    assert machine.read("/etc/ssh/sshd_config.d/00-hardening.conf") == "Nonsense yes\n"
