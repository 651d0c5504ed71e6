# SPDX-License-Identifier: MIT
"""What the checker has to say about a script."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """A line (the first is 1), the rule's name, and what is wrong and what is allowed."""

    line: int
    rule: str
    message: str
