# SPDX-License-Identifier: MIT
"""The life of an instance: what happens to it between boots, and what its console says of that."""

import hashlib
import json
import re

import pytest

from .conftest import maker
from .gateway import PUBLIC6, RESERVED, RESERVED2, Identity
from .metadata import document
from .router import Home
from .scripts import all_announced, announced
from .terminal import Terminal
from .waiting import until

CLONE = {
    "mac": "56:00:05:00:53:77",
    "v4": "203.0.113.77",
    "original": "3fff:0:0:11::/64",
    "number": "77777777-1d2a-4c6e-9f7b-2a4d6e8c0f13",
}
UNITS = ["wg-quick@wg0.service", "ndppd.service", "ssh.service"]
KEY_FILES = ["server.key", "mikrotik.key"]
TWO_SITES = "[site home]\n[site cabin]\n"
WAITING = "no reserved IPv6 /64 is free"


def apply(vps, check=True):
    return vps.run(["sixrelay", "apply"], check=check)


def words(text):
    """Without the line ends of a paragraph."""
    return " ".join(text.split())


def said(vps, text):
    """How often the console has said so, since the machine was made."""
    return words(vps.console()).count(text)


def status(vps):
    return words(vps.run(["sixrelay", "status"]).stdout)


def activations(vps):
    return vps.run(["systemctl", "show", "--property=Id,InvocationID,ReloadResult", *UNITS]).stdout


def keys(vps):
    return [vps.read(f"/etc/wireguard/{name}") for name in KEY_FILES]


def configuration(vps):
    """All that makes the relay, and what runs of it."""
    files = ["/etc/wireguard/wg0.conf", "/etc/ndppd.conf", "/etc/sysctl.d/99-wg-relay.conf"]
    route = vps.run(["ip", "-6", "route", "show", "dev", "wg0"]).stdout
    return [vps.read(path) for path in files], route, activations(vps)


def add_home(lab):
    """A home whose router has run the script that the console shows, and is connected."""
    home = lab.add_home(Home(lab.gateway, f"{lab.name}-home"))
    assert home.paste(announced(lab.vps)).errors == []
    home.client.wait_ping("fd99:9999:9999::1")
    return home


def test_it_waits_for_a_prefix_and_says_so_once_in_each_boot(new_lab):
    lab = new_lab()
    vps = lab.vps
    vps.boot()
    for _ in range(2):
        assert apply(vps).returncode == 0
        assert said(vps, WAITING) == 1
    assert WAITING in status(vps) and "Reserved IPs" in status(vps)
    vps.reboot()
    for _ in range(2):
        apply(vps)
        assert said(vps, WAITING) == 2, "whoever opens the console sees why there is no script"
    lab.attach(RESERVED)
    assert "proof for home: 3fff::2:" in apply(vps).stdout
    assert len(all_announced(vps)) == 1
    assert WAITING not in status(vps) and said(vps, WAITING) == 2


def test_a_detached_prefix_is_kept_and_told_once(relay):
    vps = relay.vps
    before = configuration(vps)
    for number in (1, 2):
        relay.detach(RESERVED)
        for _ in range(2):
            done = apply(vps)
            assert "proof" not in done.stdout
            assert said(vps, "is no longer attached") == number
        assert "is no longer attached" in status(vps)
        relay.attach(RESERVED)
        assert "proof for home" in apply(vps).stdout
        apply(vps)
        assert said(vps, f"site home: {RESERVED} is attached again") == number
    assert configuration(vps) == before
    assert len(all_announced(vps)) == 1


def test_each_site_waits_and_loses_for_itself(new_lab):
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.boot()
    vps.settings(TWO_SITES)
    apply(vps)
    assert said(vps, f"site cabin: {WAITING}") == 1
    assert len(all_announced(vps)) == 1
    lab.detach(RESERVED)
    apply(vps)
    assert said(vps, f"site cabin: {WAITING}") == 1
    assert said(vps, f"site home: {RESERVED} is no longer attached") == 1
    lab.attach(RESERVED2)
    lab.attach(RESERVED)
    done = apply(vps)
    assert "proof for home" in done.stdout and "proof for cabin" in done.stdout
    assert said(vps, f"site home: {RESERVED} is attached again") == 1
    assert len(all_announced(vps)) == 1
    assert RESERVED2.removesuffix("/64") + "1/64" in announced(vps, "cabin")
    console = vps.console()
    lab.metadata.set(document(reserved=[RESERVED2, RESERVED]))
    apply(vps)
    assert vps.console() == console


@pytest.mark.parametrize("manner", ["at once", "gap", "both for a while"])
def test_another_prefix_reaches_the_lan(new_lab, manner):
    """Until the end the private key is on the console once: before the first handshake."""
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.boot()
    apply(vps)
    home = add_home(lab)
    client = home.client
    client.wait_address(RESERVED)
    key = vps.read("/etc/wireguard/mikrotik.key").strip()
    if manner == "both for a while":
        lab.attach(RESERVED2)
        for reserved in ([RESERVED, RESERVED2], [RESERVED2, RESERVED]):
            lab.metadata.set(document(reserved=reserved))
            assert "nothing to do" in apply(vps).stdout
    lab.detach(RESERVED)
    if manner == "gap":
        apply(vps)
    if manner != "both for a while":
        lab.attach(RESERVED2)
    done = apply(vps).stdout
    assert "proof for home: 3fff::3:" in done
    assert "ssh" not in done
    assert f"rule {RESERVED2}" in vps.read("/etc/ndppd.conf")
    assert RESERVED not in vps.run(["ip", "-6", "route", "show", "dev", "wg0"]).stdout
    assert len(all_announced(vps)) == 2
    assert key not in announced(vps)
    assert said(vps, "the whole one: ssh root@203.0.113.42 sixrelay script --site home") == 1

    if manner != "at once":
        return
    assert home.paste(announced(vps)).errors == []
    address = client.wait_address(RESERVED2)
    client.wait_no_address(RESERVED)
    client.wait_ping(PUBLIC6)
    assert lab.public.run(["ping", "-6", "-c1", "-W2", address], check=False).returncode == 0
    assert vps.console().count(key) == 1
    assert "nothing to do" in apply(vps).stdout


# What the metadata service does, and what is said of it.
SILENCES = {
    "black hole": (lambda lab: drop_metadata(lab), "Timeout was reached"),
    "503": (lambda lab: lab.metadata.fault(status=503), "HTTP status 503"),
    "404": (lambda lab: lab.metadata.fault(status=404), "HTTP status 404"),
    "garbage": (lambda lab: lab.metadata.set("<html>Bad gateway</html>"), "not valid JSON"),
    "empty": (lambda lab: lab.metadata.set({"interfaces": []}), "interfaces: absent or empty"),
}


def drop_metadata(lab):
    rules = "table ip hole { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }"
    lab.gateway.run(["nft", rules])


def hear_metadata(lab):
    lab.gateway.run(["nft", "delete", "table", "ip", "hole"], check=False)
    lab.metadata.clear()
    lab.publish()


@pytest.fixture(scope="module")
def silent_lab(request, suite, installed):
    with maker(request, suite) as make:
        lab = make(reserved=[RESERVED])
        lab.vps.boot()
        apply(lab.vps)
        yield lab


@pytest.mark.parametrize("how", SILENCES)
def test_without_the_metadata_service_what_it_said_last_holds(silent_lab, how):
    lab, vps = silent_lab, silent_lab.vps
    before = configuration(vps), vps.console()
    fall_silent, reason = SILENCES[how]
    fall_silent(lab)
    try:
        done = apply(vps)
        assert reason in done.stderr
        assert "no good answer of the metadata service since" in words(done.stderr)
        assert "no good answer of the metadata service since" in status(vps)
        assert (configuration(vps), vps.console()) == before
        if how == "garbage":
            vps.run(["systemctl", "stop", "ndppd.service"])
            assert "restart ndppd.service" in apply(vps).stdout
    finally:
        hear_metadata(lab)
    assert "the metadata service answers again" in apply(vps).stdout
    assert "nothing to do" in apply(vps).stdout
    assert "no good answer" not in status(vps)


def test_a_boot_without_metadata_and_one_as_a_new_machine(new_lab):
    """As cloud-init does it: first it knows nothing, then it sees the instance for the first time."""
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.bind_reserved(RESERVED)
    vps.boot()
    apply(vps)
    before = keys(vps)
    home = add_home(lab)
    apply(vps)
    lab.metadata.refuse()
    vps.bind_reserved()
    vps.run(["rm", "/root/.ssh/authorized_keys"])
    vps.run(["sh", "-c", "rm /etc/ssh/ssh_host_*; ssh-keygen -A"])
    vps.reboot()
    assert "no good answer" in apply(vps).stderr
    home.client.wait_ping(PUBLIC6)

    lab.metadata.serve()
    vps.bind_reserved(RESERVED)
    vps.write("/root/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA a\n", 0o600)
    vps.run(["sh", "-c", "rm /etc/ssh/ssh_host_*; ssh-keygen -A"])
    vps.reboot()
    done = apply(vps)
    assert "answers again" in done.stdout and "reply after" in done.stdout
    home.client.wait_ping(PUBLIC6)
    assert keys(vps) == before
    assert len(all_announced(vps)) == 1


def test_a_first_boot_without_metadata_is_tried_again(new_lab):
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    drop_in = "/etc/systemd/system/sixrelay.service.d/test.conf"
    vps.write(drop_in, "[Service]\nRestartSec=1\n")
    lab.metadata.fault(status=404)
    vps.boot()
    done = apply(vps, check=False)
    assert done.returncode == 1
    assert "waiting for the metadata service" in done.stderr
    assert not vps.exists("/etc/wireguard/wg0.conf")
    vps.run(["systemctl", "start", "--no-block", "sixrelay.service"])
    lab.metadata.clear()
    until(lambda: vps.unit_state("wg-quick@wg0.service") == "active", 60, "the tunnel")


def test_a_handshake_is_remembered_over_a_reboot(relay):
    """Also one that nobody has asked for: the runs of the timer see it."""
    vps = relay.vps
    home = add_home(relay)
    assert home.client.ping("fd99:9999:9999::1") == 3
    assert "nothing to do" in apply(vps).stdout
    home.space.run(["ip", "link", "set", "ether1", "down"])
    vps.reboot()
    apply(vps)
    assert len(all_announced(vps)) == 1


def test_what_is_secret_on_the_console(relay):
    vps = relay.vps
    key = vps.read("/etc/wireguard/mikrotik.key").strip()
    rest = "the whole one: ssh root@203.0.113.42 sixrelay script --site home"
    number = 0

    def shown(secret):
        nonlocal number
        number += 1
        before = said(vps, rest)
        vps.settings(
            f"[relay]\nannounce_secret = {secret}\n[site home]\nlan_bridge = bridge{number}\n"
        )
        apply(vps)
        assert f'"bridge{number}"' in announced(vps)
        assert (said(vps, rest) > before) != (key in announced(vps))
        return key in announced(vps)

    secrets = ["never", "until-handshake", "always"]
    assert [shown(secret) for secret in secrets] == [False, True, True]
    home = relay.add_home(Home(relay.gateway, f"{relay.name}-home"))
    script = vps.run(["sixrelay", "script"]).stdout
    assert home.paste(script.replace(f'"bridge{number}"', '"bridge"')).errors == []
    home.client.wait_ping("fd99:9999:9999::1")
    assert [shown(secret) for secret in secrets] == [False, False, True]
    assert key not in vps.run(["journalctl", "--no-pager"]).stdout


def test_what_a_new_version_renders_in_another_way(relay):
    """The files are as an older one has written them, and it knew that it had."""
    vps = relay.vps
    path = "/etc/ndppd.conf"
    vps.write(path, "# older\n" + vps.read(path))
    state = json.loads(vps.read("/var/lib/sixrelay/state.json"))
    older = hashlib.blake2b(vps.read(path).encode(), digest_size=32).hexdigest()
    state["written"][path] = older
    vps.write("/var/lib/sixrelay/state.json", json.dumps(state), 0o600)
    vps.write("/var/lib/sixrelay/script-home.rsc", "# older\n", 0o600)
    done = apply(vps)
    steps = [line for line in done.stdout.splitlines() if re.match("sixrelay: (write|re)", line)]
    assert steps == ["sixrelay: write /etc/ndppd.conf", "sixrelay: restart ndppd.service"]
    assert "kept" not in done.stderr and not vps.exists("/var/lib/sixrelay/kept")
    assert len(all_announced(vps)) == 2
    assert "nothing to do" in apply(vps).stdout


@pytest.mark.parametrize("nic", ["enp1s0", "ens3"])
def test_a_snapshot_on_another_instance(relay, nic):
    """It follows that one's metadata; the router at home keeps its key, and gets the new script."""
    vps = relay.vps
    home = add_home(relay)
    home.client.wait_address(RESERVED)
    apply(vps)
    before = keys(vps)
    secret = before[1].strip()
    identity = Identity(nic=nic, **CLONE)
    # What is bound to a NIC that isn't there any more is waited for: 90 s.
    vps.write("/etc/systemd/system.conf.d/test.conf", "[Manager]\nDefaultDeviceTimeoutSec=5s\n")
    relay.restore(identity, reserved=[RESERVED2])
    vps.boot()
    done = apply(vps)
    assert "proof for home: 3fff::3:" in done.stdout and "reply after" in done.stdout
    assert keys(vps) == before
    assert f"net.ipv6.conf.{nic}.proxy_ndp" in vps.read("/etc/sysctl.d/99-wg-relay.conf").replace(
        "/", "."
    )
    assert f"proxy {nic} " in vps.read("/etc/ndppd.conf")
    assert vps.exists(
        f"/etc/systemd/system/sys-subsystem-net-devices-{nic}.device.wants/ndppd.service"
    )
    assert len(all_announced(vps)) == 2
    assert "endpoint-address=203.0.113.77" in announced(vps) and secret not in announced(vps)
    assert "ssh root@203.0.113.77 sixrelay script" in words(vps.console())
    assert home.paste(announced(vps)).errors == []
    home.client.wait_address(RESERVED2)
    home.client.wait_ping(PUBLIC6)
    assert "nothing to do" in apply(vps).stdout
    vps.reboot()
    home.client.wait_ping(PUBLIC6)
    assert "restart" not in apply(vps).stdout

    vps.run(["sixrelay", "revert", "--yes"])
    for path in ("/etc/wireguard/wg0.conf", "/etc/ndppd.conf", "/etc/sysctl.d/99-wg-relay.conf"):
        assert not vps.exists(path)
    assert not vps.exists("/sys/class/net/wg0")
    assert "51820" not in vps.run(["ufw", "status"]).stdout
    forwarding = ["sysctl", "-n", "net.ipv6.conf.all.forwarding", f"net.ipv6.conf.{nic}.forwarding"]
    assert vps.run(forwarding).stdout.split() == ["0", "0"]
    vps.wait_online()


def test_each_console_is_served_as_far_as_it_goes(new_lab):
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.boot()
    slow, blocked = Terminal(vps), Terminal(vps)
    slow.read_slowly()
    blocked.fill()
    names = f"/dev/console {slow.name} {blocked.name} /dev/ttyS9"
    vps.settings(f"[relay]\nconsole = {names}\n{TWO_SITES}")
    lab.attach(RESERVED2)
    done = apply(vps)
    assert re.findall("warning: console (/dev/[a-z0-9/A-Z]+): ", done.stderr) == [
        blocked.name,
        "/dev/ttyS9",
    ]
    assert [vps.unit_state(unit) for unit in UNITS] == ["active"] * 3
    for site in ("home", "cabin"):
        script = announced(vps, site)
        assert script.isascii() and "\033" not in script
        marked = f"-----BEGIN SIXRELAY ROUTEROS SCRIPT {site}-----\n{script}-----END"
        until(lambda: marked.replace("\n", "\r\n").encode() in slow.text, 30, f"all of {site}'s")
    done = apply(vps)
    assert "console" not in done.stderr and "nothing to do" in done.stdout


def test_no_console(new_lab):
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.boot()
    vps.settings("[relay]\nconsole = none\n")
    assert "announced" not in apply(vps).stdout
    assert all_announced(vps) == []
    vps.settings("")
    apply(vps)
    assert len(all_announced(vps)) == 1, "a console that was named since has it, too"
