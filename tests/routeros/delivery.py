# SPDX-License-Identifier: MIT
"""The two ways in which a script reaches a router, as measured on MikroTik's VM image, 7.16.2.

| | import | paste |
|---|---|---|
| an error | stops the whole file | stops its unit: one line, or one block however long |
| a syntax error | stops at that line | rejects its unit at that line; each later line is a unit |
| a required argument missing | an error | a prompt, and the next line is the answer |
"""

from dataclasses import dataclass, field

from .errors import ModelError, ScriptError, ScriptSyntaxError
from .evaluator import Evaluator
from .parser import Parser


@dataclass
class Report:
    """What a person would see: the lines printed, and the errors."""

    output: list = field(default_factory=list)
    errors: list = field(default_factory=list)


def import_(router, text):
    """`/import FILE`."""
    report = Report()
    parser = Parser(text, router.commands)
    unit = Evaluator(router, report.output, lambda argument: None)
    try:
        while statement := parser.next_statement():
            unit.run(statement)
    except (ScriptError, ScriptSyntaxError) as error:
        report.errors.append(str(error))
    return report


def paste(router, text):
    """The text pasted into a terminal."""
    if "\t" in text:
        raise ModelError("a TAB completes words in a terminal")
    report, terminal = Report(), Terminal(router, text)
    while terminal.lines:
        terminal.run_unit(report)
    return report


class Terminal:
    """The lines that are still to come, and the menu that the prompt stands in."""

    def __init__(self, router, text):
        self.router, self.lines, self.menu = router, text.splitlines(), ""

    def run_unit(self, report):
        """Takes one unit from the lines and runs it."""
        parser = Parser("\n".join(self.lines), self.router.commands, self.menu)
        statements = []
        try:
            self._parse_unit(parser, statements)
        except ScriptSyntaxError as error:
            self.lines = self.lines[error.line :]
            report.errors.append(str(error))
            return
        self.lines = self.lines[parser.scan.line :]
        self.menu = parser.menu
        unit = Evaluator(self.router, report.output, lambda name: self._answer(report, name))
        try:
            for statement in statements:
                unit.run(statement)
        except ScriptError as error:
            report.errors.append(str(error))

    def _parse_unit(self, parser, statements):
        """The statements up to the first end of line that is in no bracket."""
        scan = parser.scan
        while scan.peek() not in ("", "\n"):
            scan.skip_blank()
            if scan.peek() == "#":
                scan.skip_comment()
            elif not scan.accept(";") and scan.peek() not in ("", "\n"):
                statements.append(parser.next_statement())

    def _answer(self, report, argument):
        report.output.append(f"{argument}: ")
        return self.lines.pop(0) if self.lines else None
