# SPDX-License-Identifier: MIT
"""The values of the script language.

nothing is None, a boolean is bool, a number is int, a string is str, an array is list; the
types below are the others.
"""

import ipaddress
import re

from .errors import ModelError, ScriptError


class Id(str):
    """The internal name of a row: `*1`, `*2A`."""


class Prefix(str):
    """An address with a length, written without quotes."""


class Time(int):
    """A duration in whole seconds."""

    UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}

    FORM = re.compile(r"(?P<units>(?:\d+[wdhms])*)(?P<clock>\d+:\d\d:\d\d)?")

    @classmethod
    def read(cls, text):
        """`1h2m`, `25s`, `00:30:00`, `1d00:00:05`; None when text is not a duration."""
        form = cls.FORM.fullmatch(text)
        if not text or not form:
            return None
        pairs = re.findall(r"(\d+)([wdhms])", form["units"])
        pairs += zip((form["clock"] or "0:0:0").split(":"), "hms")
        return cls(sum(int(count) * cls.UNITS[unit] for count, unit in pairs))

    def __str__(self):
        """As `print` and an export show it: `30m`."""
        rest, out = int(self), ""
        for unit, size in self.UNITS.items():
            count, rest = divmod(rest, size)
            out += f"{count}{unit}" if count else ""
        return out or "0s"

    def clock(self):
        """As a script prints it and joins it to a string: `00:30:00` (measured on 7.21)."""
        days, rest = divmod(abs(self), self.UNITS["d"])
        minutes, seconds = divmod(rest, 60)
        long = str(Time(days * self.UNITS["d"])) if days else ""
        sign = "-" if self < 0 else ""
        return f"{sign}{long}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def classify(word):
    """The value of a word written without quotes."""
    if word in ("yes", "true"):
        return True
    if word in ("no", "false"):
        return False
    if re.fullmatch(r"\d+", word):
        return int(word)
    if re.fullmatch(r"\*[0-9A-F]+", word):
        return Id(word)
    time = Time.read(word)
    if time is not None:
        return time
    if "/" in word:
        try:
            ipaddress.ip_interface(word)
            return Prefix(word)
        except ValueError:
            pass
    return word


def type_name(value):
    """What :typeof says."""
    if value is None:
        return "nothing"
    if isinstance(value, Prefix):
        return "ip6-prefix" if ":" in value else "ip-prefix"
    names = {bool: "bool", Time: "time", int: "num", Id: "id", str: "str", list: "array"}
    return names[type(value)]


def to_text(value):
    """What :put prints and what a string interpolates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(to_text(item) for item in value)
    return value.clock() if isinstance(value, Time) else str(value)


def truth(value):
    """The condition of :if and :while, which must be a boolean."""
    if isinstance(value, bool):
        return value
    raise ScriptError("conditional not boolean")


def equal(left, right):
    """`=`. A boolean against a string is nobody's measurement."""
    if isinstance(left, bool) != isinstance(right, bool):
        other = right if isinstance(left, bool) else left
        if other is None:
            return False
        raise ModelError(f"a boolean is compared with {other!r}")
    if isinstance(left, int) and isinstance(right, int):
        return int(left) == int(right)
    return type_name(left) == type_name(right) and left == right


def less(left, right):
    """`<`, between two of one type only."""
    if type_name(left) != type_name(right) or isinstance(left, (bool, list)) or left is None:
        raise ScriptError(f"cannot compare if {type_name(left)} is less than {type_name(right)}")
    return left < right
