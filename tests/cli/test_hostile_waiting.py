# SPDX-License-Identifier: MIT
"""A metadata service from which nothing good ever comes. They all have begun before."""

import pytest

from .hostile import assert_harmless_to_a_terminal
from .hostile_http import FOR_EVER


@pytest.mark.parametrize("name", FOR_EVER)
def test_given_up_at_the_deadline(waiting, name):
    place, _, run = waiting[name]
    done = run.wait()
    assert done.status == 1 and not done.stdout
    assert_harmless_to_a_terminal(done)
    assert "sixrelay: metadata: gave up after 20 s: http://127.0.0.1:" in done.words()
    assert place.trees() == place.made
