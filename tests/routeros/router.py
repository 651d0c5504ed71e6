# SPDX-License-Identifier: MIT
"""The router: its tables, files and log, and the world that it is plugged into."""

from . import dynamic, menus
from .commands import Commands
from .errors import ModelError


class World:
    """What commands do outside the router's configuration; the lab puts real parts here."""

    def ping(self, address, count, interface):
        """The number of answers."""
        raise ModelError("this router is not plugged into any network")

    def delay(self, seconds):
        """Lets seconds pass; in the model alone they pass at once."""


class Router:
    """A router without configuration (factory.py has one with it).

    version: one of commands.VERSIONS. The terminal's menu and the globals outlive a script.
    refuses_static_prefix: whether /ipv6/nd/prefix refuses a row for a prefix that has a dynamic one
    there, as somebody has seen; if not, the dynamic row goes. A test may set it.
    """

    def __init__(self, version="7.15.3", world=None):
        self.version = version
        self.world = world or World()
        self.commands = Commands(version)
        self.globals = {}
        self.log = []
        self.refuses_static_prefix = True
        self._last_id = 0
        self._tables = {}
        self._tables = menus.build(self)
        self.changed()

    def next_id(self):
        self._last_id += 1
        return f"*{self._last_id:X}"

    def table(self, menu):
        if menu not in self._tables:
            raise ModelError(f"{menu} isn't modelled")
        return self._tables[menu]

    def rows(self, menu, **equal):
        """The rows whose columns equal the given values; `_` in a name stands for `-`."""
        wanted = {name.replace("_", "-"): value for name, value in equal.items()}
        return self.table(menu).find(lambda row: all(row[n] == v for n, v in wanted.items()))

    def setting(self, menu, name):
        """A value of a menu without rows."""
        return self.table(menu).rows[0][name]

    def interface(self, name):
        """The interface of that name, or None."""
        return next(iter(self.rows("/interface", name=name)), None)

    def add(self, menu, **values):
        """Adds a row as a script would; for start states. `_` in a name stands for `-`."""
        row = self.table(menu).add({n.replace("_", "-"): v for n, v in values.items()})
        self.changed()
        return row

    def changed(self):
        """To be called after every change of a row."""
        dynamic.refresh(self)

    def configuration(self):
        """Every static row's values by menu, in order: what must be equal after a revert."""
        return {
            menu: [row.values() for row in table.rows if not row.dynamic]
            for menu, table in self._tables.items()
            if menu not in ("/interface", "/file")
        }
