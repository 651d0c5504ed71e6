# SPDX-License-Identifier: MIT
"""The plain document of the metadata service, and how the tables change it."""

import copy
import json
import pathlib

PLAIN = pathlib.Path(__file__).parent.parent / "data/vultr/reserved-2026-shape.json"
DOCUMENT = json.loads(PLAIN.read_text())
CLOUD = json.loads((PLAIN.parent / "cloud-interfaces.json").read_text())

# Strings that are no value of any field.
STRINGS = {
    "newline": "a\nb",
    "carriage-return": "a\rb",
    "nul": "a\0b",
    "escape": "\x1b]0;owned\x07\x1b[2J",
    "c1-control": "\x9b2J",
    "delete": "\x7f\x7f",
    "quotes": "\"'`",
    "percent": "%s%n%i%99999d",
    "shell": "$(reboot);`reboot`|reboot&",
    "routeros": '";/system/reset-configuration;:put "$x[',
    "path": "../../etc/passwd",
    "bidi": "\u202e\u2066abc",
    "emoji": "\U0001f600" * 40,
    "blank": " ",
    "over-long": "x" * 100_000,
    "over-long-words": "x " * 50_000,
}
# What a reader that stops too early, or trims, would take for the value itself.
NEARLY = {
    "nul-behind": "{}\0x",
    "newline-behind": "{}\n",
    "blank-behind": "{} ",
    "blank-before": " {}",
    "twice": "{0} {0}",
    "quoted": '"{}"',
}
NOT_STRINGS = {
    "number": 7,
    "fraction": 6.5,
    "true": True,
    "false": False,
    "list": ["x"],
    "object": {"x": 1},
}


def changed_document(path, value, document=None):
    """The document with the value at a path such as "interfaces.0.mac"; ... takes it away."""
    document = copy.deepcopy(DOCUMENT if document is None else document)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    at = document
    for step in way:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return document


def text_with(path, literal):
    """The document's text with a literal in the value's place, which no JSON writer would write."""
    marked = json.dumps(changed_document(path, "@literal@"))
    return marked.replace('"@literal@"', literal)
