# SPDX-License-Identifier: MIT
"""The lab with a virtual machine in the container's place, and a mirror for its packages."""

import subprocess
import sys

from ..lab.gateway import PUBLIC4
from ..lab.lab import Lab
from ..lab.waiting import until
from .image import image
from .machine import Machine

# What Vultr adds to every instance's user-data.
VENDOR_DATA = """#cloud-config
disable_root: 0
ssh_pwauth: 1
chpasswd:
  expire: false
  users: [{name: root, password: vultr, type: text}]
"""


class VmLab(Lab):
    """Not booted: lab.vps.boot().

    reserved: the prefixes that are attached before the first boot.
    user_data: what was pasted when the instance was created.
    """

    def __init__(self, suite="trixie", reserved=(), user_data=""):
        self.image = image(suite)
        self.user_data = user_data
        self._start(reserved)

    def _set_up(self, reserved):
        super()._set_up(reserved)
        key = self.directory / "ssh"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.public_keys.append((self.directory / "ssh.pub").read_text().strip())
        self.publish()
        self.metadata.set_for_cloud_init(self.user_data, VENDOR_DATA)
        self._mirror()

    def _make_vps(self):
        return Machine(f"{self.name}-vps", self.directory / "vps", self.image, self.gateway)

    def _mirror(self):
        """The public host serves what user-data installs, and whatever a test puts there."""
        self.files = self.directory / "http"
        self.files.mkdir()
        (self.files / "repository").symlink_to(self.image.repository)
        argv = [sys.executable, "-m", "http.server", "--bind", PUBLIC4]
        argv += ["--directory", self.files, "80"]
        self.public.start(argv, log=self.directory / "mirror.log")
        listens = ["ss", "-Hltn", "sport", "=", ":80"]
        until(lambda: self.public.run(listens).stdout, 10, "the mirror")

    def ssh(self, argv, deadline=300):
        """Logs in over the network with the key of the metadata; returns CompletedProcess."""
        options = ["-F", "none", "-i", self.directory / "ssh", "-o", "BatchMode=yes"]
        options += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        options += ["-o", "LogLevel=ERROR"]
        return self.public.run(
            ["ssh", *options, f"root@{self.gateway.identity.v4}", *argv], False, deadline
        )
