# SPDX-License-Identifier: MIT
"""Root file systems: a distribution's suite, made like Vultr's image."""

import pathlib

from .cache import BuildError, checked, digest, fresh, locked, prune, say
from .cache import TOP as CACHE

HERE = pathlib.Path(__file__).parent
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
# Mounts are private: nothing stays mounted.
MOUNTS = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
# The network, too: ufw can't touch the host.
PRIVATE = [*MOUNTS, "--net"]
# $0 root, $1 the layer to be, $2 a scratch directory, the rest: packages. No daemon starts.
INSTALL = """
    root=$0 layer=$1 scratch=$2
    shift 2
    mkdir "$scratch/work" "$scratch/root"
    mount -t overlay overlay -o "lowerdir=$root,upperdir=$layer,workdir=$scratch/work" "$scratch/root"
    cd "$scratch/root"
    mount -t proc proc proc
    mount -t tmpfs tmpfs tmp
    mount -t tmpfs tmpfs var/lib/apt/lists
    cp --remove-destination -L /etc/resolv.conf etc/resolv.conf
    printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d
    chmod 755 usr/sbin/policy-rc.d
    apt="chroot . env DEBIAN_FRONTEND=noninteractive apt-get -q -y"
    $apt update
    $apt install --no-install-recommends "$@"
    $apt clean
    cd /
    umount --recursive "$scratch/root"
    rm "$layer/usr/sbin/policy-rc.d" "$layer/etc/resolv.conf"
"""


def base(suite):
    """The suite's root file system; made when there is none yet."""
    packages = f"{VULTR} {RELAY} {FAULTS} {BUILD}".split()
    if suite in UBUNTU:
        packages.append("systemd-resolved")
    if suite == "trixie":
        # Debian vouches for Ubuntu's keys: see ubuntu_keyring().
        packages.append("ubuntu-keyring")
    commands = (HERE / "image.sh").read_text() + (HERE / "container.sh").read_text()
    path = CACHE / f"{suite}-{digest(*packages, commands)}"
    with locked(suite):
        if not path.exists():
            say(f"making the root file system of {suite} (about a minute)")
            new = fresh(f"{suite}.new")
            bootstrap(suite, new, packages)
            inside(new, commands)
            new.rename(path)
            prune(f"{suite}-{'?' * 12}")
    return path


def extra(suite, packages):
    """A directory to lay over base(suite): further packages."""
    root = base(suite)
    path = CACHE / f"{root.name}-extra-{digest(INSTALL, *packages)}"
    with locked(f"{suite}-extra"):
        if not path.exists():
            say(f"{suite}: installing {' '.join(packages)}")
            new, scratch = fresh(f"{root.name}-extra.new"), fresh(f"{root.name}-extra.scratch")
            checked([*MOUNTS, "sh", "-ec", INSTALL, root, new, scratch, *packages])
            new.rename(path)
            prune(f"{suite}-*-extra-{'?' * 12}")
    return path


def bootstrap(suite, target, packages, hooks=()):
    """Installs packages into an empty directory, and what they depend on.

    hooks: mmdebstrap's, run at the end, with the network and the suite's mirrors.
    """
    argv = ["unshare", "--mount", "mmdebstrap", "--variant=apt", "--format=directory"]
    argv.append(f"--include={','.join(packages)}")
    if suite in UBUNTU:
        argv += ["--components=main,universe", f"--keyring={ubuntu_keyring()}"]
    argv += [f"--customize-hook={hook}" for hook in hooks]
    # A kernel's initrd is made, or not, by who wants one.
    checked(["env", "INITRD=No", *argv, suite, target])


def inside(root, commands):
    """Runs a shell's commands in a root file system."""
    enter = 'mount -t proc proc "$0/proc"; exec chroot "$0" sh -s'
    return checked([*PRIVATE, "sh", "-ec", enter, root], commands)


def ubuntu_keyring():
    """The host's keyring; else that of Debian's package, from the trixie root."""
    host = pathlib.Path("/") / UBUNTU_KEYRING
    keyring = host if host.exists() else base("trixie") / UBUNTU_KEYRING
    if not keyring.exists():
        raise BuildError("an Ubuntu suite needs the package ubuntu-keyring")
    return keyring
