# SPDX-License-Identifier: MIT
"""The built program, run as a person would; and what to do where a test lacks something."""

import os
import subprocess

import pytest

SIXRELAY = os.path.abspath(os.environ.get("SIXRELAY", "./sixrelay"))
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "ASAN_OPTIONS": "detect_leaks=0"}


def run(*args, **options):
    return subprocess.run(
        [SIXRELAY, *map(str, args)],
        env=ENV,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def lacking(reason):
    """Skips the test; fails it where it must run."""
    must_run = os.environ.get("CI") == "true" or os.environ.get("SIXRELAY_MUST_RUN") == "1"
    (pytest.fail if must_run else pytest.skip)(reason)
