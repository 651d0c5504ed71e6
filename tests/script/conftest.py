# SPDX-License-Identifier: MIT
"""What the tests of the scripts start from."""

import os

import pytest

from ..program import SIXRELAY, lacking
from ..routeros import import_, paste
from .product import Vps


@pytest.fixture
def vps(tmp_path):
    if not os.path.exists(SIXRELAY):
        lacking(f"no {SIXRELAY}: build it, or SIXRELAY=PATH")
    return Vps(tmp_path / "vps")


@pytest.fixture(params=[paste, import_], ids=["paste", "import"])
def deliver(request):
    """Both ways in which a script reaches a router."""
    return request.param
