# SPDX-License-Identifier: MIT
"""Script text to statements.

The parser knows the command tree, since RouterOS refuses an unknown command or argument while
it parses. A command inside `[ ]` starts in the menu of the command that it stands in.
"""

import re

from .commands import BUILTINS, FLAGS, POSITIONAL
from .expressions import Expressions
from .scanner import NAME
from .syntax import Block, Builtin, ChangeMenu, Command, Literal

ARGUMENT = re.compile(r"[a-z0-9][a-z0-9.-]*=")
LETTERS = re.compile(r"[a-z]+")


class Parser(Expressions):
    def __init__(self, text, commands, menu=""):
        super().__init__(text)
        self.commands = commands
        self.menu = menu

    def next_statement(self):
        """The next statement; None at the end of the text."""
        self.scan.skip_separators()
        if not self.scan.peek():
            return None
        statement = self._statement()
        if self.scan.peek() not in ("", "\n", ";"):
            self.scan.fail("expected end of command")
        return statement

    def block(self, closer):
        """Statements up to closer; a menu change inside ends with it."""
        menu, parentheses, statements = self.menu, self.scan.parentheses, []
        self.scan.parentheses = 0
        while True:
            self.scan.skip_separators()
            if self.scan.accept(closer):
                self.menu, self.scan.parentheses = menu, parentheses
                return Block(statements)
            statements.append(self._statement())
            if not self.scan.looking_at(closer) and self.scan.peek() not in ("", "\n", ";"):
                self.scan.fail("expected end of command")

    def _statement(self):
        """One statement and the blanks behind it."""
        if self.scan.accept("{"):
            statement = self.block("}")
        elif self.scan.accept(":"):
            statement = self._builtin()
        else:
            absolute = self.scan.accept("/")
            statement = self._command("" if absolute else self.menu, absolute)
        self.scan.skip_blank()
        return statement

    def _builtin(self):
        start, line = self.scan.at, self.scan.line
        name = self.scan.match(LETTERS)
        if name not in BUILTINS:
            self.scan.at = start
            return self._command("")
        spec = BUILTINS[name]
        known = {*spec.positional, *spec.named}
        return Builtin(line, name, self._arguments(known, spec.positional, blocks=spec.blocks))

    def _command(self, menu, absolute=False):
        """A command, or a menu's path alone, which changes the menu of what follows."""
        line = self.scan.line
        while True:
            self.scan.skip_blank()
            start = self.scan.at
            word = self.scan.match(NAME)
            if word and self.commands.is_menu(f"{menu}/{word}"):
                menu += f"/{word}"
                self.scan.accept("/")
                self.scan.skip_blank()
                if self.scan.at_end_of_statement():
                    self.menu = menu
                    return ChangeMenu(line, menu)
                continue
            known = self.commands.arguments(menu, word)
            if known is None:
                self.commands.refuse_unmodelled(f"{menu}/{word}")
                self.scan.at = start
                self.scan.fail(f"bad command name {word or self.scan.peek()}")
            command = Command(line, menu, word, {}, absolute=absolute)
            return self._menu_command(command, known)

    def _menu_command(self, command, known):
        outer, self.menu = self.menu, command.menu
        if command.verb == "find":
            command.where = self.where()
        else:
            positional = POSITIONAL.get(command.verb, ())
            command.arguments = self._arguments(known, positional, FLAGS.get(command.verb, ()))
            command.where = command.arguments.pop("where", None)
        self.menu = outer
        return command

    def _arguments(self, known, positional, flags=(), blocks=()):
        """`name=value`, values without a name in the order of positional, and bare flags."""
        found = {}
        while True:
            self.scan.skip_blank()
            if self.scan.at_end_of_statement():
                return found
            start = self.scan.at
            named = self.scan.match(ARGUMENT)
            word = None if named else self.scan.match(NAME)
            if word in flags and word in known:
                found[word] = Literal(True)
                continue
            if word == "where" and word in known:
                found["where"] = self.where()
                continue
            name = named[:-1] if named else next((p for p in positional if p not in found), None)
            if name not in known or name in found or name in flags:
                self.scan.at = start
                self.scan.fail("expected end of command")
            if not named:
                self.scan.at = start
            if name in blocks:
                self.scan.expect("{")
                found[name] = self.block("}")
            else:
                found[name] = self.value()
            if self.scan.peek() not in (" ", "\t", "\\") and not self.scan.at_end_of_statement():
                self.scan.fail("expected a space behind the value")
