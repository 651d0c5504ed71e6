# SPDX-License-Identifier: MIT
"""The home: a router that is configured by RouterOS scripts, its LAN, and a client on it.

The scripts run against the model (tests/routeros); what the model then says is made true in a
namespace by real parts: WireGuard, the kernel's addresses and routes, nftables, radvd.
"""

import json
import time

from ..routeros import factory, import_, paste
from ..routeros.dynamic import in_force
from .advertiser import Advertiser, configuration
from .client import INTERFACE, Client
from .firewall import ruleset
from .netns import Namespace, link_name, veth
from .routing import Routing, routes, rules
from .tunnel import Tunnel

WAN, LAN = "ether1", "ether2"


class HomeRouter:
    """A namespace that is what a modelled router says; also the world that the model sees."""

    def __init__(self, space, model):
        self.space, self.model = space, model
        model.world = self
        self.links = set()  # bridges, and ports without a cable
        self.tunnels = {}  # by the id of the interface's row: its Tunnel and its settings
        self.routing = Routing(space)
        self.firewall = ""
        self.advertiser = Advertiser(space)
        # A change of this one asks for a reboot.
        self.without_ipv6 = model.setting("/ipv6/settings", "disable-ipv6")
        if self.without_ipv6:
            space.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
        self.realise()

    def realise(self):
        """Makes the namespace what the model says; touches only what differs."""
        forward = self.model.setting("/ipv6/settings", "forward")
        self.space.sysctl("net.ipv6.conf.all.forwarding", int(forward))
        self._add_links()
        wanted = {} if self.without_ipv6 else dict(routes(self.model))
        self.routing.drop_routes(wanted, gone=self._drop_tunnels())
        self._realise_tunnels()
        if self.without_ipv6:
            return
        self._realise_addresses()
        self.routing.add_routes(wanted)
        self.routing.set_rules(list(rules(self.model)))
        self._realise_firewall()
        self.advertiser.advertise(configuration(self.model))

    def _add_links(self):
        """The bridges; also the ports that no cable leads to, since a bridge is as good.

        One that is removed or renamed stays as it was.
        """
        bridges = self.model.rows("/interface/bridge")
        ports = self.model.rows("/interface/ethernet")
        names = [row["name"] for row in [*bridges, *ports]]
        for name in {link_name(name) for name in names if name not in (WAN, LAN)} - self.links:
            self.space.run(["ip", "link", "add", name, "type", "bridge"])
            self.space.run(["ip", "link", "set", name, "up"])
            self.links.add(name)

    def _drop_tunnels(self):
        """Removes the tunnels that are gone; returns their links' names."""
        wanted = {row.id for row in self.model.rows("/interface/wireguard", disabled=False)}
        gone = [self.tunnels.pop(row_id)[0] for row_id in self.tunnels.keys() - wanted]
        for tunnel in gone:
            tunnel.stop()
        return {tunnel.name for tunnel in gone}

    def _realise_tunnels(self):
        for row in self.model.rows("/interface/wireguard", disabled=False):
            if row.id not in self.tunnels:
                self.tunnels[row.id] = [Tunnel(self.space, link_name(row["name"])), None]
            tunnel, before = self.tunnels[row.id]
            settings = wireguard_settings(self.model, row)
            if settings != before:
                tunnel.configure(settings)
                self.tunnels[row.id][1] = settings
            self.space.run(["ip", "link", "set", tunnel.name, "mtu", str(row["mtu"]), "up"])

    def _realise_addresses(self):
        wanted = {
            (link_name(row["interface"]), row["address"])
            for row in self.model.rows("/ipv6/address")
            if in_force(row)
        }
        present = set()
        argv = ["ip", "-j", "-6", "address", "show", "scope", "global"]
        for link in json.loads(self.space.run(argv).stdout or "[]"):
            for info in filter(None, link.get("addr_info", [])):
                present.add((link["ifname"], f"{info['local']}/{info['prefixlen']}"))
        for name, address in present - wanted:
            self.space.run(["ip", "address", "del", address, "dev", name])
        for name, address in wanted - present:
            self.space.run(["ip", "address", "add", address, "dev", name, "nodad"])

    def _realise_firewall(self):
        text = ruleset(self.model)
        if text != self.firewall:
            self.space.run(["nft", "-f", "-"], input=text)
            self.firewall = text

    # The world that the model's commands see

    def ping(self, address, count, interface):
        """The number of answers to a script's /ping."""
        self.realise()
        argv = ["ping", "-6", "-n", "-i", "0.2", "-W", "1", "-c", str(count)]
        argv += ["-I", link_name(interface)] if interface else []
        done = self.space.run([*argv, address], check=False)
        return done.stdout.count("bytes from")

    def delay(self, seconds):
        """A script's :delay, which it makes for the world's sake."""
        self.realise()
        time.sleep(seconds)

    def stop(self):
        """Ends what the namespace's own end would not tidy up."""
        self.advertiser.stop()
        for tunnel, _ in self.tunnels.values():
            tunnel.stop()


def wireguard_settings(model, row):
    """A WireGuard interface and its peers, as `wg syncconf` takes them."""
    lines = ["[Interface]", f"PrivateKey = {row['private-key']}"]
    lines.append(f"ListenPort = {row['listen-port']}")
    for peer in model.rows("/interface/wireguard/peers", interface=row["name"], disabled=False):
        lines += ["[Peer]", f"PublicKey = {peer['public-key']}"]
        lines.append(f"AllowedIPs = {peer['allowed-address']}")
        lines.append(f"PersistentKeepalive = {int(peer['persistent-keepalive'])}")
        if peer["preshared-key"]:
            lines.append(f"PresharedKey = {peer['preshared-key']}")
        if peer["endpoint-address"]:
            lines.append(f"Endpoint = {peer['endpoint-address']}:{peer['endpoint-port']}")
    return "\n".join([*lines, ""])


class Home:
    """A router, its LAN bridge and a client on it.

    gateway: has home_uplink(namespace, interface), which plugs in the WAN, with its IPv4 address
    and default route; None leaves it unplugged. model: the router's start state; by default the
    factory's. output: the lines that scripts have printed so far.
    """

    def __init__(self, gateway, name, model=None):
        self.name = name
        self.space = Namespace(f"{name}-router")
        self.client = Client(f"{name}-client")
        self.others = []
        self.output = []
        if gateway:
            gateway.home_uplink(self.space, WAN)
            self.space.sysctl(f"net.ipv6.conf.{WAN}.disable_ipv6", 1)  # the ISP has no IPv6
        self.router = HomeRouter(self.space, model or factory())
        bridge = self.router.model.rows("/interface/bridge")[0]["name"]
        self._plug_in(self.client, LAN, bridge)

    def _plug_in(self, client, port, bridge):
        veth(self.space, port, client.space, INTERFACE)
        self.space.run(["ip", "link", "set", port, "master", link_name(bridge), "up"])
        client.up()

    def add_lan(self, bridge):
        """A client on another of the model's bridges, by a port that the model doesn't know."""
        number = len(self.others) + 2
        self.others.append(Client(f"{self.name}-client{number}"))
        self._plug_in(self.others[-1], f"lan{number}", bridge)
        return self.others[-1]

    def paste(self, script):
        """Pastes a script into the router's terminal; the report of what a person would see."""
        return self._deliver(paste, script)

    def import_(self, script):
        """Uploads a script and imports it."""
        return self._deliver(import_, script)

    def _deliver(self, how, script):
        report = how(self.router.model, script)
        self.router.realise()
        self.output += report.output
        return report

    def close(self):
        self.router.stop()
        for client in (self.client, *self.others):
            client.close()
        self.space.delete()
