# SPDX-License-Identifier: MIT
"""A parsed script as the checker's rules see it: its commands, variables and gate.

The gate is a variable that exists only inside the script's block, so that a line that asks for
it does nothing when a terminal runs it by itself.
"""

from functools import cached_property

from .syntax import Block, Builtin, Command, Literal, Operation, Variable
from .walk import Place, name_in, terms, walk

# The builtins that give a variable a value, and the argument with its name.
GIVING = {
    "for": "counter",
    "foreach": "counter",
    "global": "name",
    "local": "name",
    "onerror": "error",
    "set": "name",
}


class Script:
    """statements: the parser's, of the whole text."""

    def __init__(self, statements):
        blocks = [s.statements if isinstance(s, Block) else [s] for s in statements]
        self.top = [statement for block in blocks for statement in block]
        self.nodes = [pair for statement in self.top for pair in walk(statement, Place(statement))]

    def commands(self, *verbs):
        """The menus' commands with their places; those of the given verbs, or all."""
        for node, place in self.nodes:
            if isinstance(node, Command) and (not verbs or node.verb in verbs):
                yield node, place

    def builtins(self, *names):
        for node, place in self.nodes:
            if isinstance(node, Builtin) and node.name in names:
                yield node, place

    @cached_property
    def changes(self):
        """What changes the router, makes a file, or takes time; with the places."""
        return [(node, place) for node, place in self.nodes if _changes(node)]

    @cached_property
    def assignments(self):
        """What gives a variable its value: the name, the builtin and its place."""
        return [
            (name_in(node, GIVING[node.name]), node, place)
            for node, place in self.builtins(*GIVING)
        ]

    def sources(self, node, place, pieces=lambda node: None, seen=()):
        """The nodes that a value comes from, none of them a variable; None for an unknown one.

        pieces(node): the nodes that stand for a node that isn't a source itself, or None.
        """
        if isinstance(node, Variable):
            if node.name not in seen:
                for value, its in self._given(node.name, place) or [(None, place)]:
                    yield from self.sources(value, its, pieces, (*seen, node.name))
            return
        inner = pieces(node)
        if inner is None:
            yield node
            return
        for piece in inner:
            yield from self.sources(piece, place, pieces, seen)

    def _given(self, name, place):
        """The values that a variable may have at a place, each with its own place.

        A loop's counter has those that the loop goes over, inside it only.
        """
        given = [
            (node.arguments.get("value", Literal("")) if "name" in node.arguments else None, its)
            for its_name, node, its in self.assignments
            if its_name == name and node.name != "foreach"
        ]
        for loop, its in place.loops:
            if name_in(loop, "counter") == name:
                given.append((loop.arguments.get("in"), its))
        return given

    def starts_with(self, node, place, text):
        """Whether a value can only be text that starts with text."""
        sources = list(self.sources(node, place, _first_operand))
        return bool(sources) and all(_is_text(s) and s.value.startswith(text) for s in sources)

    @cached_property
    def gates(self):
        """By name, each `:local` at the block's top level with a string or number: perhaps the gate."""
        found = {}
        for node, place in self.builtins("local"):
            value = node.arguments.get("value")
            if node is place.top and isinstance(value, Literal) and _is_gate(value):
                found.setdefault(name_in(node, "name"), node)
        return found

    def spoilers(self, gate):
        """What else gives the gate's variable a value."""
        name = name_in(gate, "name")
        return [node for its, node, _ in self.assignments if its == name and node is not gate]

    def gates_of(self, place):
        """The gates that a place is behind: terms of the condition of its outermost `:if`."""
        condition = getattr(place.top, "arguments", {}).get("condition")
        if not place.conditions or place.conditions[0] is not condition:
            return []
        gates = [self.gate_in(term) for term in terms(condition)]
        return [gate for gate in gates if gate and gate.line < place.top.line]

    def gate_in(self, term):
        """The gate that a term `$NAME = "VALUE"` asks for, or None."""
        if not isinstance(term, Operation) or term.operator != "=":
            return None
        variable, value = term.operands
        gate = self.gates.get(variable.name) if isinstance(variable, Variable) else None
        return gate if gate and gate.arguments["value"] == value else None


def _changes(node):
    if isinstance(node, Command):
        return node.verb not in ("find", "get", "print") or "file" in node.arguments
    return isinstance(node, Builtin) and node.name == "delay"


def _is_gate(literal):
    """Whether a value can't be what a variable is that isn't there."""
    return bool(literal.value) and (literal.quoted or type(literal.value) is int)


def _first_operand(node):
    """The beginning of a concatenation."""
    return node.operands[:1] if isinstance(node, Operation) and node.operator == "." else None


def _is_text(node):
    return isinstance(node, Literal) and isinstance(node.value, str)
