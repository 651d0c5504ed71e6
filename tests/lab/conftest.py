# SPDX-License-Identifier: MIT
"""The lab as pytest fixtures.

namespaces   nothing: skips the test where none can be made
bare_lab     a fresh lab without sixrelay
relay        a fresh lab in which a relay was applied
new_lab      makes labs: new_lab(reserved=[RESERVED]), not booted
world        a relay at work (world.py), which the tests of a module share
"""

import contextlib
import os
import shutil

import pytest

from ..program import lacking
from . import leftovers, options, product, rootfs
from .gateway import RESERVED
from .lab import Lab
from .world import World

PROGRAMS = "mmdebstrap systemd-nspawn ip radvd dnsmasq unshare nsenter git strace".split()
ROUTER_PROGRAMS = "ip nft radvd wg".split()


def pytest_addoption(parser):
    options.add(parser)


def obstacle(programs, setup="lab"):
    """Why nothing that needs the programs can run here, or None."""
    if os.geteuid():
        return "must be root: sudo …"
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        return f"no {', '.join(missing)}: tests/setup {setup}"
    return None


def require(programs, setup="lab"):
    """Skips the test where the programs can't be run; fails it where it must run."""
    reason = obstacle(programs, setup)
    if reason:
        lacking(f"the lab can't run: {reason}")


@pytest.fixture(scope="session")
def namespaces():
    """For the tests that need namespaces, with a router in one, and no VPS."""
    require(ROUTER_PROGRAMS)


@pytest.fixture(scope="session")
def suite(request):
    """The suite under test, its root file system made."""
    require(PROGRAMS)
    name = request.config.getoption("suite")
    with visible(request):
        leftovers.clean()
        rootfs.base(name)
    return name


@pytest.fixture(scope="session")
def installed(request, suite):
    """sixrelay, built for the suite."""
    with visible(request):
        product.layer(suite)


def visible(request):
    """For lines that pytest would keep to itself."""
    return request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled()


@contextlib.contextmanager
def maker(request, suite, kind=Lab):
    """Yields a function that makes labs, and closes (or keeps) them in the end."""
    labs = []

    def make(**options):
        labs.append(kind(suite, **options))
        return labs[-1]

    try:
        yield make
    finally:
        for lab in labs:
            if request.config.getoption("keep"):
                with visible(request):
                    print(f"\n{request.node.nodeid} keeps its lab:\n{lab.keep()}")
            else:
                lab.close()


@pytest.fixture
def new_lab(request, suite, installed):
    with maker(request, suite) as make:
        yield make


@pytest.fixture
def relay(new_lab):
    """A lab with a reserved /64, in which apply was run once."""
    lab = new_lab(reserved=[RESERVED])
    lab.vps.boot()
    lab.vps.run(["sixrelay", "apply"])
    return lab


@pytest.fixture
def bare_lab(request, suite):
    with maker(request, suite) as make:
        lab = make(installed=False)
        lab.vps.boot()
        yield lab


@pytest.fixture(scope="module")
def worlds(request):
    """What ends the world in use, and that world; both empty before the first."""
    with contextlib.ExitStack() as stack:
        yield stack, []


@pytest.fixture
def world(request, suite, installed, worlds):
    stack, made = worlds
    if not made:
        make = stack.enter_context(maker(request, suite))
        made.append(World(make(reserved=[RESERVED])))
    failed = request.session.testsfailed
    yield made[0]
    if request.session.testsfailed > failed:
        made.clear()
        stack.close()
