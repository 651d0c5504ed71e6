# SPDX-License-Identifier: MIT
"""A WireGuard interface in a namespace: the kernel's own, or wireguard-go's."""

import os
import shutil
import tempfile

from .waiting import until

# wireguard-go's sockets are named by interface only: namespaces must not share the directory.
# `ip netns exec` has given the shell a mount namespace of its own.
PRIVATELY = 'mkdir -p /var/run/wireguard && mount --bind "$0" /var/run/wireguard && exec "$@"'


class Tunnel:
    def __init__(self, space, name):
        self.space, self.name = space, name
        self.child = None
        self.directory = tempfile.mkdtemp(prefix=f"{space.name}-{name}-")
        made = space.run(["ip", "link", "add", name, "type", "wireguard"], check=False)
        if made.returncode:
            self._start_program()

    def _start_program(self):
        """Starts wireguard-go, which a `wg set` in the same instant can crash."""
        log = os.path.join(self.directory, "log")
        environment = {**os.environ, "LOG_LEVEL": "verbose"}
        argv = self._privately(["wireguard-go", "--foreground", self.name])
        self.child = self.space.start(argv, log=log, env=environment)

        def listens():
            with open(log, encoding="utf-8") as lines:
                return "UAPI listener started" in lines.read()

        until(listens, 10, f"wireguard-go's socket for {self.name}")

    def _privately(self, argv):
        return ["sh", "-c", PRIVATELY, self.directory, *argv]

    def wg(self, *arguments, input=None):
        """Runs `wg`; returns its output."""
        return self.space.run(self._privately(["wg", *arguments]), input=input).stdout

    def configure(self, text):
        """Makes the interface what text says; sessions with unchanged peers go on."""
        self.wg("syncconf", self.name, "/dev/stdin", input=text)

    def handshakes(self):
        """The time of each peer's last handshake, by public key; 0 where there was none."""
        lines = self.wg("show", self.name, "latest-handshakes").splitlines()
        return {key: int(when) for key, when in (line.split() for line in lines)}

    def received(self):
        """The bytes that came from each peer, by public key."""
        lines = self.wg("show", self.name, "transfer").splitlines()
        return {key: int(count) for key, count, _ in (line.split() for line in lines)}

    def stop(self):
        if self.child:
            self.space.stop(self.child)
        else:
            self.space.run(["ip", "link", "del", self.name])
        shutil.rmtree(self.directory)
