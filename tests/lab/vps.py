# SPDX-License-Identifier: MIT
"""The VPS: a container with a systemd, a udevd and a NIC of its own."""

import os
import re
import shutil
import signal
import subprocess

from .cgroup import Cgroup
from .instance import Instance
from .netns import Namespace
from .waiting import until

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"}
# /proc/sys/net is to be writable; systemd 258 and later need the unified hierarchy.
NSPAWN_ENVIRONMENT = {
    **os.environ,
    "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
    "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
}
NETPLAN = "/etc/netplan/50-cloud-init.yaml"


class Vps(Instance):
    """A machine made of layers (read-only directories, the topmost first).

    What is written lands in a layer of its own, which survives reboot and power cut, and goes
    away with the machine.
    """

    def __init__(self, name, directory, layers, gateway):
        self.name = name
        self.gateway = gateway
        self.root = directory / "root"
        self.sys = directory / "sys"
        self.udev = directory / "udev"
        self.log = directory / "console"
        self.marks = 0
        self.namespace = None
        self.cgroup = None
        self.nspawn = None
        self.pid = None
        for path in (self.root, self.sys, directory / "upper", directory / "work"):
            path.mkdir(parents=True)
        self.log.touch()
        lower = ":".join(str(layer) for layer in layers)
        options = f"lowerdir={lower},upperdir={directory}/upper,workdir={directory}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, self.root], check=True)
        self._configure_nic([])

    def boot(self):
        """Powers the machine on; returns when it has booted and is online."""
        self.namespace = Namespace(self.name)
        self.gateway.plug_vps(self.namespace)
        self._prepare_udev()
        self._start()
        self.pid = until(self._init, 20, "the container's init")
        until(self._booted, 60, f"the end of {self.name}'s boot")
        self.wait_online()

    def _prepare_udev(self):
        """Makes device units work as on a real machine.

        udevd runs only with a writable /sys, here one of the machine's own network namespace.
        systemd listens to udev only if /run/udev/control is there when it starts.
        """
        subprocess.run(
            ["nsenter", f"--net=/run/netns/{self.name}"]
            + ["mount", "-t", "sysfs", "sysfs", self.sys],
            check=True,
        )
        shutil.rmtree(self.udev, ignore_errors=True)
        self.udev.mkdir()
        (self.udev / "control").touch()

    def _start(self):
        self.cgroup = Cgroup(self.name)
        with open(self.log, "ab") as console:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", "--boot", "--quiet", "--settings=no", "--register=no"]
                + ["--keep-unit", "--console=read-only", "--capability=all", "--link-journal=no"]
                + ["--resolv-conf=off", "--timezone=off", "--hostname=relay-0"]
                + [f"--directory={self.root}", f"--machine={self.name}"]
                + [f"--network-namespace-path=/run/netns/{self.name}"]
                + [f"--bind={self.sys}:/sys", f"--bind={self.udev}:/run/udev"]
                + ["--bind=/dev/net/tun"],
                env=NSPAWN_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
                preexec_fn=self.cgroup.enter,
            )

    def _init(self):
        """The process that is number 1 inside."""
        parent = self.nspawn.pid
        if self.nspawn.poll() is not None:
            raise RuntimeError(f"systemd-nspawn: exit {self.nspawn.returncode}\n{self._log()}")
        for pid in read(f"/proc/{parent}/task/{parent}/children").split():
            for line in read(f"/proc/{pid}/status").splitlines():
                if line.startswith("NSpid:") and line.split()[2:] == ["1"]:
                    return int(pid)
        return None

    def argv(self, argv):
        """The command line that runs argv on the machine."""
        return ["nsenter", "--all", "--root", "--wd", f"--target={self.pid}", *argv]

    def run(self, argv, check=True, timeout=60, env=None, input=None):
        """Runs argv on the machine to its end; returns CompletedProcess with text output."""
        done = subprocess.run(
            self.argv(argv),
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**ENVIRONMENT, **(env or {})},
            input=input,
        )
        if check and done.returncode:
            raise RuntimeError(
                f"{self.name}: {' '.join(map(str, argv))}: exit {done.returncode}\n"
                f"{done.stdout}{done.stderr}"
            )
        return done

    def enter(self):
        """The command line that opens a shell on the machine."""
        return f"nsenter -a -r -w -t {self.pid} env -i HOME=/root TERM=$TERM bash -l"

    def console(self):
        """All that was written to /dev/console, over all boots.

        On its way here it passes nspawn: a mark of our own, sent after it, tells that all is in.
        """
        if self.pid:
            self.marks += 1
            mark = f"lab: mark {self.marks}\n"
            self.run(["tee", "/dev/console"], input=mark)
            until(lambda: mark in self._log(), 10, "the console's log")
        return re.sub(r"^lab: mark \d+\n", "", self._log(), flags=re.MULTILINE)

    def _log(self):
        return self.log.read_bytes().decode(errors="replace").replace("\r\n", "\n")

    def _on_files(self, argv, input=None):
        """Runs a program on the machine's files, whether or not it is booted."""
        if self.pid:
            return self.run(argv, check=False, input=input)
        argv = ["chroot", self.root, *argv]
        return subprocess.run(argv, input=input, text=True, capture_output=True, env=ENVIRONMENT)

    def remove_programs(self, paths):
        """As if they had never been installed."""
        self._on_files(["rm", "-f", *paths])

    def bind_reserved(self, *prefixes):
        """Puts reserved prefixes on the NIC, as cloud-init does when they are attached early."""
        self._configure_nic(prefixes)
        if self.pid:
            self.run(["netplan", "apply"])
            self.wait_online()

    def _configure_nic(self, addresses):
        """What cloud-init's Vultr datasource has netplan configure.

        It also matches by MAC, but networkd would look for a permanent one: no veth has it.
        """
        lines = ["network:", "  version: 2", "  ethernets:", f"    {self.gateway.identity.nic}:"]
        lines += ["      dhcp4: true", "      dhcp6: true", "      accept-ra: true"]
        if addresses:
            lines += ["      addresses:", *(f'      - "{address}"' for address in addresses)]
        self.write(NETPLAN, "\n".join(lines) + "\n", 0o600)

    def reboot(self):
        """An orderly reboot. The NIC, /run and all kernel state are new."""
        self.run(["systemctl", "reboot"], check=False)
        self.nspawn.wait(90)
        self._off()
        self.boot()

    def power_cut(self):
        """Stops the machine dead. boot() starts it again."""
        os.kill(self.pid, signal.SIGKILL)
        self.nspawn.wait(20)
        self._off()

    def _off(self):
        self.pid = None
        if self.nspawn:
            self.nspawn.kill()
            self.nspawn.wait()
            self.nspawn = None
        if self.cgroup:
            self.cgroup.delete()
            self.cgroup = None
        subprocess.run(["umount", "--quiet", self.sys], check=False)
        if self.namespace:
            self.gateway.unplug_vps()
            self.namespace.delete()
            self.namespace = None

    def close(self):
        self._off()
        subprocess.run(["umount", self.root], check=False)


def read(path):
    """A file of /proc, empty when its process is gone."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
