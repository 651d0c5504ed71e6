# SPDX-License-Identifier: MIT
"""The relay, end to end: from Vultr's metadata to a LAN client's ping."""

import socket
import struct
import time

import pytest

from .crossing import ECHO_REQUEST, ICMPV6, IP6, checksum, inside, mac
from .gateway import GATEWAY_MAC, ORIGINAL, PUBLIC6, RESERVED, RESERVED2, VPS4, VPS6, VPS_MAC
from .lan import home_with, lan_works, reaches
from .scripts import all_announced, announced


def default_routes(vps):
    return vps.run(["ip", "-6", "route", "show", "default"]).stdout


def test_from_metadata_to_the_first_ping_and_after_a_silence(relay):
    home = home_with(relay, announced(relay.vps))
    address = lan_works(relay, home, RESERVED)
    relay.gateway.flush_neighbours()
    time.sleep(60)  # the fact under test: what a minute without a packet does
    assert reaches(relay.public, address)
    assert home.client.ping(PUBLIC6, count=3) == 3


def echo_request(source, destination):
    """A frame for the VPS, of somebody on its wire."""
    ends = b"".join(socket.inet_pton(socket.AF_INET6, end) for end in (source, destination))
    echo = struct.pack("!BBHHH", ECHO_REQUEST, 0, 0, 1, 1)
    value = checksum(ends + struct.pack("!II", len(echo), ICMPV6) + echo)
    echo = echo[:2] + struct.pack("!H", value) + echo[4:]
    head = mac(VPS_MAC) + mac(GATEWAY_MAC) + struct.pack("!H", IP6)
    return head + struct.pack("!IHBB", 6 << 28, len(echo), ICMPV6, 64) + ends + echo


def echoes(space):
    """How many echo requests a machine has taken."""
    return int(space.run(["grep", "Icmp6InEchos", "/proc/net/snmp6"]).stdout.split()[1])


def test_nobody_on_the_wire_speaks_as_the_vps(relay):
    """Neither to the router, which lets the VPS in, nor to a device that does."""
    home = home_with(relay, announced(relay.vps))
    device = lan_works(relay, home, RESERVED)
    vps, router = "fd99:9999:9999::1", "fd99:9999:9999::2"
    router_before, device_before = echoes(home.space), echoes(home.client.space)
    with inside(relay.gateway.namespace):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        wire.bind(("vps", 0))
    with wire:
        for _ in range(3):
            wire.send(echo_request(vps, router))
            wire.send(echo_request(VPS6, device))
    # By the same way, and after them; the second one's echo requests are all that came.
    assert reaches(relay.vps, router) and reaches(relay.vps, device)
    assert echoes(home.space) == router_before + 3
    assert echoes(home.client.space) == device_before + 3


def test_the_rule_that_sees_to_it_comes_and_goes_with_the_tunnel(relay):
    def rules():
        return relay.vps.run(["ip6tables", "-S", "FORWARD"]).stdout.count("--src-type LOCAL")

    relay.vps.run(["systemctl", "restart", "wg-quick@wg0"])
    relay.vps.run(["ufw", "reload"])
    assert rules() == 1
    relay.vps.run(["ip", "link", "del", "wg0"])
    relay.vps.run(["systemctl", "restart", "wg-quick@wg0"])
    assert rules() == 1
    relay.vps.run(["systemctl", "stop", "wg-quick@wg0"])
    assert rules() == 0


def test_announced_script_is_what_script_prints(relay):
    assert relay.vps.run(["sixrelay", "script"]).stdout == announced(relay.vps)


@pytest.mark.parametrize("early", [True, False], ids=["before-boot", "by-hand"])
def test_a_bound_prefix_does_not_take_the_lan_away(new_lab, early):
    lab = new_lab(reserved=[RESERVED])
    if early:
        lab.vps.bind_reserved(RESERVED)
    lab.vps.boot()
    lab.vps.run(["sixrelay", "apply"])
    home = home_with(lab, announced(lab.vps))
    if not early:
        lan_works(lab, home, RESERVED)
        lab.vps.bind_reserved(RESERVED)
    routes = lab.vps.run(["ip", "-6", "route", "show", RESERVED]).stdout
    assert "dev enp1s0" in routes and "metric 256" in routes
    lan_works(lab, home, RESERVED)


def test_the_original_prefix_can_be_shared(new_lab):
    lab = new_lab()
    lab.vps.boot()
    lab.vps.settings("[site home]\nprefix = original\n")
    lab.vps.run(["sixrelay", "apply"])
    home = home_with(lab, announced(lab.vps))
    for refresh in range(2):
        lan_works(lab, home, ORIGINAL)
        assert reaches(lab.public, VPS6)
        assert reaches(lab.vps, PUBLIC6)
        assert "via fe80::1" in default_routes(lab.vps)
        lab.gateway.advertise()


def test_without_a_network_manager_the_kernel_keeps_the_default_route(new_lab):
    """With forwarding on and accept_ra at 1 it would drop it."""
    lab = new_lab(reserved=[RESERVED])
    vps = lab.vps
    vps.boot()
    vps.run(["systemctl", "mask", "--now", "systemd-networkd.socket", "systemd-networkd.service"])
    vps.run(["ip", "address", "replace", f"{VPS4}/24", "dev", "enp1s0"])
    vps.run(["ip", "route", "replace", "default", "via", "203.0.113.1"])
    vps.run(["ip", "-6", "address", "flush", "dev", "enp1s0", "scope", "global"])
    vps.run(["ip", "-6", "route", "flush", "dev", "enp1s0", "proto", "ra"])
    vps.run(["sysctl", "-qw", "net.ipv6.conf.enp1s0.accept_ra=1"])
    lab.gateway.advertise()
    vps.wait_online()
    vps.run(["sixrelay", "apply"])
    assert vps.run(["sysctl", "-n", "net.ipv6.conf.enp1s0.accept_ra"]).stdout == "2\n"
    for refresh in range(2):
        assert "via fe80::1" in default_routes(vps)
        assert reaches(vps, PUBLIC6)
        lab.gateway.advertise()
    lan_works(lab, home_with(lab, announced(vps)), RESERVED)
    assert vps.run(["sixrelay", "plan"], check=False).returncode == 0


def test_two_sites_two_routers(new_lab):
    lab = new_lab(reserved=[RESERVED, RESERVED2])
    lab.vps.boot()
    lab.vps.settings("[site home]\n[site cabin]\n")
    lab.vps.run(["sixrelay", "apply"])
    homes = {"home": RESERVED, "cabin": RESERVED2}
    keys = {"home": "mikrotik.key", "cabin": "mikrotik-cabin.key"}
    for site, prefix in homes.items():
        script = announced(lab.vps, site)
        for owner, name in keys.items():
            key = lab.vps.read(f"/etc/wireguard/{name}").strip()
            assert (key in script) == (owner == site)
        homes[site] = home_with(lab, script, site)
    lan_works(lab, homes["home"], RESERVED)
    lan_works(lab, homes["cabin"], RESERVED2)
    assert lab.vps.run(["sixrelay", "script"], check=False).returncode == 1
    printed = lab.vps.run(["sixrelay", "script", "--site", "cabin"]).stdout
    assert printed == announced(lab.vps, "cabin")


def test_ndppd_auto_does_not_serve_the_lan_and_static_does(relay):
    """With ndppd 0.2.5. Should this fail, auto works now, and may be offered again."""
    relay.vps.settings("[relay]\nndppd_rule = auto\n")
    relay.vps.run(["sixrelay", "apply"])
    home = home_with(relay, announced(relay.vps))
    address = home.client.wait_address(RESERVED)
    home.client.wait_ping("fd99:9999:9999::1")
    relay.gateway.flush_neighbours()
    assert not reaches(relay.public, address)

    relay.vps.settings("[relay]\nndppd_rule = static\n")
    relay.vps.run(["sixrelay", "apply"])
    lan_works(relay, home, RESERVED)


def test_the_relay_comes_up_at_boot_without_the_agent(relay):
    home = home_with(relay, announced(relay.vps))
    lan_works(relay, home, RESERVED)
    relay.vps.remove_programs(["/usr/sbin/sixrelay"])
    relay.vps.reboot()
    lan_works(relay, home, RESERVED)


def test_waiting_then_attached(new_lab):
    lab = new_lab()
    lab.vps.boot()
    done = lab.vps.run(["sixrelay", "apply"])
    assert "Reserved IPs" in done.stderr
    said = lab.vps.console().count("Reserved IPs")
    lab.vps.run(["sixrelay", "apply"])
    assert lab.vps.console().count("Reserved IPs") == said == 1, "announced once"
    assert "waiting" in lab.vps.run(["sixrelay", "status"]).stdout
    assert not lab.vps.exists("/etc/wireguard/wg0.conf")

    lab.attach(RESERVED)
    lab.vps.run(["sixrelay", "apply"])
    lan_works(lab, home_with(lab, announced(lab.vps)), RESERVED)


def test_a_detached_prefix_is_kept_and_another_one_taken(relay):
    home = home_with(relay, announced(relay.vps))
    lan_works(relay, home, RESERVED)
    before = relay.vps.read("/etc/wireguard/wg0.conf")
    relay.detach(RESERVED)
    done = relay.vps.run(["sixrelay", "apply"])
    assert "no longer attached" in done.stderr
    assert relay.vps.read("/etc/wireguard/wg0.conf") == before

    relay.attach(RESERVED2)
    relay.vps.run(["sixrelay", "apply"])
    assert RESERVED2.removesuffix("/64") in announced(relay.vps)
    assert len(all_announced(relay.vps)) == 2
    report = home.paste(announced(relay.vps))
    assert report.errors == []
    lan_works(relay, home, RESERVED2)
