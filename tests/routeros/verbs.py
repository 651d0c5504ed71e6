# SPDX-License-Identifier: MIT
"""The commands of the menus: add, set, find and the rest."""

from .columns import spelling
from .errors import ModelError, ScriptError
from .table import Settings
from .values import Id, Time, to_text


def run(unit, command, arguments):
    """Runs a menu's command in a unit (evaluator.py); its arguments are values by now."""
    if command.menu == "/log":
        return unit.router.log.append((command.verb, to_text(arguments.get("message"))))
    path = f"{command.menu}/{command.verb}"
    if path in ALONE:
        return ALONE[path](unit, arguments)
    if command.verb not in OF_TABLES:
        raise ModelError(f"{path} isn't modelled")
    table = unit.router.table(command.menu)
    value = OF_TABLES[command.verb](unit, table, command, arguments)
    if command.verb not in ("find", "get", "print"):
        unit.router.changed()
    return value


def _add(unit, table, command, arguments):
    for name in unit.router.commands.required(table.menu):
        if name not in arguments:
            arguments[name] = _ask(unit, table, name)
    place = arguments.pop("place-before", table)
    before = None if place is table else table.place(place)
    return table.add(arguments, before).id


def _ask(unit, table, name):
    """A terminal prompts for it and takes the next line; an import fails (measured)."""
    answer = unit.prompt(name)
    if answer is None:
        raise ScriptError(f"missing value(s) of argument(s) {name} ({table.menu}/add)")
    return answer


def _set(unit, table, command, arguments):
    if isinstance(table, Settings):
        return table.set(table.rows, arguments)
    return table.set(_rows(table, arguments.pop("numbers", None)), arguments)


def _unset(unit, table, command, arguments):
    table.unset(_rows(table, arguments["numbers"]), arguments["value-name"])


def _enable(unit, table, command, arguments):
    table.set(_rows(table, arguments.get("numbers")), {"disabled": False})


def _disable(unit, table, command, arguments):
    table.set(_rows(table, arguments.get("numbers")), {"disabled": True})


def _comment(unit, table, command, arguments):
    table.set(_rows(table, arguments["numbers"]), {"comment": arguments.get("comment")})


def _remove(unit, table, command, arguments):
    table.remove(_rows(table, arguments.get("numbers")))


def _find(unit, table, command, arguments):
    return [row.id for row in _where(unit, table, command)]


def _get(unit, table, command, arguments):
    if isinstance(table, Settings):
        # Its first argument without a name is the property.
        name = arguments.get("value-name", arguments.get("number"))
        return table.rows[0][name]
    rows = _rows(table, arguments.get("number"))
    if len(rows) != 1:
        raise ScriptError("invalid internal item number" if rows else "no such item")
    if "value-name" not in arguments:
        raise ModelError("get without a property")
    value = rows[0][arguments["value-name"]]
    # Times come as text, and are equal to no time (measured on 7.21.4).
    return to_text(value) if isinstance(value, Time) else value


def _print(unit, table, command, arguments):
    rows = _where(unit, table, command)
    if "count-only" in arguments:
        return len(rows)
    for number, row in enumerate(rows):
        flags = ("D" if row.dynamic else "") + ("X" if row["disabled"] else "")
        pairs = [f"{name}={spelling(v)}" for name, v in row.values().items() if v not in (None, "")]
        unit.output.append(f"{number} {flags} {' '.join(pairs)}")
    return None


def _where(unit, table, command):
    return table.find(lambda row: unit.holds(row, command.where))


def _rows(table, numbers):
    """The rows that ids or a name mean. None at all is fine for set and remove (measured)."""
    if numbers is None:
        raise ScriptError("no such item")
    rows = []
    for item in numbers if isinstance(numbers, list) else [numbers]:
        if isinstance(item, int):
            raise ModelError(f"{table.menu}: row number {item} in a script")
        if isinstance(item, Id):
            rows.append(table.get(item))
        else:
            has_names = "name" in table.columns
            named = [row for row in table.rows if has_names and row["name"] == item]
            if not named:
                raise ScriptError("no such item")
            rows += named
    return rows


def _ping(unit, arguments):
    count = arguments.get("count")
    if not isinstance(count, int):
        raise ModelError("ping without count= doesn't end")
    address, interface = spelling(arguments.get("address")), arguments.get("interface")
    return unit.router.world.ping(address, count, interface)


def _export(unit, arguments):
    if "file" in arguments:
        _write(unit, f"{spelling(arguments['file'])}.rsc")
    else:
        raise ModelError("export to the terminal isn't modelled")


def _backup_save(unit, arguments):
    if "name" not in arguments:
        raise ModelError("a backup without a name")
    _write(unit, f"{spelling(arguments['name'])}.backup")


def _write(unit, name):
    """Makes a file, or makes it anew; its contents are no matter of the model."""
    files = unit.router.table("/file")
    files.remove(files.find(lambda row: row["name"] == name))
    files.add({"name": name})


ALONE = {"/ping": _ping, "/export": _export, "/system/backup/save": _backup_save}
OF_TABLES = {
    "add": _add,
    "comment": _comment,
    "disable": _disable,
    "enable": _enable,
    "find": _find,
    "get": _get,
    "print": _print,
    "remove": _remove,
    "set": _set,
    "unset": _unset,
}
