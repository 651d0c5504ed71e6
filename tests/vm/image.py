# SPDX-License-Identifier: MIT
"""Disk images: a distribution's suite as Vultr's image is, with its kernel and cloud-init.

The kernels are booted without an initrd, or with one that only loads the disk's driver.
"""

import hashlib
import pathlib
import shutil
from typing import NamedTuple

from ..lab import rootfs
from ..lab.cache import TOP as CACHE
from ..lab.cache import checked, digest, fresh, locked, prune, say

HERE = pathlib.Path(__file__).parent
DEBIAN = "linux-image-cloud-amd64 busybox-static xz-utils"
UBUNTU = "linux-image-virtual systemd-resolved locales"
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
    initrd: pathlib.Path | None
    repository: pathlib.Path  # packages and their index
    files: pathlib.Path  # the paths of all files on the disk, a line each


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
    initrd = path / "initrd"
    return Image(
        path / "disk",
        path / "vmlinuz",
        initrd if initrd.exists() else None,
        path / "repository",
        path / "files",
    )


def make(suite, packages, commands):
    new, root = fresh(f"{suite}-vm.new"), fresh(f"{suite}-vm.root")
    rootfs.bootstrap(suite, root, packages, hooks=[DOWNLOAD])
    rootfs.inside(root, commands)
    shutil.move(root / "repository", new / "repository")
    index(new / "repository")
    (kernel,) = root.glob("boot/vmlinuz-*")
    shutil.copy(kernel, new / "vmlinuz")
    if (root / "boot/initrd").exists():
        shutil.copy(root / "boot/initrd", new / "initrd")
    shutil.rmtree(root / "boot")
    found = checked(["find", ".", "-printf", "/%P\n"], cwd=root)
    (new / "files").write_text(found)
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
