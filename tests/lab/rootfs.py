# SPDX-License-Identifier: MIT
"""Root file systems: a distribution's suite, made like Vultr's image."""

import pathlib

from .cache import BuildError, checked, digest, fresh, locked, prune, say
from .cache import TOP as CACHE

IMAGE = pathlib.Path(__file__).with_name("image.sh")
DEBIAN = ("bookworm", "trixie")
UBUNTU = ("noble", "resolute")
SUITES = DEBIAN + UBUNTU
VULTR = """
    systemd systemd-sysv dbus udev netplan.io ufw iptables openssh-server
    openssh-client sudo iproute2 iputils-ping procps ca-certificates
"""
RELAY = "ndppd wireguard-tools wireguard-go diffutils"
# For a fault of the clock, which containers share with the host.
FAULTS = "faketime"
BUILD = """
    gcc libc6-dev make autoconf automake autopoint gettext pkg-config
    libcurl4-gnutls-dev libcjson-dev libmnl-dev libsystemd-dev libinih-dev
    libsodium-dev check
"""
UBUNTU_KEYRING = "usr/share/keyrings/ubuntu-archive-keyring.gpg"
# Mounts and network are private: nothing stays mounted, and ufw can't touch the host.
PRIVATE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net"]


def base(suite):
    """The suite's root file system; made when there is none yet."""
    packages = f"{VULTR} {RELAY} {FAULTS} {BUILD}".split()
    if suite in UBUNTU:
        packages.append("systemd-resolved")
    if suite == "trixie":
        # Debian vouches for Ubuntu's keys: see ubuntu_keyring().
        packages.append("ubuntu-keyring")
    path = CACHE / f"{suite}-{digest(*packages, IMAGE.read_text())}"
    with locked(suite):
        if not path.exists():
            keyring = ubuntu_keyring() if suite in UBUNTU else None
            say(f"making the root file system of {suite} (about a minute)")
            new = fresh(f"{suite}.new")
            bootstrap(suite, new, packages, keyring)
            enter = 'mount -t proc proc "$0/proc"; exec chroot "$0" sh -s'
            checked([*PRIVATE, "sh", "-ec", enter, new], IMAGE.read_text())
            new.rename(path)
            prune(f"{suite}-{'?' * 12}")
    return path


def bootstrap(suite, target, packages, keyring):
    argv = ["unshare", "--mount", "mmdebstrap", "--variant=apt", "--format=directory"]
    argv.append(f"--include={','.join(packages)}")
    if suite in UBUNTU:
        argv += ["--components=main,universe", f"--keyring={keyring}"]
    checked([*argv, suite, target])


def ubuntu_keyring():
    """The host's keyring; else that of Debian's package, from the trixie root."""
    host = pathlib.Path("/") / UBUNTU_KEYRING
    keyring = host if host.exists() else base("trixie") / UBUNTU_KEYRING
    if not keyring.exists():
        raise BuildError("an Ubuntu suite needs the package ubuntu-keyring")
    return keyring
