# SPDX-License-Identifier: MIT
"""Ways through what the parser made of a script."""

from dataclasses import dataclass, replace

from .syntax import Array, Block, Builtin, ChangeMenu, Command, Literal, Operation, Text


@dataclass(frozen=True)
class Place:
    """Where a command or builtin stands.

    top: the statement of the script's block that it is a part of. conditions: those that hold
    there, of the `:if`s in whose do= it stands, outermost first. loops: the `:foreach`s around
    it, each with its own place, outermost first. caught: an `on-error=` catches its errors.
    """

    top: object
    conditions: tuple = ()
    loops: tuple = ()
    caught: bool = False

    @property
    def terms(self):
        """All that holds there."""
        return [term for condition in self.conditions for term in terms(condition)]


def walk(node, place):
    """Every command, builtin and menu change in node with its place, in the order of the text."""
    if isinstance(node, (Command, Builtin, ChangeMenu)):
        yield node, place
    for inner, its_place in _inside(node, place):
        yield from walk(inner, its_place)


def _inside(node, place):
    """The nodes right below a node, each with its place."""
    if isinstance(node, Command):
        below = [*node.arguments.values(), node.where]
    elif isinstance(node, Builtin):
        return [(node.arguments[name], _behind(node, name, place)) for name in node.arguments]
    elif isinstance(node, Block):
        below = node.statements
    elif isinstance(node, Operation):
        below = node.operands
    elif isinstance(node, Text):
        below = node.parts
    else:
        below = node.items if isinstance(node, Array) else []
    return [(inner, place) for inner in below]


def _behind(builtin, argument, place):
    """The place of what stands in an argument of a builtin."""
    if (builtin.name, argument) == ("if", "do"):
        return replace(place, conditions=(*place.conditions, builtin.arguments.get("condition")))
    if (builtin.name, argument) == ("foreach", "do"):
        return replace(place, loops=(*place.loops, (builtin, place)))
    if (builtin.name, argument) == ("do", "command") and "on-error" in builtin.arguments:
        return replace(place, caught=True)
    return place


def name_in(builtin, argument):
    """The variable that a builtin is about, which that argument names; None when it doesn't."""
    return getattr(builtin.arguments.get(argument), "value", None)


def terms(condition):
    """What must hold for a condition to hold: the operands of its outer `&&`s."""
    if isinstance(condition, Operation) and condition.operator == "&&":
        return [term for operand in condition.operands for term in terms(operand)]
    return [condition]


def parts(where):
    """All terms of a condition, and their operands, whatever the operators."""
    yield where
    if isinstance(where, Operation):
        for operand in where.operands:
            yield from parts(operand)


def alone(node, kind, name):
    """The command (by its verb) or builtin that is all of `[ … ]`, or None."""
    if isinstance(node, Block) and len(node.statements) == 1:
        (only,) = node.statements
        if isinstance(only, kind) and name == (only.verb if kind is Command else only.name):
            return only
    return None


def compared_length(term, operator):
    """What X is in `[:len X] OPERATOR 0`; None when the term is another one."""
    if isinstance(term, Operation) and term.operator == operator:
        length = alone(term.operands[0], Builtin, "len")
        if length and term.operands[1] == Literal(0):
            return length.arguments.get("value")
    return None
