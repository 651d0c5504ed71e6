# SPDX-License-Identifier: MIT
"""The three ways in which a script can go wrong."""


class ScriptSyntaxError(Exception):
    """Found while parsing: no `on-error` catches it, and nothing of its unit has run."""

    def __init__(self, message, line, column):
        super().__init__(f"{message} (line {line} column {column})")
        self.line = line


class Unfinished(ScriptSyntaxError):
    """The text ended inside a bracket or a string; a terminal would wait for more."""


class ScriptError(Exception):
    """Raised by a command that ran; `on-error` catches it."""


class ModelError(Exception):
    """The script relies on something that nobody has measured, or that isn't modelled.

    Never caught by a script: it must reach the test.
    """
