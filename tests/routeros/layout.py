# SPDX-License-Identifier: MIT
"""The characters and lines of a script, checked before anything is parsed.

A terminal takes a pasted block as one command, or, when it finds a syntax error, runs each line
behind the error by itself: so a line must mean the same alone. Strings are seen through with a
pattern of their own, since a script that the parser refuses has a layout, too.
"""

import re
from dataclasses import dataclass

from .finding import Finding

COLUMNS = 200  # a line must be shorter
SIZE = 16 * 1024  # and the whole smaller
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
IN_STRING = re.compile(r"\\[0-9A-F]{2}|\\.|\$")
ESCAPES = '"\\$nrt_?'  # those of control characters look like hexadecimals in lower case
FORBIDDEN = re.compile(r":(?:global|parse|execute)\b|/system[ /]+scheduler\b|/tool[ /]+fetch\b")
OPENERS = {"}": "{", "]": "[", ")": "("}
NAMES = {"\t": "a TAB completes words in a terminal", "\r": "a CR"}


@dataclass
class Line:
    number: int
    text: str

    @property
    def comment(self):
        return self.text.startswith("#")

    @property
    def code(self):
        """The line with each string blanked out; nothing of a comment."""
        blanked = STRING.sub(lambda string: "_" * len(string.group()), self.text)
        return "" if self.comment else blanked.partition('"')[0]

    @property
    def strings(self):
        """What stands between quotes."""
        return [] if self.comment else [string[1:-1] for string in STRING.findall(self.text)]

    @property
    def open_string(self):
        """Whether a string has no end on its line."""
        return not self.comment and '"' in STRING.sub("", self.text)


@dataclass(frozen=True)
class Bracket:
    """An open bracket and the line that opened it."""

    character: str
    line: int


def split(text):
    """The lines of a script."""
    text = text.replace("\r\n", "\n").removesuffix("\n")
    return [Line(number, line) for number, line in enumerate(text.split("\n"), 1)]


def brackets(lines):
    """The brackets that are open behind each line, as tuples, outermost first."""
    after, stack = [], ()
    for line in lines:
        for character in line.code:
            if character in OPENERS.values():
                stack += (Bracket(character, line.number),)
            elif stack and OPENERS.get(character) == stack[-1].character:
                stack = stack[:-1]
        after.append(stack)
    return after


def spread(lines):
    """The numbers of the lines of brackets that close on a later line, inside the block."""
    numbers, before = set(), ()
    for line, stack in zip(lines, brackets(lines)):
        if len(before) > 1 or len(stack) > 1:
            numbers.add(line.number)
        before = stack
    return numbers


def check(text):
    """The findings about characters, strings, comments, lines and brackets."""
    lines = split(text)
    yield from _check_bytes(text)
    for line in lines:
        yield from _check_line(line)
    yield from _check_block(lines)
    yield from _check_open(lines)
    holders = [line.number for line in lines for _ in re.findall("private-key=", line.text)]
    for number in holders[1:]:
        yield Finding(number, "one-secret", f"a second private-key=; line {holders[0]} has one")


def _check_bytes(text):
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        for character in sorted(set(re.findall(r"[^ -~]", line))):
            name = NAMES.get(character, f"U+{ord(character):04X}")
            yield Finding(number, "bytes", f"{name}; only printable ASCII and LF are allowed")
        if len(line) >= COLUMNS:
            message = f"{len(line)} columns; a line has fewer than {COLUMNS}"
            yield Finding(number, "bytes", message)
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield Finding(len(split(text)), "bytes", "the script ends with exactly one LF")
    if len(text) >= SIZE:
        yield Finding(
            len(split(text)), "bytes", f"{len(text)} bytes; fewer than {SIZE} are allowed"
        )


def _check_line(line):
    for string in line.strings:
        for found in IN_STRING.findall(string):
            if found == "$":
                yield Finding(line.number, "strings", 'a "$" in a string is escaped: "\\$"')
            elif len(found) == 2 and found[1] not in ESCAPES:
                allowed = f"a backslash stands before one of {ESCAPES} or hexadecimals like 4F"
                yield Finding(line.number, "strings", f"{found} in a string; {allowed}")
    if line.open_string:
        yield Finding(line.number, "strings", "a string must end on its line")
    if "#" in line.code:
        yield Finding(line.number, "comments", "# stands in a string or begins a whole line")
    if line.code.endswith("\\"):
        yield Finding(line.number, "self-contained", "no line is continued with a backslash")
    for found in FORBIDDEN.findall(line.code):
        yield Finding(line.number, "forbidden", f"{found} has no place in the script")


def _check_block(lines):
    """One block, `{` and `}` alone on their lines, and nothing but comments outside of it."""
    lines = [line for line in lines if line.text]
    at = next((i for i, line in enumerate(lines) if line.code), None)
    if at is None or lines[at].text != "{":
        number = lines[at].number if at is not None else 1
        yield Finding(number, "shape", "the block's { comes first, alone on its line")
        return
    after = brackets(lines)
    end = next((i for i in range(at, len(lines)) if not after[i]), len(lines) - 1)
    if lines[end].text != "}":
        yield Finding(lines[end].number, "shape", "the block ends with a } alone on its line")
    if lines[end + 1 :]:
        yield Finding(lines[end + 1].number, "shape", "nothing stands behind the block's }")


def _check_open(lines):
    """Brackets that stay open: only a `{` may, and it must be closed inside the block."""
    after = brackets(lines)
    left = {b for stack in after for b in stack[1:] if b.character != "{"}
    if len(after) > 1:
        left |= set(after[-2][1:])
    for bracket in left:
        message = f"{bracket.character} isn't closed; a line's brackets balance"
        yield Finding(bracket.line, "self-contained", message)
