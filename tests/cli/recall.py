# SPDX-License-Identifier: MIT
"""Run in a network namespace of its own, where 169.254.169.254 is this program: each bad answer of
the service itself, on a root with a relay. Gives a line of JSON for each, and one for a good answer
in the end."""

import json
import pathlib
import subprocess
import sys
import tempfile

from .hostile import Place, assert_harmless_to_a_terminal, changed, tree
from .hostile_documents import PLAIN
from .hostile_http import GOOD, OK, REFUSED, with_status
from .hostile_metadata import refused
from .http_answers import Server

STATE = "var/lib/sixrelay/state.json"
SERVICE = ("169.254.169.254", 80)


def answers():
    """Each twelfth of the documents, and what else is refused at once."""
    for name, document, _ in list(refused())[::12]:
        text = document if isinstance(document, (bytes, str)) else json.dumps(document)
        yield name, OK + b"\r\n" + (text if isinstance(text, bytes) else text.encode())
    for name, (answer, _) in REFUSED.items():
        if isinstance(answer, bytes):
            yield f"http-{name}", answer
    yield "not-found", with_status("404 Not Found")
    yield "redirected", with_status("302 Found", "Location: file:///etc/passwd")


def state(root):
    return json.loads((root / STATE).read_text())


def run(place, root, before):
    done = place.run("apply", root)
    assert_harmless_to_a_terminal(done)
    return {
        "status": done.status,
        "stdout": done.stdout.decode(),
        "words": done.words(),
        "changed": sorted(changed(before, tree(root))),
    }


def look(server, name, answer, template):
    with tempfile.TemporaryDirectory() as directory:
        place = Place(pathlib.Path(directory), template)
        server.answers = [answer]
        told = state(place.applied)
        first = run(place, place.applied, tree(place.applied))
        now = state(place.applied)
        again = run(place, place.applied, tree(place.applied))
        fresh = run(place, place.empty, tree(place.empty))
        server.answers = [GOOD]
        good = run(place, place.applied, tree(place.applied))
        return {
            "name": name,
            "first": first,
            "told": sorted(key for key in told | now if told.get(key) != now.get(key)),
            "again": again,
            "fresh": fresh,
            "good": good,
            "as_before": state(place.applied) == told,
        }


def main():
    for args in (["link", "set", "lo", "up"], ["address", "add", f"{SERVICE[0]}/32", "dev", "lo"]):
        subprocess.run(["ip", *args], check=True)
    template = pathlib.Path(sys.argv[1])
    with Server([PLAIN.read_bytes()], SERVICE) as server:
        for name, answer in answers():
            print(json.dumps(look(server, name, answer, template)), flush=True)


if __name__ == "__main__":
    main()
