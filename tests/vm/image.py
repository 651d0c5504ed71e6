# SPDX-License-Identifier: MIT
"""Disk images: a distribution's suite as Vultr's image is, with its kernel and cloud-init.

The kernels are booted without an initrd: each has the drivers of some disk and of ext4 built in.
"""

import hashlib
import pathlib
import shutil
from typing import NamedTuple

from ..lab import rootfs
from ..lab.cache import TOP as CACHE
from ..lab.cache import checked, digest, fresh, locked, prune, say

HERE = pathlib.Path(__file__).parent
DEBIAN = "linux-image-cloud-amd64"
UBUNTU = "linux-image-virtual systemd-resolved"
MACHINE = "cloud-init dhcpcd-base e2fsprogs qemu-guest-agent"
# What the package depends on, and the image lacks: an instance gets it from its mirror.
MIRRORED = "ndppd wireguard-tools libcurl3t64-gnutls libcjson1 libinih1 libmnl0 libsodium23"
SUITES = [suite for suite in rootfs.SUITES if suite != "bookworm"]
DISK_SIZE = "4G"
# mmdebstrap's hook; $1 is the new root.
DOWNLOAD = (
    'mkdir -p "$1/repository/partial" && chroot "$1" apt-get -q -y --no-install-recommends '
    f"-o Dir::Cache::archives=/repository install --download-only {MIRRORED}"
)


class Image(NamedTuple):
    disk: pathlib.Path  # raw, without a partition table; not to be written to
    kernel: pathlib.Path
    repository: pathlib.Path  # packages and their index
    device: str  # QEMU's name for a disk that the kernel needs no initrd for
    root: str  # and the kernel's


def drive(suite):
    if suite in rootfs.DEBIAN:
        return "nvme,serial=0", "/dev/nvme0n1"
    return "virtio-blk-pci", "/dev/vda"


def image(suite):
    """The suite's image; made when there is none yet."""
    packages = f"{rootfs.VULTR} {MACHINE} {UBUNTU if suite in rootfs.UBUNTU else DEBIAN}".split()
    commands = (rootfs.HERE / "image.sh").read_text() + (HERE / "image.sh").read_text()
    path = CACHE / f"{suite}-vm-{digest(*packages, commands, DOWNLOAD, DISK_SIZE)}"
    with locked(f"{suite}-vm"):
        if not path.exists():
            say(f"making the disk image of {suite} (two minutes)")
            make(suite, packages, commands).rename(path)
            prune(f"{suite}-vm-*")
    return Image(path / "disk", path / "vmlinuz", path / "repository", *drive(suite))


def make(suite, packages, commands):
    new, root = fresh(f"{suite}-vm.new"), fresh(f"{suite}-vm.root")
    rootfs.bootstrap(suite, root, packages, hooks=[DOWNLOAD])
    rootfs.inside(root, commands)
    shutil.move(root / "repository", new / "repository")
    index(new / "repository")
    (kernel,) = root.glob("boot/vmlinuz-*")
    shutil.copy(kernel, new / "vmlinuz")
    shutil.rmtree(root / "boot")
    lazy = "lazy_itable_init=0,lazy_journal_init=0"
    argv = ["mke2fs", "-q", "-t", "ext4", "-L", "root", "-m", "0", "-E", lazy, "-d", root]
    checked([*argv, new / "disk", DISK_SIZE])
    shutil.rmtree(root)
    return new


def index(repository):
    """Makes a flat repository of a directory of packages."""
    (repository / "partial").rmdir()
    (repository / "lock").unlink(missing_ok=True)
    with open(repository / "Packages", "w") as packages:
        for path in sorted(repository.glob("*.deb")):
            data = path.read_bytes()
            packages.write(checked(["dpkg-deb", "--field", path]))
            packages.write(f"Filename: ./{path.name}\nSize: {len(data)}\n")
            packages.write(f"SHA256: {hashlib.sha256(data).hexdigest()}\n\n")
