# SPDX-License-Identifier: MIT
"""Facts about the VPS that the product builds on, shown without the product."""

import ipaddress
import json

import pytest

from .gateway import METADATA4, PUBLIC4, PUBLIC6, RESERVED, VPS4, VPS6
from .waiting import until

NDPPD = """proxy enp1s0 {
    rule %s {
        static
    }
}
"""


def ping(space, address, count=1):
    argv = ["ping", f"-c{count}", "-i0.2", "-W1", address]
    return space.run(argv, check=False).returncode == 0


def routes(vps, *what):
    return json.loads(vps.run(["ip", "-6", "-j", "route", "show", *what]).stdout)


def test_boots_with_what_vultr_gives(bare_lab):
    vps = bare_lab.vps
    assert vps.run(["hostname"]).stdout == "relay-0\n"
    assert vps.run(["systemctl", "is-system-running"]).stdout == "running\n"
    assert [route["gateway"] for route in routes(vps, "default")] == ["fe80::1"]
    assert ping(vps, PUBLIC6) and ping(vps, PUBLIC4)
    assert ping(bare_lab.public, VPS6) and ping(bare_lab.public, VPS4)
    assert "169.254.169.254 via" in vps.run(["ip", "route", "get", METADATA4]).stdout
    assert vps.unit_state("sys-subsystem-net-devices-enp1s0.device") == "active"


def test_ufw_lets_only_ssh_in(bare_lab):
    status = bare_lab.vps.run(["ufw", "status", "verbose"]).stdout
    assert "Default: deny (incoming), allow (outgoing), disabled (routed)" in status
    assert "22/tcp (v6)" in status
    connect = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)"
    argv = ["python3", "-c", connect, VPS6]
    assert bare_lab.public.run([*argv, "22"], check=False).returncode == 0
    assert bare_lab.public.run([*argv, "23"], check=False).returncode != 0


def test_ndppd_static_answers_for_the_whole_prefix(bare_lab):
    vps, public = bare_lab.vps, bare_lab.public
    inside = str(ipaddress.ip_network(RESERVED)[0xABCD])
    bare_lab.attach(RESERVED)
    vps.run(["ip", "address", "add", f"{inside}/128", "dev", "lo"])
    assert not ping(public, inside)

    vps.write("/etc/ndppd.conf", NDPPD % RESERVED)
    vps.run(["systemctl", "restart", "ndppd"])
    listens = ["ss", "-Hl0", "sport", "=", ":enp1s0"]
    until(lambda: "ndppd" in vps.run([*listens, "-p"]).stdout, 10, "ndppd's packet socket")
    bare_lab.gateway.flush_neighbours()
    assert ping(public, inside), "the first packet"
    assert "FAILED" not in bare_lab.gateway.run(["ip", "neigh", "show", inside]).stdout


@pytest.mark.parametrize("early", [True, False])
def test_binding_puts_a_connected_route_on_the_nic(bare_lab, early):
    vps = bare_lab.vps
    vps.bind_reserved(RESERVED)
    if early:
        vps.reboot()
    connected = [r["metric"] for r in routes(vps, "dev", "enp1s0") if r["dst"] == RESERVED]
    assert connected == [256]
    assert routes(vps, "default")


def test_what_is_written_survives_a_power_cut(bare_lab):
    vps = bare_lab.vps
    vps.write("/etc/sixrelay.conf", "[relay]\n", 0o600)
    vps.remove_programs(["/usr/bin/wg-quick"])
    vps.power_cut()
    vps.boot()
    assert vps.read("/etc/sixrelay.conf") == "[relay]\n"
    assert not vps.exists("/usr/bin/wg-quick")


def test_a_router_advertisement_can_be_had_at_any_time(bare_lab):
    def received():
        lines = bare_lab.vps.read("/proc/net/snmp6").splitlines()
        return int(dict(line.split() for line in lines)["Icmp6InRouterAdvertisements"])

    before = received()
    bare_lab.gateway.advertise()
    until(lambda: received() > before, 2, "a router advertisement")
    assert routes(bare_lab.vps, "default")
