# SPDX-License-Identifier: MIT
"""The scripts that sixrelay announces, as a user cuts them out of a console's log."""

import re

MARKED = (
    "^-----BEGIN SIXRELAY ROUTEROS SCRIPT {0}-----\n"
    "(.*?)^-----END SIXRELAY ROUTEROS SCRIPT {0}-----$"
)


def all_announced(vps, site="home"):
    """Every announcement of the site's script since the machine was made."""
    pattern = MARKED.format(re.escape(site))
    return re.findall(pattern, vps.console(), re.DOTALL | re.MULTILINE)


def announced(vps, site="home"):
    """The last one."""
    return all_announced(vps, site)[-1]
