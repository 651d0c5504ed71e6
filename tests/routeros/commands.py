# SPDX-License-Identifier: MIT
"""Which menus, commands and arguments a version of RouterOS knows.

The parser asks: an unknown one is a syntax error, as on a device (measured on 7.24.5: an
unknown argument killed a whole block in spite of `on-error`).
"""

import json
from dataclasses import dataclass
from pathlib import Path

from .errors import ModelError

DATA = json.loads((Path(__file__).parent.parent / "data/routeros/commands.json").read_text())
VERSIONS = DATA["versions"]


@dataclass(frozen=True)
class Signature:
    """A builtin's arguments: those that may go without their name, in order, and all others.

    `blocks` are the arguments that hold statements.
    """

    positional: tuple = ()
    named: tuple = ()
    blocks: tuple = ()


BUILTINS = {
    "delay": Signature(("delay-time",)),
    "do": Signature(("command",), ("on-error", "while"), ("command", "on-error")),
    "error": Signature(("message",)),
    "find": Signature(("in", "key", "from")),
    "for": Signature(("counter",), ("from", "to", "step", "do"), ("do",)),
    "foreach": Signature(("counter",), ("in", "do"), ("do",)),
    "global": Signature(("name", "value")),
    "if": Signature(("condition", "do", "else"), (), ("do", "else")),
    "len": Signature(("value",)),
    "local": Signature(("name", "value")),
    "nothing": Signature(),
    "onerror": Signature(("error",), ("in", "do"), ("in", "do")),
    "pick": Signature(("value", "begin", "end")),
    "put": Signature(("message",)),
    "set": Signature(("name", "value")),
    "toarray": Signature(("value",)),
    "tonum": Signature(("value",)),
    "tostr": Signature(("value",)),
    "typeof": Signature(("value",)),
    "while": Signature(("condition", "do"), (), ("do",)),
}

# Arguments that go without their name; `where` is parsed apart.
POSITIONAL = {
    "comment": ("numbers",),
    "debug": ("message",),
    "disable": ("numbers",),
    "enable": ("numbers",),
    "error": ("message",),
    "get": ("number", "value-name"),
    "info": ("message",),
    "move": ("numbers", "destination"),
    "ping": ("address",),
    "remove": ("numbers",),
    "set": ("numbers",),
    "unset": ("numbers", "value-name"),
    "warning": ("message",),
}
# Arguments that are said by their bare name: `fib=yes` is a syntax error (measured on 7.21.4).
FLAGS = {
    "add": ["fib"],
    "set": ["fib"],
    "print": "as-value brief count-only detail show-ids terse without-paging".split(),
    "export": "compact hide-sensitive show-sensitive terse verbose".split(),
}
# In every version and every menu; the trees of the single menus leave them out.
EVERYWHERE = {
    "export": frozenset(FLAGS["export"] + ["file"]),
    "get": frozenset(POSITIONAL["get"]),
    "print": frozenset(FLAGS["print"] + ["file", "proplist", "where"]),
}
ROOT = {
    "export": EVERYWHERE["export"],
    "ping": frozenset(["address", "count", "interface", "interval", "size", "src-address"]),
}


class Commands:
    """The command tree of one version."""

    def __init__(self, version):
        self.version = version
        self.tree = {"": ROOT}
        for menu, verbs in self._known(DATA["menus"].items()):
            known = {
                verb: frozenset(name for name, _ in self._known((a, None) for a in names.split()))
                for verb, names in self._known(verbs.items())
            }
            self.tree[menu] = EVERYWHERE | known
            while menu:
                menu = menu.rpartition("/")[0]
                self.tree.setdefault(menu, {})

    def _known(self, items):
        now = VERSIONS.index(self.version)
        for name, value in items:
            name, _, span = name.partition("@")
            since, _, until = span.partition("..")
            if (not since or VERSIONS.index(since) <= now) and (
                not until or now <= VERSIONS.index(until)
            ):
                yield name, value

    def is_menu(self, path):
        return path in self.tree

    def refuse_unmodelled(self, path):
        """Raises ModelError for a menu that RouterOS has and the model hasn't."""
        if path in DATA["other menus"].split():
            raise ModelError(f"{path} isn't modelled")

    def arguments(self, menu, verb):
        """The names of the arguments, or None when the menu has no such command."""
        return self.tree[menu].get(verb)

    def required(self, menu):
        """What `add` refuses to go without."""
        return DATA["required by add"].get(menu, "").split()
