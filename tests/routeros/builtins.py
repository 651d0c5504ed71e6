# SPDX-License-Identifier: MIT
"""The `:` commands that only work on values."""

import re

from .errors import ModelError, ScriptError
from .values import Time, classify, to_text, type_name


def length(value):
    """Items of an array, characters of anything else; nothing has none."""
    return len(value) if isinstance(value, list) else len(to_text(value))


def pick(value, begin, end=None):
    """One item or character, or those from begin up to end; nothing where there are none."""
    sequence = value if isinstance(value, list) else to_text(value)
    if end is None:
        return sequence[begin] if 0 <= begin < len(sequence) else None
    return sequence[begin:end]


def find(where, key, start=-1):
    """The index behind start at which key stands, or nothing."""
    if isinstance(where, list):
        return next((i for i, item in enumerate(where) if i > start and item == key), None)
    at = to_text(where).find(to_text(key), start + 1)
    return at if at >= 0 else None


def to_number(value):
    if isinstance(value, int):
        return int(value)
    text = to_text(value)
    return int(text) if re.fullmatch(r"-?\d+", text) else None


def to_array(value):
    """A string's parts between commas."""
    if value is None or isinstance(value, list):
        return value or []
    return [classify(part) for part in to_text(value).split(",")]


def element(array, index):
    """`array->index`: nothing where there is none."""
    if array is None:
        return None
    if not isinstance(array, list) or not isinstance(index, int):
        raise ModelError(f"{array!r}->{index!r}")
    return array[index] if 0 <= index < len(array) else None


def add(left, right):
    if isinstance(left, int) and isinstance(right, int):
        return (Time if Time in (type(left), type(right)) else int)(int(left) + int(right))
    raise ScriptError(f"cannot add {type_name(right)} to {type_name(left)}")


def subtract(left, right):
    return add(left, negative(right))


def negative(value):
    if isinstance(value, int):
        return type(value)(-value)
    raise ScriptError(f"cannot negate {type_name(value)}")


def whole(operation):
    """An operation on two numbers."""

    def work(left, right):
        if type(left) is not int or type(right) is not int:
            raise ScriptError(f"cannot calculate with {type_name(left)} and {type_name(right)}")
        if operation in ("/", "%") and right == 0:
            raise ScriptError("division by zero")
        return {"*": left * right, "/": left // (right or 1), "%": left % (right or 1)}[operation]

    return work


VALUES = {
    "find": find,
    "len": length,
    "nothing": lambda: None,
    "pick": pick,
    "toarray": to_array,
    "tonum": to_number,
    "tostr": to_text,
    "typeof": type_name,
}
