# SPDX-License-Identifier: MIT
"""One menu's rows."""

from .columns import Computed
from .errors import ModelError, ScriptError
from .values import Id, equal


class Row:
    """One row: `row["name"]` is what a script would get."""

    def __init__(self, table, row_id, kept, dynamic=False):
        self.table, self.id, self.kept = table, row_id, kept
        self.dynamic = dynamic
        self.gone = False

    def __getitem__(self, name):
        if name == ".id":
            return self.id
        if name == "dynamic":
            return self.dynamic
        column = self.table.column(name)
        if isinstance(column, Computed):
            return column.work_out(self)
        return column.show(self.kept.get(name))

    def equals(self, name, value):
        """Whether `where name=value` holds."""
        column = self.table.columns.get(name)
        if column is None or isinstance(column, Computed):
            return equal(self[name], value)
        return column.equals(self.kept.get(name), value)

    def referred(self, name):
        """The row that a Reference column points to; None when it is unset or a mere word."""
        kept = self.kept.get(name)
        return kept[1] if isinstance(kept, tuple) and isinstance(kept[1], Row) else None

    def values(self):
        """What a person set, or may: every column but the computed ones."""
        columns = self.table.columns.items()
        return {name: self[name] for name, column in columns if not isinstance(column, Computed)}


class Table:
    """The rows of a menu in their order.

    columns: the columns by name. check(table, row, others): raises ScriptError when the row
    can't stand beside the others. removal(table, row): raises when it can't go. `comment` and
    `disabled` are in every menu.
    """

    def __init__(self, router, menu, columns, check=None, removal=None):
        self.router, self.menu, self.check, self.removal = router, menu, check, removal
        self.columns = columns
        self.rows = []

    def column(self, name):
        try:
            return self.columns[name]
        except KeyError:
            raise ModelError(f"{self.menu}: {name} isn't modelled") from None

    def find(self, holds):
        """The rows for which holds(row) is true."""
        return [row for row in self.rows if holds(row)]

    def get(self, row_id):
        for row in self.rows:
            if row.id == row_id:
                return row
        raise ScriptError("no such item")

    def add(self, values, before=None, dynamic=False):
        """A new row of values, at the end or before another; its defaults filled in."""
        kept = {}
        for name, column in self.columns.items():
            if name not in values and not isinstance(column, Computed):
                default = column.default(self) if callable(column.default) else column.default
                if default is not None:
                    values = {**values, name: default}
        for name, value in values.items():
            kept[name] = self.column(name).keep(self.router, value)
        row = Row(self, Id(self.router.next_id()), kept, dynamic)
        if self.check and not dynamic:
            self.check(self, row, self.rows)
        self.rows.insert(self.rows.index(before) if before else len(self.rows), row)
        return row

    def set(self, rows, values):
        """Changes rows, one after the other: the first that can't be changed ends it."""
        for row in rows:
            if row.dynamic:
                raise ScriptError("failure: can not change dynamic item")
            new = {name: self.column(name).keep(self.router, v) for name, v in values.items()}
            old, row.kept = row.kept, {**row.kept, **new}
            try:
                if self.check:
                    self.check(self, row, [other for other in self.rows if other is not row])
            except ScriptError:
                row.kept = old
                raise

    def unset(self, rows, name):
        for row in rows:
            row.kept.pop(name, None)

    def remove(self, rows):
        for row in rows:
            if row.dynamic:
                raise ScriptError("failure: can not remove dynamic item")
            if "default" in self.columns and row["default"]:
                raise ModelError(f"{self.menu}: nobody has measured what removing it does")
            if self.removal:
                self.removal(self, row)
            self.discard(row)

    def discard(self, row):
        row.gone = True
        self.rows.remove(row)

    def place(self, value):
        """The row that `place-before=value` means.

        Measured: a number on an empty table gives `no such item`. A number elsewhere hits the
        dynamic row of FastTrack or not, no row at all is said to append below the drop, and
        several were never tried: a script must rely on none of them.
        """
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, int) and not self.rows:
            raise ScriptError("no such item")
        if not isinstance(value, Id):
            raise ModelError(f"{self.menu}: place-before={value!r} is undefined")
        row = self.get(value)
        if row.dynamic:
            raise ModelError(f"{self.menu}: place-before a dynamic row")
        return row


class Settings(Table):
    """A menu without rows to add: one set of values."""

    def __init__(self, router, menu, columns):
        super().__init__(router, menu, columns)
        self.add({})


class View(Table):
    """A menu that shows the rows of several others, as /interface does."""

    def __init__(self, router, menu, columns, tables):
        self.tables = tables
        super().__init__(router, menu, columns)

    @property
    def rows(self):
        return [row for table in self.tables for row in table.rows]

    @rows.setter
    def rows(self, rows):
        assert not rows

    def set(self, rows, values):
        for row in rows:
            row.table.set([row], values)


def named_check(table, row, others):
    """The check of a menu whose rows have a name each."""
    if row["name"] in [other["name"] for other in others]:
        raise ScriptError("failure: already have such name")
