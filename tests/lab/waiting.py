# SPDX-License-Identifier: MIT
"""Waiting for something that another process does."""

import time

INTERVAL = 0.05


def until(check, deadline, what):
    """Calls check() until it returns something true, and returns that.

    Raises TimeoutError, naming what was waited for, when deadline seconds have passed.
    """
    end = time.monotonic() + deadline
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() >= end:
            raise TimeoutError(f"waited {deadline} s in vain for {what}")
        time.sleep(INTERVAL)
