# SPDX-License-Identifier: MIT
"""A whole lab: gateway, metadata service, VPS, and the homes that a test adds."""

import fcntl
import itertools
import os
import subprocess

from . import leftovers, product, rootfs
from .gateway import Gateway
from .metadata import Metadata, document
from .vps import Vps

COUNTER = itertools.count(1)


class Lab:
    """One lab; several can run at once. Not booted: lab.vps.boot().

    reserved: the prefixes that are attached before the first boot.
    installed: with sixrelay installed.
    """

    def __init__(self, suite="trixie", reserved=(), installed=True):
        self.layers = [rootfs.base(suite)]
        if installed:
            self.layers.insert(0, product.layer(suite))
        self._start(reserved)

    def _start(self, reserved):
        self.name = f"sixrelay-{os.getpid()}-{next(COUNTER)}"
        self.directory = leftovers.TOP / self.name
        self.gateway = self.metadata = self.vps = None
        self.public_keys = []
        self.homes = []
        self.reserved = []
        self.directory.mkdir(parents=True)
        self.lock = open(leftovers.lock_path(self.name), "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            self._set_up(reserved)
        except BaseException:
            self.close()
            raise

    def _set_up(self, reserved):
        options = ["-t", "tmpfs", "-o", "size=2g,mode=0755", "sixrelay-lab"]
        subprocess.run(["mount", *options, self.directory], check=True)
        self.gateway = Gateway(self.name, self.directory)
        self.public = self.gateway.public
        self.metadata = Metadata(self.gateway, self.directory / "metadata")
        self.vps = self._make_vps()
        for prefix in reserved:
            self.attach(prefix)

    def _make_vps(self):
        return Vps(f"{self.name}-vps", self.directory / "vps", self.layers, self.gateway)

    def attach(self, prefix):
        """Attaches a reserved /64, as one does in Vultr's panel."""
        self.reserved.append(prefix)
        self.gateway.attach(prefix)
        self.publish()

    def detach(self, prefix):
        self.reserved.remove(prefix)
        self.gateway.detach(prefix)
        self.publish()

    def publish(self):
        """Has the metadata service say what is so."""
        self.metadata.set(document(self.reserved, self.gateway.identity, self.public_keys))

    def restore(self, identity, reserved=()):
        """Makes another instance of the VPS's disk, as of a snapshot; not booted."""
        self.vps.power_cut()
        for prefix in list(self.reserved):
            self.detach(prefix)
        self.gateway.become(identity)
        for prefix in reserved:
            self.attach(prefix)
        self.publish()
        self.vps.bind_reserved(*reserved)

    def add_home(self, home):
        """Hands over a home, for its close() to be called before the rest goes."""
        self.homes.append(home)
        return home

    def keep(self):
        """Leaves the lab running when this process ends; returns how to enter it."""
        leftovers.kept_path(self.name).touch()
        ways = {"vps": self.vps.enter()}
        for space in leftovers.namespaces(self.name):
            ways.setdefault(space[len(self.name) + 1 :], f"ip netns exec {space} bash")
        ways["(remove all)"] = "python3 -m tests.lab.leftovers"
        return "\n".join(f"  {name:12} {way}" for name, way in ways.items())

    def close(self):
        """Removes everything, in whatever state it is."""
        try:
            for part in [*reversed(self.homes), self.vps, self.gateway]:
                if part:
                    part.close()
        finally:
            leftovers.remove(self.name)
            self.lock.close()
