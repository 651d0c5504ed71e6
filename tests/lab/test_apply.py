# SPDX-License-Identifier: MIT
"""What `sixrelay apply` does to a machine, and what it leaves alone."""

import json
import re
import subprocess

import pytest

from .gateway import RESERVED
from .router import Home
from .scripts import all_announced, announced

UNITS = ["wg-quick@wg0.service", "ndppd.service", "ssh.service"]
OTHER_KEY = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="


def apply(vps, check=True):
    return vps.run(["sixrelay", "apply"], check=check)


def plan(vps):
    done = vps.run(["sixrelay", "plan"], check=False)
    assert done.returncode in (0, 1), done.stderr
    return done


def activations(vps):
    """When each unit was last started, as systemd counts it."""
    ask = ["systemctl", "show", "--property=Id,InvocationID,ReloadResult", *UNITS]
    return vps.run(ask).stdout


def sshd_settings(vps):
    """What holds for the next login. Without sshd running, its directory may not be there."""
    vps.run(["mkdir", "-p", "/run/sshd"])
    return vps.run(["sshd", "-T"]).stdout


def files(vps):
    """Every file of /etc and /var/lib with its time of change, to the nanosecond."""
    find = ["find", "/etc", "/var/lib/sixrelay", "-printf", "%p %i %M %T@ %C@\\n"]
    return vps.run(find).stdout


def started(vps, argv, log):
    """The processes that argv starts and the programs in them, itself not counted."""
    calls = "execve,fork,vfork,clone,clone3"
    trace = ["strace", "-f", "-qq", "-s64", "-e", f"trace={calls}", "-e", "signal=none", "-o", log]
    subprocess.run([*trace, *vps.argv(argv)], check=True, capture_output=True)
    lines = log.read_text().splitlines()
    own = [line for line in lines if f'execve("{argv[0]}"' in line]
    assert len(own) == 1
    after = lines[lines.index(own[0]) + 1 :]
    # Another process may have come between the call and its result.
    if own[0].endswith("<unfinished ...>"):
        pid = own[0].split()[0]
        resumed = [line for line in after if re.match(rf"{pid} +<\.\.\. execve resumed>", line)]
        own[0] = resumed[0]
        after.remove(resumed[0])
    assert own[0].endswith("= 0")
    return after


def test_a_second_apply_changes_nothing(relay, tmp_path):
    vps = relay.vps
    before = files(vps), activations(vps), vps.console()
    children = started(vps, ["/usr/sbin/sixrelay", "apply"], tmp_path / "trace")
    assert children == []
    assert (files(vps), activations(vps), vps.console()) == before
    assert plan(vps).returncode == 0


def test_the_trace_would_see_a_child(relay, tmp_path):
    relay.vps.run(["ufw", "delete", "allow", "51820/udp"])
    children = started(relay.vps, ["/usr/sbin/sixrelay", "apply"], tmp_path / "trace")
    assert any("ufw" in line for line in children), children


def test_all_of_the_contract_is_in_place(relay):
    vps = relay.vps
    modes = {
        "/etc/sysctl.d/99-wg-relay.conf": "644",
        "/etc/wireguard/wg0.conf": "600",
        "/etc/wireguard/server.key": "600",
        "/etc/wireguard/server.pub": "644",
        "/etc/wireguard/mikrotik.key": "600",
        "/etc/wireguard/mikrotik.pub": "644",
        "/etc/ndppd.conf": "644",
        "/etc/systemd/system/ndppd.service": "644",
        "/etc/ssh/sshd_config.d/00-hardening.conf": "644",
        "/var/lib/sixrelay": "700",
    }
    for path, mode in modes.items():
        assert vps.run(["stat", "-c%a", path]).stdout.strip() == mode, path
    for pair in ("server", "mikrotik"):
        public = vps.run(["wg", "pubkey"], input=vps.read(f"/etc/wireguard/{pair}.key")).stdout
        assert public == vps.read(f"/etc/wireguard/{pair}.pub")
    for unit in UNITS[:2]:
        assert vps.unit_state(unit) == "active"
        assert vps.run(["systemctl", "is-enabled", unit]).stdout == "enabled\n"
    ufw = vps.run(["ufw", "status", "verbose"]).stdout
    for line in (
        r"51820/udp +ALLOW IN +Anywhere +# WireGuard",
        r"51820/udp \(v6\) +ALLOW IN +Anywhere \(v6\) +# WireGuard",
        r"Anywhere +ALLOW FWD +Anywhere on wg0",
        r"Anywhere on wg0 +ALLOW FWD +Anywhere",
        r"Anywhere \(v6\) +ALLOW FWD +Anywhere \(v6\) on wg0",
        r"Anywhere \(v6\) on wg0 +ALLOW FWD +Anywhere \(v6\)",
    ):
        assert re.search(f"^{line} *$", ufw, re.MULTILINE), line
    sshd = sshd_settings(vps)
    assert "passwordauthentication no" in sshd
    assert "maxauthtries 3" in sshd
    assert vps.run(["sysctl", "-n", "net.ipv6.conf.all.forwarding"]).stdout == "1\n"


def test_plan_says_what_apply_then_does(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    planned = json.loads(lab.vps.run(["sixrelay", "plan", "--json"], check=False).stdout)
    shown = plan(lab.vps)
    assert shown.returncode == 1
    assert "+PrivateKey = (hidden)" in shown.stdout
    done = apply(lab.vps).stdout.splitlines()
    steps = [f"sixrelay: {step['step']}" for step in planned["steps"]]
    assert done[: len(steps)] == steps
    for name in ("server.key", "mikrotik.key"):
        assert lab.vps.read(f"/etc/wireguard/{name}").strip() not in shown.stdout


def test_another_peer_is_a_reload_and_the_tunnel_stays(relay):
    wg0 = relay.vps.run(["cat", "/sys/class/net/wg0/ifindex"]).stdout
    relay.vps.settings(f"[site home]\nrouter_public_key = {OTHER_KEY}\n")
    done = apply(relay.vps)
    assert "reload wg-quick@wg0.service" in done.stdout
    assert "ndppd" not in done.stdout
    assert relay.vps.run(["wg", "show", "wg0", "peers"]).stdout == f"{OTHER_KEY}\n"
    assert relay.vps.run(["cat", "/sys/class/net/wg0/ifindex"]).stdout == wg0
    assert "private-key" not in announced(relay.vps)


def test_another_transit_network_is_a_restart_of_the_tunnel_alone(relay):
    relay.vps.settings("[relay]\ntransit = fd12:3456:789a::/64\n")
    done = apply(relay.vps)
    assert "restart wg-quick@wg0.service" in done.stdout
    assert "ndppd" not in done.stdout and "ssh" not in done.stdout
    assert "fd12:3456:789a::1/64" in relay.vps.run(["ip", "-6", "addr", "show", "wg0"]).stdout


def test_another_port_and_name_leave_nothing_behind(relay):
    vps = relay.vps
    vps.settings("[relay]\nlisten_port = 51999\nwg_interface = wg-home\n")
    apply(vps)
    assert vps.unit_state("wg-quick@wg0.service") == "inactive"
    assert vps.unit_state("wg-quick@wg-home.service") == "active"
    assert not vps.exists("/etc/wireguard/wg0.conf")
    rules = vps.run(["ip6tables", "-S", "FORWARD"]).stdout
    assert "-o wg0 " not in rules and rules.count("-o wg-home -m addrtype") == 1
    ufw = vps.run(["ufw", "status"]).stdout
    assert "51820" not in ufw and "wg0" not in ufw
    assert "51999/udp" in ufw and "on wg-home" in ufw
    assert plan(vps).returncode == 0


def test_a_file_that_a_person_edited_is_kept_and_named(relay):
    vps = relay.vps
    vps.write("/etc/ndppd.conf", "# mine\n")
    assert "/etc/ndppd.conf" in vps.run(["sixrelay", "status"]).stdout
    assert "-# mine" in plan(vps).stdout
    done = apply(vps)
    assert "/etc/ndppd.conf is not as sixrelay left it" in done.stderr
    assert "/etc/ndppd.conf is not as" in vps.console()
    kept = "/var/lib/sixrelay/kept/etc/ndppd.conf.1"
    assert vps.read(kept) == "# mine\n"
    assert kept in vps.run(["sixrelay", "status"]).stdout
    assert f"rule {RESERVED}" in vps.read("/etc/ndppd.conf")


def test_what_was_there_before_the_first_apply_is_kept(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.write("/etc/sysctl.d/99-wg-relay.conf", "# by hand\n")
    apply(lab.vps)
    before = "/var/lib/sixrelay/before/etc/sysctl.d/99-wg-relay.conf"
    assert lab.vps.read(before) == "# by hand\n"


def test_keys_made_by_hand_are_taken_over(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    key = lab.vps.run(["wg", "genkey"]).stdout
    lab.vps.write("/etc/wireguard/server.key", key, 0o644)
    apply(lab.vps)
    assert lab.vps.read("/etc/wireguard/server.key") == key
    assert lab.vps.run(["stat", "-c%a", "/etc/wireguard/server.key"]).stdout == "600\n"
    public = lab.vps.run(["wg", "pubkey"], input=key).stdout.strip()
    assert public in announced(lab.vps)


def test_a_tunnel_made_by_hand_is_taken_over_and_its_hooks_run(new_lab):
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.boot()
    key = vps.run(["wg", "genkey"]).stdout.strip()
    conf = f"[Interface]\nPrivateKey = {key}\nAddress = fd00::1/64\nPostDown = touch /root/down\n"
    vps.write("/etc/wireguard/wg0.conf", conf, 0o600)
    vps.run(["systemctl", "enable", "--now", "wg-quick@wg0.service"])
    apply(vps)
    assert vps.exists("/root/down")
    assert vps.read("/var/lib/sixrelay/before/etc/wireguard/wg0.conf") == conf
    assert "fd99:9999:9999::1/64" in vps.run(["ip", "-6", "addr", "show", "wg0"]).stdout
    assert plan(vps).returncode == 0


def test_drift_in_the_kernel_is_put_right(relay):
    vps = relay.vps
    vps.run(["ip", "-6", "route", "del", RESERVED, "dev", "wg0"])
    vps.run(["sysctl", "-qw", "net.ipv6.conf.all.forwarding=0"])
    vps.run(["systemctl", "stop", "ndppd"])
    assert plan(vps).returncode == 1
    apply(vps)
    assert "metric 50" in vps.run(["ip", "-6", "route", "show", RESERVED]).stdout
    assert vps.run(["sysctl", "-n", "net.ipv6.conf.all.forwarding"]).stdout == "1\n"
    assert vps.unit_state("ndppd.service") == "active"
    assert plan(vps).returncode == 0


def test_a_run_cut_short_is_taken_up_by_the_next(relay):
    """The files are new, the units not yet: nothing differs on disk, and yet there is work."""
    vps = relay.vps
    vps.settings(f"[site home]\nrouter_public_key = {OTHER_KEY}\n")
    vps.run(["systemctl", "stop", "dbus.socket", "dbus.service"])
    vps.run(["mv", "/run/systemd/private", "/run/systemd/away"])
    assert apply(vps, check=False).returncode == 1
    assert OTHER_KEY in vps.read("/etc/wireguard/wg0.conf")
    vps.run(["mv", "/run/systemd/away", "/run/systemd/private"])
    apply(vps)
    assert vps.run(["wg", "show", "wg0", "peers"]).stdout == f"{OTHER_KEY}\n"


@pytest.mark.parametrize(
    "programs, said, unit",
    [
        (["/usr/bin/wg-quick", "/usr/bin/wg"], "apt-get install wireguard-tools", "ndppd.service"),
        (["/usr/sbin/ndppd"], "apt-get install ndppd", "wg-quick@wg0.service"),
    ],
    ids=["wg-quick", "ndppd"],
)
def test_a_missing_program_is_named_and_the_rest_done(new_lab, programs, said, unit):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.remove_programs(programs)
    done = apply(lab.vps, check=False)
    assert done.returncode == 1
    assert said in " ".join(done.stderr.split())
    assert lab.vps.unit_state(unit) == "active"
    assert lab.vps.exists("/etc/wireguard/wg0.conf") and lab.vps.exists("/etc/ndppd.conf")


def test_a_unit_that_fails_is_named_with_its_result_and_tried_again(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.run(["ip", "link", "add", "wg0", "type", "bridge"])
    done = apply(lab.vps, check=False)
    assert done.returncode == 1
    assert "wg-quick@wg0.service: restart: result 'failed'" in done.stderr
    assert "journalctl -u wg-quick@wg0.service" in done.stderr
    assert lab.vps.unit_state("ndppd.service") == "active"
    assert "an interface of that name is there" in " ".join(done.stderr.split())
    assert "wg0" not in lab.vps.run(["ufw", "status"]).stdout

    lab.vps.run(["ip", "link", "del", "wg0"])
    apply(lab.vps)
    assert lab.vps.unit_state("wg-quick@wg0.service") == "active"
    assert "wg0" in lab.vps.run(["ufw", "status"]).stdout
    assert plan(lab.vps).returncode == 0


def test_without_ufw_the_rest_is_done(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.remove_programs(["/usr/sbin/ufw"])
    done = apply(lab.vps)
    assert "ufw is not installed" in done.stderr
    assert lab.vps.unit_state("wg-quick@wg0.service") == "active"


def test_an_inactive_ufw_stays_so(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.run(["ufw", "disable"])
    done = apply(lab.vps)
    assert "ufw is inactive" in done.stderr
    assert "Status: inactive" in lab.vps.run(["ufw", "status"]).stdout
    assert "51820" in lab.vps.run(["ufw", "show", "added"]).stdout
    assert plan(lab.vps).returncode == 0


def test_without_a_key_to_log_in_passwords_stay(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.run(["rm", "/root/.ssh/authorized_keys"])
    done = apply(lab.vps)
    assert "NOT hardened" in done.stderr
    assert "passwordauthentication yes" in sshd_settings(lab.vps)


def test_a_broken_sshd_configuration_is_not_made_worse(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.write("/etc/ssh/sshd_config.d/99-broken.conf", "NoSuchOption yes\n")
    done = apply(lab.vps, check=False)
    assert done.returncode == 1 and "NoSuchOption" in done.stderr
    assert not lab.vps.exists("/etc/ssh/sshd_config.d/00-hardening.conf")
    assert lab.vps.unit_state("wg-quick@wg0.service") == "active"


def test_no_metadata_no_change(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.metadata.refuse()
    before = files_of_etc(lab.vps)
    done = lab.vps.run(["sixrelay", "apply"], check=False, timeout=60)
    assert done.returncode == 1 and "metadata" in done.stderr
    assert files_of_etc(lab.vps) == before
    assert not lab.vps.exists("/var/lib/sixrelay")


def files_of_etc(vps):
    return vps.run(["find", "/etc", "-printf", "%p %i %T@\\n"]).stdout


def test_a_wrong_setting_is_named_and_nothing_written(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.settings("[relay]\nmtu = 1420\nlisten_port = ssh\n")
    before = files_of_etc(lab.vps)
    done = apply(lab.vps, check=False)
    assert done.returncode == 1
    assert "/etc/sixrelay.conf:3:" in done.stderr and "1 to 65535" in done.stderr
    assert files_of_etc(lab.vps) == before


def test_the_service_applies_at_boot(new_lab):
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.run(["systemctl", "enable", "sixrelay.service"])
    assert not lab.vps.exists("/etc/wireguard/wg0.conf")
    lab.vps.reboot()
    result = ["systemctl", "show", "--property=Result", "--value", "sixrelay.service"]
    assert lab.vps.run(result).stdout == "success\n"
    assert "PrivateKey" in lab.vps.read("/etc/wireguard/wg0.conf")
    assert "private-key" in announced(lab.vps)
    lab.vps.reboot()
    said = lab.vps.run(["journalctl", "-b", "-u", "sixrelay.service", "-o", "cat"]).stdout
    assert "sixrelay: restart" not in said and "sixrelay: write" not in said
    assert plan(lab.vps).returncode == 0


def test_announced_at_each_boot_until_the_handshake_then_without_the_key(relay):
    vps = relay.vps
    key = vps.read("/etc/wireguard/mikrotik.key").strip()
    vps.reboot()
    apply(vps)
    assert len(all_announced(vps)) == 2 and key in announced(vps)

    home = relay.add_home(Home(relay.gateway, f"{relay.name}-home"))
    home.paste(announced(vps))
    home.client.wait_ping("fd99:9999:9999::1")
    apply(vps)
    vps.reboot()
    home.client.wait_ping("fd99:9999:9999::1")
    apply(vps)
    assert len(all_announced(vps)) == 2, "the router is there: no need to say it again"

    vps.settings("[relay]\nmtu = 1400\n")
    apply(vps)
    assert "mtu=1400" in announced(vps)
    assert key not in announced(vps)
    assert key not in vps.run(["journalctl", "--no-pager"]).stdout
