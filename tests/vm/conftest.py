# SPDX-License-Identifier: MIT
"""Virtual machines as pytest fixtures. A module is the life of one; its tests run in order.

new_lab      makes labs, not booted
first_boot   the first boot (first_boot.py) of an instance with a /64, which two modules share
"""

import pytest

from ..lab import leftovers, options, package
from ..lab.conftest import PROGRAMS, maker, require, visible
from ..lab.gateway import RESERVED
from .first_boot import FirstBoot
from .image import SUITES, image
from .lab import VmLab


def pytest_addoption(parser):
    options.add(parser)


@pytest.fixture(scope="session")
def suite(request):
    """The suite under test, its image made."""
    require(
        [*PROGRAMS, "qemu-system-x86_64", "qemu-img", "mke2fs", "debugfs", "ssh", "ssh-keygen"],
        "vm",
    )
    name = request.config.getoption("suite")
    if name not in SUITES:
        pytest.skip(f"no image of {name}")
    with visible(request):
        leftovers.clean()
        image(name)
    return name


@pytest.fixture(scope="session")
def deb(request, suite):
    with visible(request):
        return package.deb()


@pytest.fixture(scope="session")
def user_data(deb, tmp_path_factory):
    """What a user pastes: the document that `make user-data` makes."""
    return package.user_data(deb, tmp_path_factory.mktemp("user") / "user-data").read_text()


@pytest.fixture(scope="module")
def new_lab(request, suite):
    with maker(request, suite, VmLab) as make:
        yield make


@pytest.fixture(scope="session")
def first_boot(request, suite, user_data):
    with maker(request, suite, VmLab) as make:
        yield FirstBoot(make(reserved=[RESERVED], user_data=user_data))


@pytest.fixture(scope="module")
def life():
    """Whether a test of this machine's has failed."""
    return []


@pytest.fixture(autouse=True)
def in_order(request, life):
    """After a test that failed, the rest of the machine's life means nothing."""
    if life:
        pytest.skip(f"the machine's life ended with {life[0]}")
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        life.append(request.node.name)


@pytest.fixture
def report(request):
    """Prints figures, which pytest would keep to itself."""

    def say(text):
        with visible(request):
            print(f"\n{text}", flush=True)

    return say
