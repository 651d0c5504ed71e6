# SPDX-License-Identifier: MIT
"""The relay's main job, from Vultr's metadata to a LAN client's ping, a line for each step."""

import argparse
import os
import sys

from . import leftovers, rootfs
from .gateway import PUBLIC6, RESERVED
from .lab import Lab
from .router import Home
from .scripts import announced


def say(text):
    print(f"demo: {text}", flush=True)


def indented(text):
    for line in text.splitlines():
        print(f"    {line}", flush=True)


def relay(lab):
    say("booting the VPS; a reserved /64 is attached, ufw is active")
    lab.vps.boot()
    say("VPS: sixrelay apply")
    indented(lab.vps.run(["sixrelay", "apply"]).stdout)
    home = lab.add_home(Home(lab.gateway, f"{lab.name}-home"))
    say("router: pasting the script, cut out of the console's log")
    report = home.paste(announced(lab.vps))
    indented("\n".join(report.output + report.errors))
    address = home.client.wait_address(RESERVED)
    say(f"LAN client: has {address}")
    home.client.wait_ping(PUBLIC6)
    say(f"LAN client: ping {PUBLIC6} (a public host)")
    done = home.client.space.run(["ping", "-c3", "-i0.3", PUBLIC6])
    indented(done.stdout)
    say(f"public host: ping {address}")
    indented(lab.public.run(["ping", "-c3", "-i0.3", address]).stdout)
    say("VPS: sixrelay verify")
    indented(lab.vps.run(["sixrelay", "verify"]).stdout)
    say("VPS: sixrelay status")
    indented(lab.vps.run(["sixrelay", "status"]).stdout)


def main():
    parser = argparse.ArgumentParser(prog="tests/demo", description=__doc__)
    parser.add_argument("--suite", choices=rootfs.SUITES, default="trixie")
    parser.add_argument("--keep", action="store_true", help="leave the lab running")
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("demo: must be root: sudo tests/demo")
    leftovers.clean()
    lab = Lab(options.suite, reserved=[RESERVED])
    try:
        relay(lab)
    except BaseException:
        lab.close()
        raise
    if options.keep:
        say("the lab stays; enter it with")
        indented(lab.keep())
    else:
        lab.close()


if __name__ == "__main__":
    main()
