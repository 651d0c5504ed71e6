# SPDX-License-Identifier: MIT
"""A static checker for the scripts that the product makes for a router.

    check(text)               # the script that sets a router up
    check(text, revert=True)  # the one that takes it all back; it may do without a preflight

Nothing runs. Each rule says why it is one where it stands: layout.py has those for characters
and lines, gating.py for when something is changed, changes.py for what, lookups.py for names.
"""

from . import changes, gating, layout, lookups
from .errors import ModelError, ScriptSyntaxError
from .finding import Finding
from .parser import Parser
from .script import Script
from .versions import TREES

__all__ = ["Finding", "check"]

RULES = [
    gating.gated,
    gating.last_word,
    changes.guarded,
    changes.tagged,
    changes.required,
    changes.targets,
    changes.place_before,
    lookups.names,
    lookups.quoted,
    lookups.defconf,
    lookups.positions,
    lookups.paths,
]


def check(text, revert=False):
    """The findings in a script, by line; none when it is fine.

    text must have its ends of line as the product wrote them (open with newline=""). The rules
    about commands are applied to what the newest version makes of it that can parse it; when
    none can, only the layout and the syntax errors are reported.
    """
    findings = list(layout.check(text))
    statements, errors = parse(text)
    findings += errors
    if statements is not None:
        script, lines = Script(statements), layout.split(text)
        findings += gating.complete(script, layout.spread(lines))
        findings += lookups.variables(script, lines)
        findings += gating.preflight(script, revert)
        for rule in RULES:
            findings += rule(script)
    return sorted(set(findings))


def parse(text):
    """The statements of the newest version that can parse it, or None; and the findings.

    An argument that one version doesn't know keeps the whole block from running there.
    """
    newest, failed = None, {}
    for version, commands in TREES.items():
        statements, error = _parse_with(text, commands)
        if error:
            failed.setdefault(error, []).append(version)
        else:
            newest = statements
    findings = []
    for (line, message), versions in failed.items():
        where = "every version" if len(versions) == len(TREES) else ", ".join(versions)
        findings.append(Finding(line, "parse", f"{message}, in {where}"))
    return newest, findings


def _parse_with(text, commands):
    """The statements and None, or None and the error's line and message."""
    parser, statements, last = Parser(text, commands), [], len(layout.split(text))
    try:
        while statement := parser.next_statement():
            statements.append(statement)
    except ScriptSyntaxError as error:
        return None, (min(error.line, last), str(error))
    except ModelError as error:
        return None, (parser.scan.line, str(error))
    return statements, None
