# SPDX-License-Identifier: MIT
"""The command trees of every version, for what holds in all of them."""

from .commands import VERSIONS, Commands

TREES = {version: Commands(version) for version in VERSIONS}
NEWEST = TREES[VERSIONS[-1]]
