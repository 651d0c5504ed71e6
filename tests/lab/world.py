# SPDX-License-Identifier: MIT
"""A relay at work, with a home behind it, and what people on both sides would notice."""

import contextlib
import ipaddress
import itertools
import re
import secrets
from concurrent.futures import ThreadPoolExecutor

from . import tcp
from .client import INTERFACE
from .gateway import PUBLIC6, RESERVED, VPS_MAC
from .router import Home
from .scripts import announced
from .waiting import until

WEB, SERVER = 8081, 8080
# All that a LAN can notice; each is tried with nothing in the gateway's neighbour cache.
#   out     a device pings a public host           web     and connects to it by TCP
#   big     a ping as large as the tunnel takes
#   in      a public host pings an address of the LAN that was never used before
#   server  and connects to such a one by TCP
LAN = frozenset({"out", "web", "big", "in", "server"})
# What strangers may notice: sshd offers more than keys.
PASSWORD = "password"
SETTINGS = """[relay]
proof_hosts = {hosts}
ndppd_rule = {rule}
[site home]
allow_inbound = yes
"""


class World:
    """The lab must not be booted yet; it has RESERVED attached."""

    def __init__(self, lab):
        self.lab, self.vps, self.gateway = lab, lab.vps, lab.gateway
        self.run = self.vps.run
        self.vps.boot()
        self.settings()
        self.apply()
        self.script = announced(self.vps)
        self.home = lab.add_home(Home(lab.gateway, f"{lab.name}-home"))
        self.paste(self.script)
        self.client = self.home.client
        self.address = self.client.wait_address(RESERVED)
        self.peer = self.run(["wg", "show", "wg0", "peers"]).stdout.strip()
        tcp.listen(lab.public, WEB)
        self.client.listen(SERVER)
        self.logins = itertools.count(2)
        self.wait_noticed(set())

    # What the relay's owner does

    def settings(self, rule="static", hosts=PUBLIC6):
        self.vps.settings(SETTINGS.format(rule=rule, hosts=hosts))

    def apply(self):
        self.run(["sixrelay", "apply"])

    def planned(self):
        """What apply would do; empty when there is nothing."""
        done = self.run(["sixrelay", "plan"], check=False)
        return done.stdout + done.stderr if done.returncode else ""

    def paste(self, script):
        report = self.home.paste(script)
        assert report.errors == [], report.errors

    def tunnel(self):
        """The router's end."""
        ((tunnel, _),) = self.home.router.tunnels.values()
        return tunnel

    def forget(self):
        """Has the VPS know nothing of the router but its key, as after a restart."""
        self.run(["wg", "set", "wg0", "peer", self.peer, "remove"])
        self.run(["systemctl", "reload", "wg-quick@wg0"])

    def wait_asked(self):
        """Waits until the router asks for a handshake.

        It keeps to the session that it has until what it sends has had no answer for 15 s.
        """
        asks = ["timeout", "60", "tcpdump", "-nn", "-c", "1", "-i", "vps"]
        asks.append("udp dst port 51820 and udp[8] = 1")
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(self.gateway.run, asks)
            while not asked.done():
                self.client.ping(PUBLIC6, count=1)
            asked.result()

    def handshake(self):
        """Has the router shake hands anew now; it would by itself, after up to 20 s."""
        self.call()
        until(self.shaken, 20, "a handshake")

    def call(self):
        """Has the router forget the session that it has, and ask for another one."""
        ((tunnel, settings),) = self.home.router.tunnels.values()
        key = re.search(r"^PublicKey = (\S+)$", settings, re.MULTILINE)[1]
        tunnel.wg("set", tunnel.name, "peer", key, "remove")
        tunnel.configure(settings)

    def shaken(self):
        """Whether the VPS has had a handshake with the router that it knows."""
        lines = self.run(["wg", "show", "wg0", "latest-handshakes"]).stdout.split()
        return self.peer in lines and lines[lines.index(self.peer) + 1] != "0"

    def home_address(self):
        """Where the VPS last heard the router."""
        lines = self.run(["wg", "show", "wg0", "endpoints"]).stdout.split()
        return lines[lines.index(self.peer) + 1].rpartition(":")[0]

    @contextlib.contextmanager
    def filtered(self, hook, rule, family="inet"):
        """The provider's network with a rule of nftables for as long as it lasts."""
        base = f"type filter hook {hook} priority 0;"
        rules = f"chain fault {{\n{base}\n{rule} drop\n}}"
        self.gateway.run(["nft", "-f", "-"], input=f"table {family} fault {{\n{rules}\n}}\n")
        yield
        self.gateway.run(["nft", "delete", "table", family, "fault"])

    def remember_neighbour(self, address):
        """Has the gateway know an address of the LAN whether or not anybody answers for it."""
        argv = ["ip", "neigh", "replace", address, "lladdr", VPS_MAC, "dev", "vps"]
        self.gateway.run([*argv, "nud", "permanent"])

    def forget_neighbour(self, address):
        self.gateway.run(["ip", "neigh", "del", address, "dev", "vps"])

    def around(self, length):
        """The network of so many bits that the client's address is in."""
        return str(ipaddress.ip_network((self.address, length), strict=False))

    # What people notice

    def unused(self):
        """An address of the LAN that nobody has heard of, in the client's half of it."""
        host = int(ipaddress.ip_address(self.address)) & (1 << 63) | secrets.randbits(62)
        return str(ipaddress.ip_network(RESERVED)[host])

    @contextlib.contextmanager
    def new_address(self):
        """A device with an unused address, from which it opens no connections by itself."""
        address = self.unused()
        change = ["dev", INTERFACE]
        argv = ["ip", "address", "add", f"{address}/64", *change, "nodad", "preferred_lft", "0"]
        self.client.space.run(argv)
        try:
            yield address
        finally:
            self.client.space.run(["ip", "address", "del", f"{address}/64", *change], check=False)

    def _ping(self, space, address, *options):
        argv = ["ping", "-6", "-n", "-c", "1", "-W", "2", *options, address]
        return space.run(argv, check=False).returncode == 0

    def _probe_out(self):
        return self._ping(self.client.space, PUBLIC6, "-I", self.address)

    def _probe_big(self):
        size = ["-M", "do", "-s", str(1420 - 48)]
        return self._ping(self.client.space, PUBLIC6, "-I", self.address, *size)

    def _probe_web(self):
        return self.client.connect(PUBLIC6, WEB) == self.address

    def _probe_in(self):
        with self.new_address() as address:
            return self._ping(self.lab.public, address)

    def _probe_server(self):
        with self.new_address() as address:
            return tcp.connect(self.lab.public, address, SERVER) == PUBLIC6

    def _probe_password(self):
        """Asks for the ways to log in. sshd holds each refusal against the address it came from."""
        source = f"127.0.0.{next(self.logins)}"
        argv = ["ssh", "-F", "none", "-b", source, "-o", "PreferredAuthentications=none"]
        argv += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        argv += ["-o", "ConnectTimeout=2", "127.0.0.1", "true"]
        offered = re.search(r"denied \((.*)\)", self.run(argv, check=False).stderr)
        return offered is None or offered[1] == "publickey"

    def noticed(self):
        """What doesn't work: some of LAN and PASSWORD."""
        self.gateway.flush_neighbours()
        names = sorted({*LAN, PASSWORD})
        with ThreadPoolExecutor(len(names)) as pool:
            works = pool.map(lambda name: getattr(self, f"_probe_{name}")(), names)
            return {name for name, well in zip(names, works) if not well}

    def wait_noticed(self, names, deadline=30):
        """Waits until these, and no others, are what people notice."""
        seen = []

        def same():
            seen.append(self.noticed())
            return seen[-1] == set(names)

        try:
            until(same, deadline, f"people to notice {sorted(names)}")
        except TimeoutError as error:
            raise AssertionError(f"{error}; they noticed {[sorted(each) for each in seen]}")
