# SPDX-License-Identifier: MIT
"""The types of a menu's columns: what a column accepts, keeps and shows.

`keep(router, value)` turns a script's value into what a row holds, or raises ScriptError;
`show(kept)` is what `get`, `print` and `where` see. An unset column holds None.
"""

import ipaddress
import re

from . import x25519
from .errors import ModelError, ScriptError
from .values import Prefix, Time, equal


def spelling(value):
    """A value as it was written after `name=`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(spelling(item) for item in value)
    return "" if value is None else str(value)


class Column:
    """Text, and what all columns share."""

    def __init__(self, default=None):
        self.default = default

    def keep(self, router, value):
        return spelling(value)

    def show(self, kept):
        return kept

    def equals(self, kept, value):
        """Whether `where column=value` holds."""
        shown = self.show(kept)
        if isinstance(shown, str) and isinstance(value, (int, Prefix)):
            return shown == spelling(value)
        return equal(shown, value)


class Flag(Column):
    def keep(self, router, value):
        if spelling(value) not in ("yes", "no"):
            raise ScriptError("invalid value for argument, expected yes or no")
        return spelling(value) == "yes"


class Switch(Column):
    """Set by its bare name, and else unset. What `where NAME=VALUE` finds: nobody's measurement."""

    def keep(self, router, value):
        if value is not True:
            raise ModelError(f"a switch is given {value!r}")
        return True

    def equals(self, kept, value):
        raise ModelError(f"a switch is compared with {value!r}")


class Choice(Column):
    def __init__(self, *words, default=None):
        super().__init__(default)
        self.words = words

    def keep(self, router, value):
        if spelling(value) not in self.words:
            raise ScriptError(f"input does not match any value of {'|'.join(self.words)}")
        return spelling(value)


class Number(Column):
    """A whole number of a range, or one of some words."""

    def __init__(self, low, high, default=None, words=()):
        super().__init__(default)
        self.low, self.high, self.words = low, high, words

    def keep(self, router, value):
        text = spelling(value)
        if text in self.words:
            return text
        if not re.fullmatch(r"\d+", text):
            raise ScriptError("invalid value for argument, expected a number")
        if not self.low <= int(text) <= self.high:
            raise ScriptError(f"value of argument out of range ({self.low}..{self.high})")
        return int(text)


class Duration(Column):
    """A time, or one of some words."""

    def __init__(self, default=None, words=()):
        super().__init__(default)
        self.words = words

    def keep(self, router, value):
        text = spelling(value)
        if text in self.words:
            return text
        time = Time(text) if re.fullmatch(r"\d+", text) else Time.read(text)
        if time is None:
            raise ScriptError("invalid time value")
        return time


class DurationRange(Column):
    """Two times, of 3s to 20m50s and of 4s to 30m (manual): `3m20s-10m`."""

    def keep(self, router, value):
        low, dash, high = spelling(value).partition("-")
        times = Time.read(low), Time.read(high)
        if not dash or None in times or times[0] > times[1]:
            raise ScriptError("invalid range of times")
        if not 3 <= times[0] <= 1250 or not 4 <= times[1] <= 1800:
            raise ScriptError("value of range out of range")
        return f"{times[0]}-{times[1]}"


def read_interface(text, kind=ipaddress.IPv6Interface):
    try:
        return kind(text)
    except ValueError:
        raise ScriptError(f"invalid value for argument: {text}") from None


class HostAddress(Column):
    """An address and its length (64 unless said), in RouterOS's spelling.

    `find where address=` of an unquoted address finds nothing, a quoted one does (manual).
    """

    def keep(self, router, value):
        text = spelling(value)
        return str(read_interface(text if "/" in text else text + "/64"))

    def equals(self, kept, value):
        return isinstance(value, str) and not isinstance(value, Prefix) and kept == value


class Network(Column):
    """A prefix; with `negatable`, `!` may stand before it; kind: of which family, or of both."""

    def __init__(self, default=None, negatable=False, kind=ipaddress.IPv6Interface):
        super().__init__(default)
        self.negatable, self.kind = negatable, kind

    def keep(self, router, value):
        text = spelling(value)
        negation = "!" if self.negatable and text.startswith("!") else ""
        return negation + str(read_interface(text.removeprefix(negation), self.kind).network)


class Networks(Column):
    """Prefixes of both families, with commas between."""

    def keep(self, router, value):
        parts = spelling(value).split(",")
        return ",".join(str(read_interface(p, ipaddress.ip_interface).network) for p in parts)


class Address(Column):
    """One address without a length."""

    def keep(self, router, value):
        return str(read_interface(spelling(value)).ip)


class Key(Column):
    """A WireGuard key (measured: anything but 32 bytes is refused)."""

    def __init__(self, what):
        super().__init__()
        self.what = what

    def keep(self, router, value):
        if x25519.decode(spelling(value)) is None:
            raise ScriptError(f"failure: invalid {self.what}")
        return spelling(value)


class Reference(Column):
    """The name of a row of another menu, kept as that row: it follows a change of the name.

    A row that is gone shows as its id (seen in exports: `!*2000011`). what: what the refusal of
    an unknown name calls it; else the menu's last word.
    """

    def __init__(self, menu, words=(), negatable=False, default=None, what=None):
        super().__init__(default)
        self.menu, self.words, self.negatable = menu, words, negatable
        self.what = what or menu.rsplit("/")[-1]

    def keep(self, router, value):
        text = spelling(value)
        negated = self.negatable and text.startswith("!")
        text = text[1:] if negated else text
        if text in self.words:
            return negated, text
        for row in router.table(self.menu).rows:
            if row["name"] == text:
                return negated, row
        raise ScriptError(f"input does not match any value of {self.what}")

    def show(self, kept):
        if kept is None or isinstance(kept, str):
            return kept
        negated, row = kept
        name = row if isinstance(row, str) else row.id if row.gone else row["name"]
        return ("!" if negated else "") + name


class Gateway(Column):
    """`ADDRESS`, `ADDRESS%INTERFACE` or `INTERFACE`; the interface must exist."""

    def keep(self, router, value):
        address, percent, interface = spelling(value).partition("%")
        if not percent and ":" not in address:
            address, interface = "", address
        if interface and router.interface(interface) is None:
            raise ScriptError(f"input does not match any value of gateway: {interface}")
        return (str(read_interface(address).ip) if address else "") + percent + interface


class Computed(Column):
    """Read only: worked out from the row by a function."""

    def __init__(self, work_out):
        super().__init__()
        self.work_out = work_out

    def keep(self, router, value):
        raise ScriptError("read-only property")


def common():
    """The columns of every menu with rows."""
    return {"comment": Column(""), "disabled": Flag(False)}
