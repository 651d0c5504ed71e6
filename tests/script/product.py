# SPDX-License-Identifier: MIT
"""The scripts that sixrelay prints: the built program, on files below a directory."""

import json
import pathlib
import shutil

from .. import program
from ..routeros.starts import PREFIX

DOCUMENT = pathlib.Path(__file__).parent.parent / "data/vultr/reserved-2026-shape.json"
OTHER_PREFIX = "3fff:0:0:7::/64"
OTHER_SETTINGS = "[relay]\nmtu = 1380\nlisten_port = 443\ntransit = fd12:3456:789a::/64\n"


class Vps:
    """An instance's files, and what sixrelay makes of them."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.root.mkdir()

    def script(self, settings="", *args, prefix=PREFIX, endpoint="203.0.113.42"):
        """Applies the settings; what `sixrelay script` then prints."""
        document = json.loads(DOCUMENT.read_text())
        (interface,) = document["interfaces"]
        interface["ipv4"]["address"] = endpoint
        interface["ipv6"]["additional"][0]["network"] = prefix.removesuffix("/64")
        (self.root / "metadata.json").write_text(json.dumps(document))
        (self.root / "etc").mkdir(exist_ok=True)
        (self.root / "etc/sixrelay.conf").write_text(settings)
        self.run("apply", "--metadata", self.root / "metadata.json")
        return self.run("script", *args)

    def revert_script(self, settings="", *args):
        """What `sixrelay script --revert` prints."""
        (self.root / "etc").mkdir(exist_ok=True)
        (self.root / "etc/sixrelay.conf").write_text(settings)
        return self.run("script", "--revert", *args)

    def lose_keys(self):
        """The next apply makes new ones."""
        shutil.rmtree(self.root / "etc/wireguard")

    def run(self, command, *args):
        done = program.run(command, "--root", self.root, *args)
        assert done.returncode == 0, done.stderr
        return done.stdout


def site(start, **settings):
    """The [site home] section for a start's router."""
    lines = [
        f"{name} = {value}" for name, value in {"lan_bridge": start.bridge, **settings}.items()
    ]
    return "\n".join(["[site home]", *lines, ""])
