# SPDX-License-Identifier: MIT
"""The Debian package and user-data, as `make deb` and `make user-data` make them."""

import subprocess

from .cache import TOP as CACHE
from .cache import BuildError, checked, digest, fresh, locked, prune, say
from .product import IN_OVERLAY, SOURCE, copy, sources
from .rootfs import PRIVATE, base, extra

# The oldest system: what is built on it runs on all.
SUITE = "bookworm"
TOOLS = ["build-essential", "debhelper", "lintian"]
MAKE_USER_DATA = SOURCE / "cloud-init" / "make-user-data"
MAKE = """
    autoreconf -fi
    ./configure --enable-werror
    make deb
    LC_ALL=C.UTF-8 lintian --allow-root sixrelay_*.deb >lintian.log || :
"""
# What makes no difference to the package.
WITHOUT = ("tests/", ".ci/", "README.md", "DESIGN.md", "cloud-init/")


def deb():
    """The path of the package, which runs on all suites; lintian.log is beside it."""
    root, tools = base(SUITE), extra(SUITE, TOOLS)
    names = [name for name in sources() if not name.startswith(WITHOUT)]
    hashes = [digest(name, (SOURCE / name).read_bytes()) for name in names]
    path = CACHE / f"package-{digest(tools.name, MAKE, *hashes)}"
    with locked("package"):
        if not path.exists():
            say("building the package")
            build(root, tools).rename(path)
            prune("package-????????????")
    (package,) = path.glob("sixrelay_*.deb")
    return package


def build(root, tools):
    tree, layer, scratch = (fresh(f"package-{name}") for name in ("build", "layer", "scratch"))
    copy(tree)
    layers = f"{tools}:{root}"
    log = checked([*PRIVATE, "sh", "-ec", IN_OVERLAY, layers, tree, layer, scratch, MAKE])
    new = fresh("package.new")
    packages = [*tree.glob("sixrelay_*.deb"), tree / "lintian.log"]
    if len(packages) != 2:
        raise BuildError(f"not one package: {packages}\n{log[-2000:]}")
    for path in packages:
        path.rename(new / path.name)
    return new


def user_data(package, output, *options):
    """Writes user-data for the package. Options: --settings FILE, --url URL."""
    subprocess.run([MAKE_USER_DATA, *options, package, output], check=True, capture_output=True)
    return output


def in_layers(layers, shared, argv):
    """Runs argv in a root made of layers, with a directory at its /mnt; nothing of it stays."""
    script = """
        mount -t tmpfs tmpfs /mnt
        mkdir /mnt/upper /mnt/work /mnt/root
        mount -t overlay overlay -o "lowerdir=$0,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
        mount -t proc proc /mnt/root/proc
        mount --rbind /dev /mnt/root/dev
        mount --bind "$1" /mnt/root/mnt
        shift
        exec chroot /mnt/root "$@"
    """
    lower = ":".join(str(layer) for layer in layers)
    argv = [*PRIVATE, "sh", "-ec", script, lower, shared, *argv]
    return subprocess.run(argv, capture_output=True, text=True)
