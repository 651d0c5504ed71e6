# SPDX-License-Identifier: MIT
"""What the parser makes of a script."""

from dataclasses import dataclass, field


@dataclass
class Literal:
    """A value that stands there itself; quoted: as a string."""

    value: object
    quoted: bool = field(default=False, compare=False)


@dataclass
class Variable:
    name: str


@dataclass
class Text:
    """A quoted string: pieces of str, and expressions whose text goes in between."""

    parts: list


@dataclass
class Array:
    items: list


@dataclass
class Property:
    """A name in a `where`: a column of the row that is looked at."""

    name: str


@dataclass
class Operation:
    """An operator with its one or two operands."""

    operator: str
    operands: list


@dataclass
class Block:
    """`{ … }` as a statement or after do=, and `[ … ]` as a value."""

    statements: list


@dataclass
class Builtin:
    """`:name …`, its arguments by name."""

    line: int
    name: str
    arguments: dict


@dataclass
class Command:
    """A command of a menu; `where` is an expression over Properties, or None.

    absolute: its path was written from `/`.
    """

    line: int
    menu: str
    verb: str
    arguments: dict
    where: object = None
    absolute: bool = False


@dataclass
class ChangeMenu:
    """A menu's path alone on a line: what follows is relative to it."""

    line: int
    menu: str
