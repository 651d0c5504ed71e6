# SPDX-License-Identifier: MIT
"""Rules for how a script names what it reads and works on."""

import re
from functools import lru_cache

from .changes import comparisons
from .expressions import COMPARISONS
from .finding import Finding
from .syntax import Builtin, ChangeMenu, Literal, Operation, Property, Variable
from .versions import NEWEST, TREES
from .walk import alone, parts

# Arguments that aren't properties, and properties that aren't arguments; those of "" in any menu.
NO_PROPERTIES = {"copy-from", "numbers", "place-before"}
READ_ONLY = {
    "": ".id disabled dynamic invalid",
    "/interface": "running type",
    "/interface/wireguard": "public-key running",
    "/ipv6/nd": "default",
    "/system/resource": "version",
}
ADDRESSES = ("address", "dst-address", "gateway", "prefix", "src-address")
USE = re.compile(r"\$([A-Za-z][A-Za-z0-9]*)")
WORDS = ("comment", "interface", "list", "name")


@lru_cache
def properties(menu):
    """What a row of a menu has in every version."""
    arguments = [
        {*(commands.arguments(menu, "add") or ()), *(commands.arguments(menu, "set") or ())}
        for commands in TREES.values()
        if commands.is_menu(menu)
    ]
    read_only = f"{READ_ONLY['']} {READ_ONLY.get(menu, '')}".split()
    return set.intersection(*arguments) - NO_PROPERTIES | set(read_only)


def names(script):
    """What a where or a get names is a property in every version."""
    for node, _ in script.commands():
        used = [part.name for part in parts(node.where) if isinstance(part, Property)]
        if node.verb == "get":
            settings = NEWEST.arguments(node.menu, "find") is None
            name = node.arguments.get("number" if settings else "value-name")
            used.append(getattr(name, "value", "name of a property here"))
        for name in used:
            asked = name == "disabled" and node.verb == "find" and "/firewall/" in node.menu
            if asked:
                message = f"{node.menu}/find by disabled finds nothing (seen on 7.23): ask get"
                yield Finding(node.line, "names", message)
            if name not in properties(node.menu):
                message = f"{node.menu}/{node.verb}: no {name} that every version knows"
                yield Finding(node.line, "names", message)


def quoted(script):
    """An address without quotes finds nothing (manual), and a word may be read as a number."""
    for node, place in script.commands():
        for part in parts(node.where):
            if not isinstance(part, Operation) or part.operator not in COMPARISONS:
                continue
            left, right = part.operands
            name = left.name if isinstance(left, Property) else None
            word = name in WORDS and isinstance(right, Variable)
            if name in ADDRESSES + WORDS and not word and not _is_text(script, right, place):
                message = f"where {name}{part.operator}… takes a string in quotes"
                yield Finding(node.line, "quoted", message)


def _is_text(script, node, place):
    """Whether a value can only be a string, whatever it looks like."""
    sources = list(script.sources(node, place))
    return bool(sources) and all(map(_makes_text, sources))


def _makes_text(node):
    if isinstance(node, Operation):
        return node.operator == "."
    quotes = isinstance(node, Literal) and node.quoted
    return quotes or any(alone(node, Builtin, name) for name in ("pick", "tostr"))


def defconf(script):
    """The factory has rules of one comment in two chains."""
    for node, place in script.commands():
        if node.menu != "/ipv6/firewall/filter":
            continue
        compared = list(comparisons(node.where, "=", "~"))
        factory = any(
            name == "comment" and script.starts_with(value, place, start)
            for name, value in compared
            for start in ("defconf", "^defconf")
        )
        if factory and "chain" not in [name for name, _ in compared]:
            message = "a rule of the factory is found with chain=, since input and forward share"
            yield Finding(node.line, "defconf", message + " comments")


def variables(script, lines):
    """One that nobody makes is nothing, and can't be set. lines: those of layout.py."""
    made = {name for name, node, _ in script.assignments if node.name != "set"}
    used = [(name, line.number) for line in lines for name in USE.findall(line.code)]
    used += [(name, node.line) for name, node, _ in script.assignments if node.name == "set"]
    for name, number in used:
        if name not in made:
            message = f"no :local makes {name or 'that'}, and it is no loop's counter"
            yield Finding(number, "variables", message)


def positions(script):
    """What is read or moved is never said by its position; targets has the rest."""
    for node, _ in script.commands("get", "move"):
        for name in ("number", "destination"):
            value = node.arguments.get(name)
            if isinstance(value, Literal) and type(value.value) is int:
                message = f"{node.menu}/{node.verb}: a row's number says nothing in a script"
                yield Finding(node.line, "positions", message)


def paths(script):
    """A line that runs alone may do so in any menu."""
    for node, _ in script.nodes:
        if isinstance(node, ChangeMenu):
            yield Finding(node.line, "menu-change", f"{node.menu} alone; write each path in full")
    for node, _ in script.commands():
        if not node.absolute:
            message = f"{node.verb}: the path begins with /, as in {node.menu}/{node.verb}"
            yield Finding(node.line, "relative", message)
