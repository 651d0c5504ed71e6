# SPDX-License-Identifier: MIT
"""Values, `( )` expressions and `where` conditions."""

import re

from .scanner import NAME, OPERAND, VARIABLE, WORD, Scanner
from .syntax import Array, Literal, Operation, Property, Text, Variable
from .values import classify

LOGICAL = [["||", "or"], ["&&", "and"]]
COMPARISONS = ["<=", ">=", "!=", "=", "<", ">", "~"]
ARITHMETIC = [[".", ","], ["+", "-"], ["*", "/", "%"]]
BINARY = [*LOGICAL, COMPARISONS, *ARITHMETIC]  # loosest first
SYMBOLS = {"or": "||", "and": "&&"}
QUOTED_NAME = re.compile(r'[^"\\$\n]+')
WHERE = re.compile(r"where(?=[\s(!])")


class Expressions:
    """The half of the parser that reads values; the other half gives it `block`."""

    def __init__(self, text):
        self.scan = Scanner(text)

    def block(self, closer):
        """Reads statements up to closer."""
        raise NotImplementedError

    def value(self, word=WORD):
        """One value: a string, variable, expression, command, array or word."""
        scan = self.scan
        if scan.accept('"'):
            return self._string()
        if scan.accept("$"):
            return self._variable()
        if scan.accept("("):
            return self._parenthesized(self._expression)
        if scan.accept("["):
            return self.block("]")
        if scan.accept("{"):
            return self._array()
        text = scan.match(word)
        if text is None:
            scan.fail("expected a value")
        return Literal(classify(text))

    def where(self):
        """Terms up to the command's end, all of which must hold; None when there are none."""
        self.scan.skip_blank()
        said = self.scan.match(WHERE)
        self.scan.skip_blank()
        if self.scan.at_end_of_statement():
            return self.scan.fail("expected a condition after where") if said else None
        condition = self._condition()
        while True:
            self.scan.skip_blank()
            if self.scan.at_end_of_statement():
                return condition
            condition = Operation("&&", [condition, self._condition()])

    def _variable(self):
        if self.scan.accept('"'):
            name = self.scan.match(QUOTED_NAME)
            self.scan.expect('"')
        else:
            name = self.scan.match(VARIABLE)
        if not name:
            self.scan.fail("expected a variable's name")
        return Variable(name)

    def _string(self):
        parts, scan = [""], self.scan
        while not scan.accept('"'):
            if scan.peek() in ("", "\n"):
                scan.fail('expected "')
            if scan.accept("\\"):
                parts[-1] += scan.escape()
            elif scan.accept("$["):
                parts += [self.block("]"), ""]
            elif scan.accept("$("):
                parts += [self._parenthesized(self._expression), ""]
            elif scan.accept("$"):
                parts += [self._variable(), ""]
            else:
                parts[-1] += scan.peek()
                scan.at += 1
        return Literal(parts[0], quoted=True) if len(parts) == 1 else Text(parts)

    def _array(self):
        """`{1;2}` as a value. There is no literal of an empty array."""
        items = []
        self.scan.parentheses += 1
        while True:
            self.scan.skip_blank()
            items.append(self.value())
            self.scan.skip_blank()
            if self.scan.accept("}"):
                self.scan.parentheses -= 1
                return Array(items)
            self.scan.expect(";")

    def _parenthesized(self, inner):
        self.scan.parentheses += 1
        value = inner()
        self.scan.skip_blank()
        self.scan.expect(")")
        self.scan.parentheses -= 1
        return value

    def _expression(self):
        return self._binary(BINARY, self._operand)

    def _binary(self, levels, operand):
        """Operands joined by the operators of levels, which stand loosest first."""
        if not levels:
            return operand()
        left = self._binary(levels[1:], operand)
        while operator := self._operator(levels[0]):
            right = self._binary(levels[1:], operand)
            left = Operation(SYMBOLS.get(operator, operator), [left, right])
        return left

    def _operator(self, choices):
        start = self.scan.at
        self.scan.skip_blank()
        for operator in choices:
            if operator.isalpha():
                if self.scan.match(re.compile(rf"{operator}\b")):
                    return operator
            elif not self.scan.looking_at("->") and self.scan.accept(operator):
                return operator
        self.scan.at = start
        return None

    def _operand(self):
        scan = self.scan
        scan.skip_blank()
        if scan.accept("!"):
            return Operation("!", [self._operand()])
        if scan.accept("-"):
            return Operation("negative", [self._operand()])
        value = self.value(OPERAND)
        while True:
            start = scan.at
            scan.skip_blank()
            if not scan.accept("->"):
                scan.at = start
                return value
            scan.skip_blank()
            value = Operation("->", [value, self.value(OPERAND)])

    def _condition(self):
        return self._binary(LOGICAL, self._term)

    def _term(self):
        """One term of a where: `name="x"`, `!dynamic`, or terms in parentheses."""
        scan = self.scan
        scan.skip_blank()
        if scan.accept("!"):
            return Operation("!", [self._term()])
        if scan.accept("("):
            return self._parenthesized(self._condition)
        if scan.peek() == "." and scan.accept(".id"):
            left = Property(".id")
        else:
            name = scan.match(NAME)
            left = Property(name) if name else self.value()
        operator = self._operator(COMPARISONS)
        if not operator:
            return left
        scan.skip_blank()
        return Operation(operator, [left, self.value()])
