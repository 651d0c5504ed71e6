# SPDX-License-Identifier: MIT
"""Rules for what a script changes: only what is its own, and nothing twice."""

from .finding import Finding
from .syntax import Builtin, Command, Literal, Operation, Property, Variable
from .versions import NEWEST
from .walk import alone, compared_length, terms

OWNER = "sixrelay"
# RouterOS would make a blank route without these (measured on 7.22.1).
ALSO_REQUIRED = {"/ipv6/route": ["dst-address", "gateway"]}
SELECTING = ("comment", "disable", "enable", "move", "remove", "reset", "set", "unset")


def guarded(script):
    """An add asks first whether its menu has such a row.

    Nobody has measured what a second prefix in /ipv6/nd/prefix does; an add there may also catch
    its error instead.
    """
    for add, place in script.commands("add"):
        if add.menu == "/ipv6/nd/prefix" and place.caught:
            continue
        if not any(_guards(term, add) for term in place.terms):
            message = (
                f"{add.menu}/add without an :if ([:len [{add.menu}/find where P=V …]] = 0) around"
                " it, P=V being one of its arguments"
            )
            yield Finding(add.line, "guarded", message)


def _guards(term, add):
    """Whether a term says that there is no row like the one that is added."""
    find = alone(compared_length(term, "="), Command, "find")
    if not find or find.menu != add.menu:
        return False
    return any(add.arguments.get(name) == value for name, value in comparisons(find.where, "="))


def comparisons(where, *operators):
    """The terms `NAME OPERATOR VALUE` that a where insists on, as pairs of name and value."""
    for term in terms(where):
        if isinstance(term, Operation) and term.operator in operators:
            left, *right = term.operands
            if isinstance(left, Property) and right:
                yield left.name, right[0]


def tagged(script):
    """What is added says in its comment whose it is; rows of /ipv6/nd can't be found by it."""
    for add, place in script.commands("add"):
        comment = add.arguments.get("comment")
        if add.menu != "/ipv6/nd" and not script.starts_with(comment, place, OWNER):
            message = f"{add.menu}/add: comment= must be there and start with {OWNER}"
            yield Finding(add.line, "tagged", message)


def required(script):
    """A terminal asks for what an add lacks, and takes the next line for the answer."""
    for add, _ in script.commands("add"):
        needed = NEWEST.required(add.menu) + ALSO_REQUIRED.get(add.menu, [])
        missing = [name for name in needed if name not in add.arguments]
        if missing:
            message = f"{add.menu}/add goes with {' and '.join(missing)}"
            yield Finding(add.line, "required", message)


def targets(script):
    """What is changed or removed was found as ours, and the menus of settings stay as they are."""
    for node, place in script.commands(*SELECTING):
        numbers = node.arguments.get("numbers")
        if NEWEST.arguments(node.menu, "find") is None:
            message = f"{node.menu} holds settings, which are the router's owner's"
            yield Finding(node.line, "targets", message)
        elif not _selects_ours(script, numbers, node.menu, place) and not (
            isinstance(numbers, Variable) and holds_ids(script, numbers, node.menu, place)
        ):
            message = (
                f"{node.menu}/{node.verb} takes [{node.menu}/find where …] with comment= or"
                f" comment~ of {OWNER} (interface= in /ipv6/nd), or a variable that holds only"
                " what such finds with a where have found"
            )
            yield Finding(node.line, "targets", message)


def _selects_ours(script, numbers, menu, place):
    find = alone(numbers, Command, "find")
    if not find or find.menu != menu:
        return False
    if menu == "/ipv6/nd":
        return any(name == "interface" for name, _ in comparisons(find.where, "="))
    return any(
        name == "comment" and script.starts_with(value, place, start)
        for operator, start in [("=", OWNER), ("~", f"^{OWNER}")]
        for name, value in comparisons(find.where, operator)
    )


def holds_ids(script, node, menu, place):
    """Whether a value can only be rows of menu, or none: what a find with a where has found there,
    or what an add has made.
    """
    sources = list(script.sources(node, place, _ids_inside))
    makers = [alone(source, Command, "find") or alone(source, Command, "add") for source in sources]
    return any(makers) and all(
        maker.menu == menu and (maker.where or maker.verb == "add")
        if maker
        else source == Literal("")
        for source, maker in zip(sources, makers)
    )


def _ids_inside(node):
    """The lists that an id or a list of ids was taken from."""
    if isinstance(node, Operation) and node.operator in ("->", ","):
        return node.operands[:1] if node.operator == "->" else node.operands
    taken = alone(node, Builtin, "pick") or alone(node, Builtin, "toarray")
    return [taken.arguments.get("value")] if taken else None


def place_before(script):
    """A rule goes before one that was found, and only if one was found."""
    for node, place in script.commands():
        rule = node.arguments.get("place-before")
        if rule is None:
            continue
        if not isinstance(rule, Variable) or not holds_ids(script, rule, node.menu, place):
            message = f"place-before is a variable that holds what {node.menu}/find has found"
            yield Finding(node.line, "place-before", message)
        elif not any(compared_length(term, ">") == rule for term in place.terms):
            message = f"place-before only where [:len ${rule.name}] > 0"
            yield Finding(node.line, "place-before", message)
