# SPDX-License-Identifier: MIT
"""Network namespaces: the machines of the lab that need no systemd of their own."""

import hashlib
import os
import re
import subprocess


class Namespace:
    """One named network namespace and the processes that were started in it."""

    def __init__(self, name):
        self.name = name
        self.children = []
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.run(["ip", "link", "set", "lo", "up"])

    def argv(self, argv):
        return ["ip", "netns", "exec", self.name, *argv]

    def run(self, argv, check=True, timeout=60, input=None):
        """Runs argv to its end; returns CompletedProcess with text stdout and stderr."""
        done = subprocess.run(
            self.argv(argv), capture_output=True, text=True, timeout=timeout, input=input
        )
        if check and done.returncode:
            raise RuntimeError(
                f"{self.name}: {' '.join(argv)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    def start(self, argv, log=os.devnull, env=None):
        """Starts argv in the background; it is ended with the namespace."""
        with open(log, "ab") as out:
            child = subprocess.Popen(
                self.argv(argv), stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env
            )
        self.children.append(child)
        return child

    def stop(self, child):
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self.children.remove(child)

    def sysctl(self, key, value):
        self.run(["sysctl", "-q", "-w", f"{key}={value}"])

    def delete(self):
        for child in list(self.children):
            self.stop(child)
        subprocess.run(["ip", "netns", "del", self.name], check=False)


def link_name(name):
    """The Linux name of an interface that may be called by one that Linux doesn't take."""
    if re.fullmatch(r"[^\s/:]{1,15}", name):
        return name
    return f"if-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def veth(left, left_name, right, right_name, left_mac=None, right_mac=None):
    """Joins two namespaces by a pair of virtual Ethernet interfaces, both down."""
    argv = ["ip", "link", "add", left_name, "netns", left.name]
    if left_mac:
        argv += ["address", left_mac]
    argv += ["type", "veth", "peer", "name", right_name, "netns", right.name]
    if right_mac:
        argv += ["address", right_mac]
    subprocess.run(argv, check=True)
