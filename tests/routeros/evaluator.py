# SPDX-License-Identifier: MIT
"""Runs statements against a router."""

import re

from . import builtins, verbs
from .errors import ModelError, ScriptError
from .syntax import (
    Array,
    Block,
    ChangeMenu,
    Command,
    Literal,
    Operation,
    Property,
    Text,
    Variable,
)
from .values import Time, equal, less, to_text, truth

ENDLESS = 100_000


class Evaluator:
    """One unit of a script: its variables, and where its output goes.

    output: a list that gets the printed lines. prompt(argument): asked for a required argument
    that a command lacks; returns the text that a terminal would take as the answer, or None.
    """

    def __init__(self, router, output, prompt):
        self.router, self.output, self.prompt = router, output, prompt
        self.scopes = [{}]
        self.row = None  # the one that a where looks at

    def run(self, statement):
        """Runs one statement; its value, if it is a command with one."""
        if isinstance(statement, Block):
            return self._block(statement)
        if isinstance(statement, ChangeMenu):
            return None
        if isinstance(statement, Command):
            return self._command(statement)
        return getattr(self, f"_do_{statement.name}", self._value_builtin)(statement)

    def _block(self, block):
        self.scopes.append({})
        try:
            value = None
            for statement in block.statements:
                value = self.run(statement)
            return value
        finally:
            self.scopes.pop()

    def _command(self, command):
        arguments = {name: self.value(node) for name, node in command.arguments.items()}
        return verbs.run(self, command, arguments)

    def holds(self, row, where):
        """Whether a row is one that a `where` means; all are without one."""
        outer, self.row = self.row, row
        try:
            return where is None or is_set(self.value(where))
        finally:
            self.row = outer

    # Values

    def value(self, node):
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Variable):
            return self._scope_of(node.name).get(node.name)
        if isinstance(node, Text):
            return "".join(p if isinstance(p, str) else to_text(self.value(p)) for p in node.parts)
        if isinstance(node, Array):
            return [self.value(item) for item in node.items]
        if isinstance(node, Property):
            return self._property(node)
        if isinstance(node, Operation):
            return self._operation(node)
        return self._block(node)

    def _property(self, node):
        """A column of the row that a where looks at.

        Whether a rule is disabled is not for a where to ask: seen on 7.23, disabled=no finds none.
        """
        if node.name == "disabled" and self.row.table.menu.startswith("/ipv6/firewall/"):
            raise ModelError("a where that asks for disabled")
        return self.row[node.name]

    def _scope_of(self, name):
        """The innermost scope that has a variable; the globals when none has."""
        return next((s for s in reversed(self.scopes) if name in s), self.router.globals)

    def _operation(self, node):
        if node.operator in ("&&", "||"):
            left = truth(self.value(node.operands[0]))
            done = left == (node.operator == "||")
            return left if done else truth(self.value(node.operands[1]))
        if node.operator in ("=", "!=") and isinstance(node.operands[0], Property):
            self._property(node.operands[0])
            same = self.row.equals(node.operands[0].name, self.value(node.operands[1]))
            return same == (node.operator == "=")
        values = [self.value(operand) for operand in node.operands]
        return OPERATORS[node.operator](*values)

    # Builtins

    def _arguments(self, statement):
        return {name: self.value(node) for name, node in statement.arguments.items()}

    def _value_builtin(self, statement):
        arguments = self._arguments(statement)
        return builtins.VALUES[statement.name](*arguments.values())

    def _do_put(self, statement):
        self.output.append(to_text(self._arguments(statement).get("message")))

    def _do_error(self, statement):
        raise ScriptError(to_text(self._arguments(statement).get("message")))

    def _do_delay(self, statement):
        seconds = self._arguments(statement).get("delay-time", Time(1))
        self.router.world.delay(int(seconds))

    def _do_local(self, statement):
        arguments = self._arguments(statement)
        self.scopes[-1][arguments["name"]] = arguments.get("value")

    def _do_global(self, statement):
        arguments = self._arguments(statement)
        if "value" in arguments:
            self.router.globals[arguments["name"]] = arguments["value"]
        else:
            self.router.globals.setdefault(arguments["name"], None)

    def _do_set(self, statement):
        arguments = self._arguments(statement)
        scope = self._scope_of(arguments["name"])
        if arguments["name"] not in scope:
            raise ScriptError(f"undefined variable {arguments['name']}")
        scope[arguments["name"]] = arguments.get("value")

    def _do_if(self, statement):
        chosen = truth(self.value(statement.arguments["condition"]))
        block = statement.arguments.get("do" if chosen else "else")
        return self._block(block) if block else None

    def _do_do(self, statement):
        try:
            self._block(statement.arguments["command"])
        except ScriptError:
            if "on-error" not in statement.arguments:
                raise
            self._block(statement.arguments["on-error"])

    def _do_onerror(self, statement):
        try:
            self._block(statement.arguments["in"])
            return False
        except ScriptError as error:
            self.scopes.append({self.value(statement.arguments["error"]): str(error)})
            self._block(statement.arguments["do"])
            self.scopes.pop()
            return True

    def _do_while(self, statement):
        for _ in range(ENDLESS):
            if not truth(self.value(statement.arguments["condition"])):
                return
            self._block(statement.arguments["do"])
        raise ModelError(f"line {statement.line}: the loop doesn't end")

    def _do_for(self, statement):
        bounds = {n: self.value(statement.arguments[n]) for n in ("from", "to")}
        step = self.value(statement.arguments.get("step", Literal(1)))
        past = bounds["to"] + (1 if step > 0 else -1)
        self._each(statement, range(bounds["from"], past, step))

    def _do_foreach(self, statement):
        items = self.value(statement.arguments["in"])
        self._each(statement, items if isinstance(items, list) else [items])

    def _each(self, statement, items):
        for item in items:
            self.scopes.append({self.value(statement.arguments["counter"]): item})
            try:
                self._block(statement.arguments["do"])
            finally:
                self.scopes.pop()


def is_set(value):
    """A boolean itself; anything else when there is something."""
    return value if isinstance(value, bool) else value not in (None, "")


def matches(text, pattern):
    """`~`: whether an extended regular expression is found in a text."""
    try:
        return re.search(to_text(pattern), to_text(text)) is not None
    except re.error as error:
        raise ScriptError(f"bad regular expression: {error}") from None


OPERATORS = {
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    ">": lambda left, right: less(right, left),
    "<=": lambda left, right: not less(right, left),
    ">=": lambda left, right: not less(left, right),
    "~": matches,
    "!": lambda value: not is_set(value),
    ".": lambda left, right: to_text(left) + to_text(right),
    ",": lambda left, right: builtins.to_array(left) + builtins.to_array(right),
    "->": builtins.element,
    "+": builtins.add,
    "-": builtins.subtract,
    "negative": builtins.negative,
    **{sign: builtins.whole(sign) for sign in "*/%"},
}
