# SPDX-License-Identifier: MIT
"""The characters of a script: where we are, what may be skipped, words and escapes.

Lexical rules from MikroTik's manual and from measurements on 7.23.3: LF, CR LF and CR all end
a line; `\\` before a line's end continues it; a `#` is a comment only where a statement starts.
"""

import re

from .errors import ScriptSyntaxError, Unfinished

CLOSERS = "]})"
# A word without quotes ends before any of these.
WORD = re.compile(r"""[^\s;\[\](){}"$=\\]+""")
# In an expression operators end it, too; a dash or a dot inside belongs to it.
OPERAND = re.compile(r"[0-9]+(?![\w.:/])|[\w:%*][\w.:/%*-]*(?<!-)|[\w:%*]")
NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9]*")
ESCAPES = {
    '"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t", "$": "$", "_": " ", "?": "?",
    "a": "\a", "b": "\b", "f": "\f", "v": "\v",
}  # fmt: skip
CONTINUATION = re.compile(r"\\\n")


class Scanner:
    def __init__(self, text):
        self.text = re.sub(r"\r\n?", "\n", text)
        self.at = 0
        self.parentheses = 0  # open ones; inside them an end of line is blank

    @property
    def line(self):
        return self.text.count("\n", 0, self.at) + 1

    def fail(self, message):
        """Raises the syntax error at the present place."""
        column = self.at - self.text.rfind("\n", 0, self.at)
        kind = Unfinished if self.at >= len(self.text) else ScriptSyntaxError
        raise kind(message, self.line, column)

    def looking_at(self, text):
        return self.text.startswith(text, self.at)

    def peek(self):
        """The next character; "" at the end."""
        return self.text[self.at : self.at + 1]

    def accept(self, text):
        """Steps over text if it comes next."""
        if self.looking_at(text):
            self.at += len(text)
            return True
        return False

    def expect(self, text):
        if not self.accept(text):
            self.fail(f"expected {text}")

    def match(self, pattern):
        """The text that a compiled pattern matches here, stepped over; None when it doesn't."""
        found = pattern.match(self.text, self.at)
        if not found or not found.group():
            return None
        self.at = found.end()
        return found.group()

    def skip_blank(self):
        """Steps over spaces and continued lines, and over ends of lines inside parentheses."""
        blank = " \t\n" if self.parentheses else " \t"
        while True:
            if self.peek() and self.peek() in blank:
                self.at += 1
            elif not self.match(CONTINUATION):
                return

    def skip_separators(self):
        """Steps to the next statement, over empty ones and comments."""
        while True:
            self.skip_blank()
            if self.peek() == "#":
                self.skip_comment()
            elif not (self.accept("\n") or self.accept(";")):
                return

    def skip_comment(self):
        while self.peek() not in ("", "\n"):
            self.at += 1

    def at_end_of_statement(self):
        return self.peek() == "" or self.peek() in "\n;" + CLOSERS

    def escape(self):
        """What stands after a backslash in a string."""
        if self.peek() and self.peek() in " \t\n":
            while self.peek() and self.peek() in " \t\n":
                self.at += 1
            return ""
        code = self.match(re.compile(r"[0-9A-F]{2}"))
        if code:
            return bytes([int(code, 16)]).decode("cp1252")
        if self.peek() not in ESCAPES or not self.peek():
            self.fail("bad escape in string")
        self.at += 1
        return ESCAPES[self.text[self.at - 1]]
