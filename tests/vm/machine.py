# SPDX-License-Identifier: MIT
"""The VPS as a virtual machine: an emulated processor, a disk, a NIC, a serial console.

One processor, as the smallest instance has: emulating two takes as much time of the host's, and
QEMU was seen to fail at it.
"""

import contextlib
import re
import subprocess
import time

from ..lab.cache import say
from ..lab.instance import Instance
from ..lab.waiting import until
from .wire import Agent, Gone, Monitor, Refused

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"}
# Vultr's own consoles; without a quiet they show all that is going on. An emulated processor has
# nothing to guard against, and guarding takes a sixth of its time.
KERNEL = "root=/dev/vda ro console=tty1 console=ttyS0 mitigations=off"
# By the vendor cloud-init knows where it is.
DMI = "type=1,manufacturer=Vultr,product=VHP,serial=123456789"
AGENT = "org.qemu.guest_agent.0"
BOOT = 900  # seconds; fifty with a processor of its own
CSI = re.compile(r"\x1b\[[0-9;?!]*[ -/]*[@-~]|\x1b[=>c]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")


class Crashed(RuntimeError):
    """The emulator has ended by itself."""


class Machine(Instance):
    """A virtual machine on the gateway's wire. Not booted: boot().

    What it writes lands in a layer over the image's disk, which survives reboot and power cut,
    and goes away with the machine. A power cut loses what the kernel had not yet written there.
    """

    def __init__(self, name, directory, image, gateway):
        self.name = name
        self.directory = directory
        self.image = image
        self.gateway = gateway
        self.qemu = self.monitor = self.agent = None
        self.log = directory / "serial"
        directory.mkdir()
        self.log.touch()
        self._new_disk(image.disk, "raw")

    def _new_disk(self, below, kind):
        self.disk = self.directory / f"disk-{time.monotonic_ns()}"
        argv = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", kind, "-b", below, self.disk]
        subprocess.run(argv, check=True)

    def boot(self, deadline=BOOT):
        """Powers the machine on; returns when its boot is over and it is online."""
        try:
            self.power_on()
            self.wait_booted(deadline)
        except Crashed as crash:
            self._boot_again(crash, deadline)

    def _boot_again(self, crash, deadline):
        """An emulator that fails is a power cut to the machine."""
        say(f"{self.name}: once more, {crash}")
        self.power_cut()
        self.power_on()
        self.wait_booted(deadline)

    def power_on(self):
        self._start()

    def wait_booted(self, deadline=BOOT):
        """Waits for the end of a boot, cloud-init's part included."""
        end = time.monotonic() + deadline
        self.wait_agent(deadline)
        self.run(["systemctl", "is-system-running", "--wait"], False, end - time.monotonic())
        self.wait_online()

    def wait_agent(self, deadline=BOOT):
        """Waits until programs can be run, which is early in a boot."""
        until(self._connected, deadline, f"{self.name}'s agent")

    def _connected(self):
        if self.qemu.poll() is not None:
            self._crashed()
        if not self.agent:
            with contextlib.suppress(Gone):
                self.agent = Agent(self.directory / "agent")
        return self.agent

    def _start(self, *options):
        argv = ["qemu-system-x86_64", "-machine", "q35,sata=off,smbus=off", "-accel", "tcg"]
        argv += ["-cpu", "qemu64,svm=off", "-m", "1024", "-nodefaults", "-no-user-config"]
        argv += ["-display", "none", "-smbios", DMI, "-kernel", self.image.kernel]
        argv += ["-append", KERNEL]
        argv += ["-initrd", self.image.initrd] if self.image.initrd else []
        argv += ["-drive", f"if=none,id=disk,file={self.disk},cache=writeback"]
        argv += ["-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci"]
        # A NIC behind a port of its own is enp1s0, as it is at Vultr.
        argv += ["-device", "pcie-root-port,id=slot1,chassis=1,slot=1"]
        argv += ["-netdev", f"tap,id=net,ifname={self.gateway.plug_tap()},script=no,downscript=no"]
        argv += ["-device", f"virtio-net-pci,bus=slot1,netdev=net,mac={self.gateway.identity.mac}"]
        argv += [
            "-chardev",
            f"file,id=serial,path={self.log},append=on",
            "-serial",
            "chardev:serial",
        ]
        argv += ["-device", "virtio-serial-pci"]
        for name in ("agent", "monitor"):
            (self.directory / name).unlink(missing_ok=True)
            path = self.directory / name
            argv += ["-chardev", f"socket,id={name},path={path},server=on,wait=off"]
        argv += ["-device", f"virtserialport,chardev=agent,name={AGENT}"]
        argv += ["-mon", "chardev=monitor,mode=control", *options]
        self.qemu = self.gateway.namespace.start(argv, log=self.directory / "qemu")
        self.monitor = until(self._monitor, 300, "QEMU's monitor")

    def _monitor(self):
        with contextlib.suppress(Gone):
            return Monitor(self.directory / "monitor")
        if self.qemu.poll() is not None:
            raise RuntimeError(f"QEMU: {(self.directory / 'qemu').read_text()}")
        return None

    def run(self, argv, check=True, timeout=300, env=None, input=None):
        """Runs argv on the machine to its end; returns CompletedProcess with text output."""
        if not self.agent:
            self.wait_agent(timeout)
        try:
            done = self.agent.run(argv, timeout, {**ENVIRONMENT, **(env or {})}, input)
        except Gone:
            self._forget_agent()
            if self.qemu.poll() is not None:
                self._crashed()
            raise
        if check and done.returncode:
            raise RuntimeError(
                f"{self.name}: {' '.join(map(str, argv))}: exit {done.returncode}\n"
                f"{done.stdout}{done.stderr}"
            )
        return done

    def _crashed(self):
        raise Crashed(f"QEMU has ended: {(self.directory / 'qemu').read_text()}")

    def _forget_agent(self):
        if self.agent:
            self.agent.close()
            self.agent = None

    def console(self):
        """All that was written to the serial console, over all boots, as text."""
        text = self.log.read_bytes().decode(errors="replace")
        return CSI.sub("", text).replace("\r", "")

    def wait_console(self, text, deadline=BOOT):
        """Waits for a text on the serial console."""
        until(lambda: text in self.console(), deadline, f"{text!r} on {self.name}'s console")

    def reboot(self, deadline=BOOT):
        """An orderly reboot; returns when it is over."""
        try:
            self.begin_reboot()
            self.wait_booted(deadline)
        except Crashed as crash:
            self._boot_again(crash, deadline)

    def begin_reboot(self):
        """Has the machine reboot; returns when the new boot is there."""
        before = self.boot_id()
        with contextlib.suppress(Gone, Refused):
            self.run(["systemctl", "reboot"], check=False, timeout=20)
        until(lambda: self._boot_id_now() not in (None, before), BOOT, f"{self.name} to reboot")

    def boot_id(self):
        return self.read("/proc/sys/kernel/random/boot_id")

    def _boot_id_now(self):
        with contextlib.suppress(Gone, Refused, TimeoutError, FileNotFoundError):
            self._forget_agent()
            self.wait_agent(5)
            return self.boot_id()
        return None

    def power_cut(self):
        """Stops the machine dead. boot() starts it again."""
        self._forget_agent()
        if self.monitor:
            self.monitor.close()
            self.monitor = None
        if self.qemu:
            self.qemu.kill()
            self.gateway.namespace.stop(self.qemu)
            self.gateway.unplug_vps()
            self.qemu = None

    def snapshot(self, name):
        """Keeps the machine as it is at this moment, and stops it; resume() goes on from there."""
        kept = self.directory / name
        self._forget_agent()
        self.monitor.call("stop")
        self.monitor.call("migrate", uri=f"file:{kept}")

        def written():
            status = self.monitor.call("query-migrate")
            if status["status"] == "failed":
                raise RuntimeError(f"QEMU's migration: {status}")
            return status["status"] == "completed"

        until(written, BOOT, "the machine's memory to be written")
        self.power_cut()
        return kept, self.disk

    def resume(self, snapshot):
        """Runs on from a snapshot; what has been written since is lost."""
        self.power_cut()
        memory, disk = snapshot
        if self.disk != disk:
            self.disk.unlink()
        self._new_disk(disk, "qcow2")
        self._start("-incoming", f"file:{memory}")
        until(self._loaded, BOOT, "the machine's memory to be read")
        self.monitor.call("cont")

    def _loaded(self):
        return self.monitor.call("query-status")["status"] == "paused"

    def offline(self, paths):
        """What these files hold, by path, as the next boot will find them; absent ones left out."""
        copy = self.directory / "copy"
        argv = ["qemu-img", "convert", "-O", "raw", self.disk, copy]
        subprocess.run(argv, check=True)
        try:
            # The journal is replayed, as the kernel would.
            fsck = subprocess.run(["e2fsck", "-p", copy], capture_output=True, text=True)
            if fsck.returncode > 1:
                raise RuntimeError(f"e2fsck: {fsck.stdout}{fsck.stderr}")
            found = {path: self._offline(copy, path) for path in paths}
        finally:
            copy.unlink()
        return {path: text for path, text in found.items() if text is not None}

    def _offline(self, copy, path):
        done = subprocess.run(
            ["debugfs", "-R", f"cat {path}", copy], capture_output=True, text=True
        )
        return None if "File not found" in done.stderr else done.stdout

    def enter(self):
        """How to see what the machine says."""
        return f"less {self.log}"

    def close(self):
        self.power_cut()
