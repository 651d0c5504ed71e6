# SPDX-License-Identifier: MIT
"""What breaks at home, on the VPS and at the provider: a table of faults.

A fault is a function of a World. It puts the fault in, yields once that is done, and takes it
out again; its first line says what happened. What it comes to is said where it is declared:

check    the check of `sixrelay verify` that names it; None: none does
notices  what people notice (world.LAN, world.PASSWORD); the rest goes on
words    what that check's line says, as regular expressions, whatever the case
skips    the checks that can't be made, for another reason than one that failed
prefix   what goes before the command line of sixrelay
"""

import contextlib
import dataclasses
from collections.abc import Callable

from .gateway import RESERVED, VPS_NIC
from .waiting import until
from .world import LAN, PASSWORD

FAULTS = {}
NOTHING = frozenset()
OTHER_KEY = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
OTHER_PRIVATE = "QGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
TRANSIT, ROUTER = "fd99:9999:9999::1", "fd99:9999:9999::2"
NET = RESERVED.removesuffix("::/64")


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    text: str
    check: str | None
    notices: frozenset
    steps: Callable
    words: tuple
    skips: tuple
    prefix: tuple

    @contextlib.contextmanager
    def present(self, world):
        steps = self.steps(world)
        next(steps)
        try:
            yield
        finally:
            next(steps, None)


def fault(check, notices=NOTHING, words=(), skips=(), prefix=()):
    def declare(steps):
        name = steps.__name__.replace("_", "-")
        people = frozenset(notices)
        told = tuple(words), tuple(skips), tuple(prefix)
        FAULTS[name] = Fault(name, steps.__doc__, check, people, steps, *told)
        return steps

    return declare


# ndppd


@fault("ndppd", LAN, ["inactive|not running|stopped|not active"])
def ndppd_stopped(world):
    """ndppd is stopped."""
    world.run(["systemctl", "stop", "ndppd"])
    yield
    world.run(["systemctl", "start", "ndppd"])


@fault("ndppd", {"in", "server"}, ["inactive|not running|stopped|not active"])
def ndppd_stopped_and_cached(world):
    """ndppd is stopped; the gateway still has the client in its neighbour cache."""
    world.remember_neighbour(world.address)
    world.run(["systemctl", "stop", "ndppd"])
    yield
    world.run(["systemctl", "start", "ndppd"])
    world.forget_neighbour(world.address)


@fault("ndppd", LAN, ["start|restart|again"])
def ndppd_dies_at_each_start(world):
    """ndppd's program ends at once, and systemd starts it again and again."""
    world.run(["mv", "/usr/sbin/ndppd", "/usr/sbin/ndppd.away"])
    world.vps.write("/usr/sbin/ndppd", "#!/bin/sh\nexit 1\n", 0o755)
    world.run(["systemctl", "restart", "ndppd"])
    restarts = ["systemctl", "show", "--property=NRestarts", "--value", "ndppd"]
    until(lambda: world.run(restarts).stdout != "0\n", 20, "a restart of ndppd")
    yield
    world.run(["mv", "/usr/sbin/ndppd.away", "/usr/sbin/ndppd"])
    world.run(["systemctl", "restart", "ndppd"])


@fault("upstream", LAN, ["auto"])
def ndppd_rule_auto(world):
    """The settings ask for ndppd's auto, which never answers."""
    world.settings(rule="auto")
    world.apply()
    yield
    world.settings()
    world.apply()


@fault("ndppd", LAN, ["/etc/ndppd.conf", "auto"])
def ndppd_conf_edited_to_auto(world):
    """A person put auto into ndppd.conf."""
    text = world.vps.read("/etc/ndppd.conf")
    world.vps.write("/etc/ndppd.conf", text.replace("static", "auto"))
    world.run(["systemctl", "restart", "ndppd"])
    yield
    world.apply()


@fault("ndppd", LAN, ["again|ndppd.conf"])
def ndppd_conf_broken(world):
    """A person left a brace out of ndppd.conf."""
    text = world.vps.read("/etc/ndppd.conf")
    world.vps.write("/etc/ndppd.conf", text.replace("{", "", 1))
    world.run(["systemctl", "restart", "ndppd"])
    yield
    world.apply()


@fault("ndppd", LAN, ["deaf|restart"])
def ndppd_deaf(world):
    """The NIC was made anew below ndppd, whose unit isn't bound to it: it spins and hears nothing."""
    lines = world.vps.read("/etc/systemd/system/ndppd.service").splitlines()
    unbound = [line for line in lines if ".device" not in line]
    # Where systemd looks before it looks into /etc.
    unit = "/run/systemd/system.control/ndppd.service"
    world.vps.write(unit, "\n".join([*unbound, ""]))
    world.run(["systemctl", "daemon-reload"])
    pid = ["systemctl", "show", "--property=MainPID", "--value", "ndppd"]
    before = world.run(pid).stdout
    world.gateway.unplug_vps()
    world.gateway.plug_vps(world.vps.namespace)
    world.vps.wait_online()
    assert world.run(pid).stdout == before
    yield
    world.run(["rm", unit])
    world.run(["systemctl", "daemon-reload"])
    world.run(["systemctl", "restart", "ndppd"])


@fault("upstream", LAN)
def ndppd_frozen(world):
    """ndppd is there, and does nothing."""
    world.run(["systemctl", "kill", "--signal=STOP", "ndppd"])
    yield
    world.run(["systemctl", "kill", "--signal=CONT", "ndppd"])


@fault("upstream", LAN, ["ndppd"])
def ndppd_with_an_older_file(world):
    """ndppd runs with what its file once said: it wasn't restarted since."""
    text = world.vps.read("/etc/ndppd.conf")
    world.vps.write("/etc/ndppd.conf", text.replace(RESERVED, "3fff:0:0:9::/64"))
    world.run(["systemctl", "restart", "ndppd"])
    listens = ["ss", "-Hl0p", "sport", "=", f":{VPS_NIC}"]
    until(lambda: "ndppd" in world.run(listens).stdout, 10, "ndppd's packet socket")
    world.vps.write("/etc/ndppd.conf", text)
    yield
    world.run(["systemctl", "restart", "ndppd"])


@fault("ndppd", words=["disabled", "boot"])
def ndppd_not_enabled(world):
    """ndppd runs, and won't after a reboot."""
    world.run(["systemctl", "disable", "ndppd"])
    yield
    world.apply()


# The VPS's firewall


@fault("firewall-port", words=["51820"])
def ufw_port_removed(world):
    """The rule of WireGuard's port is gone from UFW; what conntrack knows goes on."""
    world.run(["ufw", "delete", "allow", "51820/udp"])
    yield
    world.apply()


@fault("firewall-port", LAN, ["51820"])
def ufw_port_removed_and_router_moved(world):
    """The rule of the port is gone, and the router comes from another port than before."""
    world.run(["ufw", "delete", "allow", "51820/udp"])
    world.paste('/interface/wireguard/set [find where name="wg-cloud"] listen-port=13299')
    yield
    world.apply()
    world.paste('/interface/wireguard/set [find where name="wg-cloud"] listen-port=13231')
    world.handshake()


@fault("firewall-port", words=["51820"])
def ufw_port_denied(world):
    """A person denied the port, which takes the place of the relay's rule in UFW."""
    world.run(["ufw", "deny", "51820/udp"])
    yield
    world.run(["ufw", "delete", "deny", "51820/udp"])
    world.apply()


@fault("firewall-port", words=["51820", "ufw-user-input", "ufw (delete|status)"])
def ufw_port_denied_on_the_nic(world):
    """A person denied the port on the NIC, before the relay's rule."""
    rule = ["deny", "in", "on", VPS_NIC, "to", "any", "port", "51820", "proto", "udp"]
    world.run(["ufw", "insert", "1", *rule])
    yield
    world.run(["ufw", "delete", *rule])


@fault("firewall-port", LAN, ["51820"])
def port_dropped_in_the_kernel(world):
    """A rule that UFW doesn't know drops what comes to the port; conntrack isn't asked."""
    rule = ["INPUT", "-p", "udp", "--dport", "51820", "-j", "DROP"]
    world.run(["iptables", "-I", *rule])
    yield
    world.run(["iptables", "-D", *rule])


@fault("firewall-forward", {"web"}, ["wg0"])
def ufw_way_out_removed(world):
    """UFW's rule for what the LAN sends is gone; UFW lets pings pass by itself."""
    world.run(["ufw", "route", "delete", "allow", "in", "on", "wg0"])
    yield
    world.apply()


@fault("firewall-forward", {"server"}, ["wg0"])
def ufw_way_in_removed(world):
    """UFW's rule for what comes to the LAN is gone; UFW lets pings and answers pass by itself."""
    world.run(["ufw", "route", "delete", "allow", "out", "on", "wg0"])
    yield
    world.apply()


def dropped(world, *rule):
    world.run(["ip6tables", "-I", *rule, "-j", "DROP"])
    yield
    world.run(["ip6tables", "-D", *rule, "-j", "DROP"])


@fault("firewall-forward", LAN, ["drop"])
def forward_in_dropped_in_the_kernel(world):
    """A rule that UFW doesn't know drops all that goes to the LAN."""
    yield from dropped(world, "FORWARD", "-i", VPS_NIC, "-o", "wg0")


@fault("firewall-forward", LAN, ["drop"])
def forward_out_dropped_in_the_kernel(world):
    """A rule that UFW doesn't know drops all that comes from the LAN."""
    yield from dropped(world, "FORWARD", "-i", "wg0", "-o", VPS_NIC)


@fault("firewall-forward", {"in", "server"}, ["drop"])
def forward_in_only_answers(world):
    """A rule that UFW doesn't know drops all that goes to the LAN and is no answer."""
    new = ["-m", "conntrack", "--ctstate", "NEW"]
    yield from dropped(world, "FORWARD", "-i", VPS_NIC, "-o", "wg0", *new)


@fault("firewall-forward", LAN, ["drop"])
def forward_dropped_early(world):
    """A rule of the table mangle drops what goes to the LAN."""
    yield from dropped(world, "PREROUTING", "-t", "mangle", "-i", VPS_NIC, "-d", RESERVED)


def restart_ufw(world):
    """Neither a reload nor `ufw enable` would do: what leads to ufw's chains is made with them."""
    world.run(["/usr/lib/ufw/ufw-init", "flush-all"])
    world.run(["ufw", "--force", "enable"])


@fault("firewall-icmpv6", LAN, ["flush-all"])
def ip6tables_flushed(world):
    """A person flushed the IPv6 rules: what is left is a policy that drops."""
    world.run(["ip6tables", "-F"])
    yield
    restart_ufw(world)


@fault("firewall-port", LAN, ["flush-all"], skips=["metadata", "clock"])
def iptables_flushed(world):
    """A person flushed the IPv4 rules: what is left is a policy that drops."""
    world.run(["iptables", "-F"])
    yield
    restart_ufw(world)


@fault("handshake", LAN, ["-s 198.51.100.10|firewall"])
def home_banned(world):
    """Something like fail2ban holds the home's address for an attacker's."""
    rule = ["INPUT", "-s", world.home_address(), "-j", "DROP"]
    world.run(["iptables", "-I", *rule])
    world.forget()
    yield
    world.run(["iptables", "-D", *rule])
    world.handshake()


@fault("upstream", {"web"}, ["nat|masquerad"])
def masqueraded(world):
    """A person had the VPS masquerade the LAN: public hosts see the VPS's own address."""
    rule = ["POSTROUTING", "-t", "nat", "-o", VPS_NIC, "-j", "MASQUERADE"]
    world.run(["ip6tables", "-A", *rule])
    yield
    world.run(["ip6tables", "-D", *rule])


@fault("firewall-icmpv6", LAN, ["IPV6=no|/etc/default/ufw"])
def ufw_without_ipv6(world):
    """UFW was told that there is no IPv6, and so lets none pass."""
    world.run(["sed", "-i", "s/^IPV6=yes/IPV6=no/", "/etc/default/ufw"])
    world.run(["ufw", "reload"])
    yield
    world.run(["sed", "-i", "s/^IPV6=no/IPV6=yes/", "/etc/default/ufw"])
    world.run(["ufw", "reload"])
    world.apply()


@fault("firewall-icmpv6", LAN, ["icmp"])
def icmpv6_dropped(world):
    """A person dropped all ICMPv6: the VPS can't hear who its gateway is any more."""
    steps = dropped(world, "INPUT", "-p", "icmpv6")
    next(steps)
    world.run(["ip", "-6", "neigh", "flush", "dev", VPS_NIC])
    yield
    next(steps, None)


@fault(None)
def ufw_disabled(world):
    """UFW is switched off: nothing is in the way."""
    world.run(["ufw", "disable"])
    yield
    world.run(["ufw", "--force", "enable"])


# The provider


@fault("handshake", LAN, ["51820", "firewall"])
def port_closed_upstream(world):
    """The provider's firewall group lets nothing to the port, and wg-quick was restarted.

    Without the restart it would be the same at once: no state is kept in this one. One that
    keeps state lets a tunnel live for as long as something passes.
    """
    with world.filtered("forward", "udp dport 51820"):
        world.run(["systemctl", "restart", "wg-quick@wg0"])
        yield
    world.handshake()


@fault("upstream", LAN, ["attach|panel|nobody asks|no solicitation|did not ask|not ask"])
def detached_behind_our_back(world):
    """The reserved /64 isn't routed to us any more; the metadata still has it."""
    world.gateway.detach(RESERVED)
    yield
    world.gateway.attach(RESERVED)


@fault("prefix", LAN, ["attached"])
def detached(world):
    """The reserved /64 was detached in the panel."""
    world.lab.detach(RESERVED)
    yield
    world.lab.attach(RESERVED)


@fault("upstream", LAN, ["answer|repl"])
def replies_dropped_upstream(world):
    """The gateway learns who has an address, and yet nothing comes to us."""
    with world.filtered("output", f"ip6 daddr {RESERVED}", "bridge"):
        yield


@fault("mtu", {"big"}, [r"\b1[34]\d\d\b"])
def mtu_black_hole(world):
    """Large packets between VPS and home vanish, both ways."""
    with world.filtered("forward", "meta l4proto udp meta length > 1440"):
        yield


@fault("mtu", {"big"}, [r"\b1[34]\d\d\b"])
def mtu_black_hole_towards_home(world):
    """Large packets to the home vanish."""
    with world.filtered("forward", "udp sport 51820 meta length > 1440"):
        yield


@fault("mtu", {"big"}, [r"\b1[34]\d\d\b"])
def mtu_black_hole_from_home(world):
    """Large packets from the home vanish."""
    with world.filtered("forward", "udp dport 51820 meta length > 1440"):
        yield


@fault("default-route", LAN, ["default route"])
def default_route_lost(world):
    """The default route is gone, and no advertisement brings it back."""
    world.gateway.radvd.kill()
    while world.run(["ip", "-6", "route", "del", "default"], check=False).returncode == 0:
        pass
    yield
    world.gateway.advertise()
    world.vps.wait_online()


@fault("default-route", LAN, ["vpn0"])
def default_route_by_another_link(world):
    """Another VPN took the default route."""
    world.run(["ip", "link", "add", "vpn0", "type", "bridge"])
    world.run(["ip", "link", "set", "vpn0", "up"])
    world.run(["ip", "-6", "route", "add", "default", "dev", "vpn0", "metric", "1"])
    yield
    world.run(["ip", "link", "del", "vpn0"])


@fault("upstream", LAN, ["gateway", "fe80::dead"])
def default_route_by_nobody(world):
    """A default route of lower metric leads to a gateway that isn't there."""
    route = ["default", "via", "fe80::dead", "dev", VPS_NIC, "metric", "1"]
    yield from routed(world, *route)


@fault(None)
def gateway_answers_no_pings(world):
    """The gateway drops pings to itself: a public host does as well."""
    with world.filtered("input", "icmpv6 type echo-request"):
        yield


@fault(None, skips=["metadata", "clock"])
def metadata_silent(world):
    """The metadata service is down; the last good answer serves."""
    world.lab.metadata.refuse()
    yield
    world.lab.metadata.serve()


# The tunnel, at the VPS


@fault("tunnel", LAN, ["wg0", "down"])
def wg0_down(world):
    """The tunnel's interface was set down."""
    world.run(["ip", "link", "set", "wg0", "down"])
    yield
    world.run(["systemctl", "restart", "wg-quick@wg0"])
    world.handshake()


@fault("tunnel", LAN, ["wg0"])
def wg_quick_stopped(world):
    """The tunnel's unit was stopped."""
    world.run(["systemctl", "stop", "wg-quick@wg0"])
    yield
    world.apply()
    world.handshake()


@fault("tunnel", words=["disabled", "boot"])
def wg_quick_not_enabled(world):
    """The tunnel is there, and won't be after a reboot."""
    world.run(["systemctl", "disable", "wg-quick@wg0"])
    yield
    world.apply()


@fault("tunnel", LAN, [TRANSIT])
def transit_address_missing(world):
    """wg0 has lost its address: the router's check of its gateway fails."""
    world.run(["ip", "address", "del", f"{TRANSIT}/64", "dev", "wg0"])
    yield
    world.run(["ip", "address", "add", f"{TRANSIT}/64", "dev", "wg0"])


@fault("tunnel", LAN, ["key"])
def vps_key_changed(world):
    """wg0 runs with another private key than the one that the router was told about."""
    world.run(["wg", "set", "wg0", "private-key", "/dev/stdin"], input=f"{OTHER_PRIVATE}\n")
    yield
    world.run(["systemctl", "reload", "wg-quick@wg0"])
    world.handshake()


@fault("tunnel", LAN, ["51820"])
def listen_port_changed(world):
    """wg0 listens on another port."""
    world.run(["wg", "set", "wg0", "listen-port", "51999"])
    world.forget()
    world.run(["wg", "set", "wg0", "listen-port", "51999"])
    yield
    world.run(["systemctl", "reload", "wg-quick@wg0"])
    world.handshake()


@fault("tunnel", LAN, ["wg0"])
def ipv6_disabled_on_wg0(world):
    """IPv6 is switched off on wg0."""
    world.run(["sysctl", "-qw", "net.ipv6.conf.wg0.disable_ipv6=1"])
    yield
    world.run(["systemctl", "restart", "wg-quick@wg0"])
    world.handshake()


@fault("tunnel", LAN, ["wg0"])
def wg0_deleted(world):
    """The tunnel's interface is gone, and its unit knows nothing of it."""
    world.run(["ip", "link", "del", "wg0"])
    yield
    world.run(["systemctl", "restart", "wg-quick@wg0"])
    world.handshake()


@fault("peer", LAN, ["key|peer"])
def another_peer(world):
    """wg0 knows another router than the site's."""
    world.run(["wg", "set", "wg0", "peer", world.peer, "remove"])
    allowed = f"{ROUTER}/128,{RESERVED}"
    world.run(["wg", "set", "wg0", "peer", OTHER_KEY, "allowed-ips", allowed])
    yield
    world.run(["systemctl", "reload", "wg-quick@wg0"])
    world.handshake()


@fault("peer", LAN, ["AllowedIPs|allowed"])
def allowed_ips_short(world):
    """wg0 takes only the router's own address from the router."""
    world.run(["wg", "set", "wg0", "peer", world.peer, "allowed-ips", f"{ROUTER}/128"])
    yield
    world.run(["systemctl", "reload", "wg-quick@wg0"])


@fault("files", words=["/etc/wireguard/wg0.conf"])
def wg0_conf_edited(world):
    """A person edited wg0.conf; the running tunnel is as it was."""
    text = world.vps.read("/etc/wireguard/wg0.conf")
    world.vps.write("/etc/wireguard/wg0.conf", f"{text}# mine\n", 0o600)
    yield
    world.apply()


@fault("files", LAN, ["/etc/wireguard/wg0.conf"])
def wg0_conf_edited_and_reloaded(world):
    """A person took the LAN out of AllowedIPs in wg0.conf, and reloaded it."""
    text = world.vps.read("/etc/wireguard/wg0.conf")
    world.vps.write("/etc/wireguard/wg0.conf", text.replace(f"/128, {RESERVED}", "/128"), 0o600)
    world.run(["systemctl", "reload", "wg-quick@wg0"])
    yield
    world.apply()


@fault("files", words=["/etc/wireguard/wg0.conf", "sixrelay (plan|apply)"])
def settings_not_applied(world):
    """Another MTU was set, and apply not run since."""
    text = world.vps.read("/etc/sixrelay.conf")
    world.vps.settings(text.replace("[relay]\n", "[relay]\nmtu = 1400\n"))
    yield
    world.settings()


@fault("files", words=["/etc/sysctl.d/99-wg-relay.conf"])
def sysctl_file_removed(world):
    """The sysctl file is gone; what it set still holds."""
    world.run(["rm", "/etc/sysctl.d/99-wg-relay.conf"])
    yield
    world.apply()


# Routes and forwarding


@fault("nic", LAN)
def ipv6_disabled_on_the_nic(world):
    """IPv6 is switched off on the NIC."""
    key = f"net.ipv6.conf.{VPS_NIC}.disable_ipv6"
    world.run(["sysctl", "-qw", f"{key}=1"])
    yield
    world.run(["sysctl", "-qw", f"{key}=0"])
    world.run(["networkctl", "reconfigure", VPS_NIC])
    world.vps.wait_online()


@fault("route", LAN, [RESERVED])
def route_missing(world):
    """The LAN's route is gone."""
    world.run(["ip", "-6", "route", "del", RESERVED, "dev", "wg0"])
    yield
    world.apply()
    world.handshake()


def routed(world, *route):
    world.run(["ip", "-6", "route", "add", *route])
    yield
    world.run(["ip", "-6", "route", "del", *route])


@fault("route", LAN, [VPS_NIC])
def route_of_the_nic_wins(world):
    """The NIC has a route to the /64 whose metric is lower."""
    yield from routed(world, RESERVED, "dev", VPS_NIC, "metric", "10")


@fault("route", LAN, [VPS_NIC])
def half_of_it_on_the_nic(world):
    """The client's half of the /64 is routed to the NIC."""
    yield from routed(world, world.around(65), "dev", VPS_NIC)


@fault("route", {"out", "web", "big"}, [VPS_NIC])
def the_client_on_the_nic(world):
    """A /80 around the client's address is routed to the NIC."""
    yield from routed(world, world.around(80), "dev", VPS_NIC)


@fault("route", words=[VPS_NIC])
def a_little_of_it_on_the_nic(world):
    """A /80 that no device has an address of is routed to the NIC."""
    yield from routed(world, f"{NET}:4000::/80", "dev", VPS_NIC)


@fault("route", LAN, ["rule"])
def a_rule_goes_first(world):
    """A policy rule decides before the table main."""
    rule = ["pref", "100", "to", RESERVED, "unreachable"]
    world.run(["ip", "-6", "rule", "add", *rule])
    yield
    world.run(["ip", "-6", "rule", "del", *rule])


@fault(None)
def bound_to_the_nic(world):
    """The /64 is bound to the NIC, as cloud-init does it: the tunnel's route still wins."""
    address = [f"{NET}::/64", "dev", VPS_NIC]
    world.run(["ip", "address", "add", *address, "nodad"])
    yield
    world.run(["ip", "address", "del", *address])


@fault("forwarding", LAN, ["forwarding"])
def forwarding_off(world):
    """Forwarding is off."""
    world.run(["sysctl", "-qw", "net.ipv6.conf.all.forwarding=0"])
    yield
    world.apply()


def not_forwarding(world, link):
    key = f"net.ipv6.conf.{link}.forwarding"
    world.run(["sysctl", "-qw", f"{key}=0"])
    yield
    world.run(["sysctl", "-qw", f"{key}=1"])


@fault(None)
def forwarding_off_on_wg0(world):
    """wg0's own switch is off: the kernel asks that of all (Linux's ip-sysctl, forwarding)."""
    yield from not_forwarding(world, "wg0")


@fault(None)
def forwarding_off_on_the_nic(world):
    """The NIC's own switch is off: the kernel asks that of all."""
    yield from not_forwarding(world, VPS_NIC)


# The home


@fault("handshake", LAN, ["router|home"])
def home_off(world):
    """The home's line is down, and wg-quick was restarted since."""
    world.home.space.run(["ip", "link", "set", "ether1", "down"])
    world.run(["systemctl", "restart", "wg-quick@wg0"])
    yield
    world.home.space.run(["ip", "link", "set", "ether1", "up"])
    world.home.space.run(["ip", "route", "replace", "default", "via", "198.51.100.1"])
    world.handshake()


@fault("handshake", LAN, ["router|home"])
def home_off_just_now(world):
    """The home's line is down; the last handshake isn't old yet."""
    world.handshake()
    world.home.space.run(["ip", "link", "set", "ether1", "down"])
    yield
    world.home.space.run(["ip", "link", "set", "ether1", "up"])
    world.home.space.run(["ip", "route", "replace", "default", "via", "198.51.100.1"])
    world.handshake()


ON_ROUTER = '/interface/wireguard/{0}set [find where comment~"^sixrelay"] {1}'


@fault("handshake", LAN, ["key"])
def router_has_another_key(world):
    """The router's private key isn't the one that the VPS expects."""
    world.paste(ON_ROUTER.format("", f'private-key="{OTHER_PRIVATE}"'))
    world.forget()
    yield
    world.paste(world.script)
    world.handshake()


@fault("handshake", LAN, ["key"])
def router_expects_another_vps(world):
    """The router expects another key of the VPS."""
    world.paste(ON_ROUTER.format("peers/", f'public-key="{OTHER_KEY}"'))
    world.forget()
    yield
    world.paste(world.script)
    world.handshake()


@fault("handshake", LAN, ["preshared key|session that the VPS no longer has"])
def router_has_a_preshared_key(world):
    """The router has a preshared key that the VPS hasn't.

    Between two of its tries it goes on by the session that it has, and that may be what is seen.
    """
    world.paste(ON_ROUTER.format("peers/", f'preshared-key="{OTHER_PRIVATE}"'))
    world.forget()
    world.wait_asked()
    yield
    world.paste('/interface/wireguard/peers/remove [find where comment~"^sixrelay"]')
    world.paste(world.script)
    world.handshake()


@fault("handshake", LAN, ["router"])
def router_peer_disabled(world):
    """The router's peer was disabled."""
    world.paste(ON_ROUTER.format("peers/", "disabled=yes"))
    world.forget()
    yield
    world.paste(ON_ROUTER.format("peers/", "disabled=no"))
    world.handshake()


@fault("handshake", LAN, ["router|endpoint"])
def router_calls_another_port(world):
    """The router has a wrong port of the VPS."""
    world.paste(ON_ROUTER.format("peers/", "endpoint-port=51821"))
    world.forget()
    yield
    world.paste(world.script)
    world.handshake()


@fault("lan", LAN, ["::/0|allowed"])
def router_allows_only_the_transit(world):
    """The router's allowed-address has the transit network, and not ::/0."""
    world.paste(ON_ROUTER.format("peers/", "allowed-address=fd99:9999:9999::/64"))
    yield
    world.paste(world.script)


@fault("transit", NOTHING, [ROUTER])
def router_transit_address_missing(world):
    """The router has lost its address inside the tunnel."""
    world.paste('/ipv6/address/remove [find where comment~"^sixrelay.*: transit"]')
    yield
    world.paste(world.script)


@fault("lan", LAN, [f"{NET}::1"])
def router_lan_address_missing(world):
    """The router has lost the LAN's address."""
    world.paste('/ipv6/address/remove [find where comment~"^sixrelay" interface="bridge"]')
    yield
    world.paste(world.script)


@fault("transit", LAN, ["firewall|router"])
def router_drops_icmp(world):
    """A person had the router drop ICMPv6 from the tunnel."""
    world.paste(
        "/ipv6/firewall/filter/add chain=input action=drop protocol=icmpv6"
        ' in-interface="wg-cloud" comment="mine"'
        ' place-before=[/ipv6/firewall/filter/find where comment~"accept input from cloud"]'
    )
    yield
    world.paste('/ipv6/firewall/filter/remove [find where comment="mine"]')


@fault(None)
def home_address_changed(world):
    """The home has another address than before: the tunnel follows."""
    moved(world, "198.51.100.10", "198.51.100.99")
    yield
    moved(world, "198.51.100.99", "198.51.100.10")


def moved(world, old, new):
    """Gives the router's WAN another address, and waits until the VPS has heard it."""
    world.home.space.run(["ip", "address", "del", f"{old}/24", "dev", "ether1"])
    world.home.space.run(["ip", "address", "add", f"{new}/24", "dev", "ether1"])
    world.home.space.run(["ip", "route", "replace", "default", "via", "198.51.100.1"])
    world.handshake()
    until(lambda: world.home_address() == new, 20, "the tunnel to follow")


@fault(None, LAN)
def router_does_not_forward(world):
    """The router forwards no IPv6: it answers for itself, and the VPS can't see farther."""
    world.paste("/ipv6/settings/set forward=no")
    yield
    world.paste("/ipv6/settings/set forward=yes")


@fault(None, LAN)
def router_does_not_advertise(world):
    """The router tells its LAN that it is no router: the VPS can't see that."""
    world.paste('/ipv6/nd/set [find where interface="bridge"] ra-lifetime=none')
    until(lambda: not world.client.default_route(), 10, "the client to lose its route")
    yield
    world.paste('/ipv6/nd/set [find where interface="bridge"] ra-lifetime=30m')


# sshd


def sshd(world, name, text):
    path = f"/etc/ssh/sshd_config.d/{name}"
    world.vps.write(path, text)
    world.run(["systemctl", "try-reload-or-restart", "ssh"])
    yield
    world.run(["rm", path])
    world.run(["systemctl", "try-reload-or-restart", "ssh"])


@fault("sshd", {PASSWORD}, ["password"])
def sshd_password_first(world):
    """A drop-in that sorts earlier lets passwords in: sshd takes the first value."""
    yield from sshd(world, "00-a.conf", "PasswordAuthentication yes\nPermitRootLogin yes\n")


@fault(None)
def sshd_password_later(world):
    """A drop-in that sorts later doesn't win."""
    yield from sshd(world, "99-mine.conf", "PasswordAuthentication yes\nPermitRootLogin yes\n")


@fault("sshd", {PASSWORD}, ["password", "Match"])
def sshd_password_matched(world):
    """A Match block lets passwords in, and wins wherever it stands."""
    text = "Match User root\n    PasswordAuthentication yes\n    PermitRootLogin yes\n"
    yield from sshd(world, "99-mine.conf", text)


@fault("sshd", {PASSWORD}, ["keyboard|Kbd|password"])
def sshd_password_by_keyboard(world):
    """Passwords come in by keyboard-interactive, which PAM answers."""
    yield from sshd(world, "99-mine.conf", "KbdInteractiveAuthentication yes\n")


# The clock, for sixrelay alone: the VPS's is that of the host.


@fault("clock", words=["clock|time"], prefix=("faketime", "-f", "+3h"))
def clock_ahead(world):
    """The VPS's clock is three hours ahead."""
    yield


@fault("clock", words=["clock|time"], prefix=("faketime", "-f", "-3h"))
def clock_behind(world):
    """The VPS's clock is three hours behind."""
    yield
