# SPDX-License-Identifier: MIT
"""pytest's options, of the lab and of what is built on it."""

import secrets
import sys

from . import rootfs


def points(text):
    """A number, or all."""
    return sys.maxsize if text == "all" else int(text)


def seed(text):
    """A number, or any."""
    return secrets.randbelow(10**6) if text == "any" else int(text)


def add(parser):
    """Adds them once, whichever conftest is read first."""
    group = parser.getgroup("lab")
    if group.options:
        return
    group.addoption("--suite", choices=rootfs.SUITES, default="trixie", help="the VPS's system")
    group.addoption("--keep", action="store_true", help="leave the labs running at the end")
    group.addoption("--points", type=points, default=250, help="faults a test tries, or all")
    group.addoption("--cuts", type=int, default=4, help="power cuts in the first apply (tests/vm)")
    group.addoption("--reconciles", type=int, default=250, help="how long the soak is")
    group.addoption("--soak-seed", type=seed, default=1, help="what the soak draws; any: another one")
