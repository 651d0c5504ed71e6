# SPDX-License-Identifier: MIT
"""Rules for when a script changes something: after it has looked, and inside its block only."""

from .finding import Finding
from .syntax import Builtin, Command
from .walk import name_in, terms


def title(node):
    """A command or builtin, for a message."""
    return f"{node.menu}/{node.verb}" if isinstance(node, Command) else f":{node.name}"


def gated(script):
    """A change stands on a line of its own: `:if ($gate = "…" && …) do={ … }`."""
    lines = [getattr(statement, "line", None) for statement in script.top]
    for node, place in script.changes:
        gates = script.gates_of(place)
        if not gates:
            message = (
                f'{title(node)} belongs into the do= of an :if ($NAME = "VALUE" && …), NAME being'
                " a :local that the block's top level gives that value before"
            )
            yield Finding(node.line, "gated", message)
        elif lines.count(place.top.line) > 1:
            message = f"{title(node)}: nothing else stands on the line of its :if"
            yield Finding(node.line, "gated", message)
        spoilers = [script.spoilers(gate) for gate in gates]
        if gates and all(spoilers):
            message = f"${name_in(gates[0], 'name')} is the gate; it gets its value only once"
            yield from (Finding(spoiler.line, "gated", message) for spoiler in spoilers[0])


def complete(script, spread):
    """What takes several lines only reads. spread: the numbers of such lines (layout.py)."""
    for node, _ in script.changes:
        if node.line in spread:
            message = f"{title(node)} in a block of several lines; those only read"
            yield Finding(node.line, "self-contained", message)


def preflight(script, revert):
    """The script looks first. Only a revert may do without any `:error`."""
    stops = [node.line for node, _ in script.builtins("error")]
    if not stops:
        if not revert:
            yield Finding(1, "preflight", "no :error; the script looks before it changes anything")
        return
    last = max(stops)
    for node, place in script.changes:
        gates = script.gates_of(place)
        if node.line < last:
            message = f"{title(node)} stands before the :error of line {last}"
            yield Finding(node.line, "preflight", message)
        elif gates and all(gate.line < last for gate in gates):
            message = f"the gate is made before the :error of line {last}; make it after that"
            yield Finding(gates[0].line, "preflight", message)


def last_word(script):
    """The block's last statement prints, in both cases: gate open or, in its else=, not there."""
    last = script.top[-1] if script.top else None
    arguments = last.arguments if isinstance(last, Builtin) and last.name == "if" else {}
    asks = "condition" in arguments and any(map(script.gate_in, terms(arguments["condition"])))
    if not asks or not all(_prints(arguments.get(name)) for name in ("do", "else")):
        line = getattr(last, "line", 1)
        message = ":if ($gate …) do={ :put … } else={ :put … } comes last, with the gate's value"
        yield Finding(line, "last-word", message)


def _prints(block):
    puts = [s for s in block.statements if isinstance(s, Builtin)] if block else []
    return any(statement.name == "put" for statement in puts)
