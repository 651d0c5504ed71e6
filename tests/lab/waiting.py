# SPDX-License-Identifier: MIT
"""Waiting for something that another process does."""

import time

# Seconds between two looks: most start a program, and what takes long needs fewer of them.
SHORTEST, LONGEST = 0.05, 0.4


def until(check, deadline, what, longest=LONGEST):
    """Calls check() until it returns something true, and returns that.

    longest: seconds between two calls at most.
    Raises TimeoutError, naming what was waited for, when deadline seconds have passed.
    """
    end = time.monotonic() + deadline
    interval = SHORTEST
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() >= end:
            raise TimeoutError(f"waited {deadline} s in vain for {what}")
        time.sleep(interval)
        interval = min(1.3 * interval, longest)
