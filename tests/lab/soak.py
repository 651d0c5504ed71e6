# SPDX-License-Identifier: MIT
"""A relay over which events come at random (events.py), and what has to hold after each.

The model is small: which prefixes are attached, what the agent has heard of that, which one the
LAN has, and which events are not over. From it follows whether the LAN must work, or what `status`
has to say instead.
"""

import json
import random
import re
import time
from collections import Counter

from . import events
from .figures import Figures
from .gateway import PUBLIC6, RESERVED
from .waiting import until
from .world import World

SERVICE = "sixrelay.service"
SETTINGS = f"""[relay]
proof_hosts = {PUBLIC6}
[site home]
allow_inbound = yes
"""
# systemd is asked for a run as often as we like; the timer, which would run besides, is off.
DROP_IN = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=no\n"
DETACHED = re.compile("no longer attached")
SILENT = re.compile("no good answer of the metadata service")
# Of a proof that was made while the event was still at work: it is not made again for that.
STALE = re.compile("the last proof failed")
# What together takes all that the agent knows, by the first words of the events' names: it refuses
# to guess then, and says so. Of the same first word there is never more than one at a time.
NEVER_BOTH = (
    {"state", "records"},
    *({"last", each} for each in ("metadata", "cable", "nic")),
)
SETTLES = 90  # seconds, after which the relay is held to be lost


class Soak:
    """The lab must not be booted yet; it has RESERVED attached."""

    def __init__(self, lab, seed):
        self.random = random.Random(seed)
        self.world = World(lab)
        self.lab, self.vps, self.run = lab, lab.vps, lab.vps.run
        self.site = self.router_has = RESERVED
        self.heard = [RESERVED]
        self.address = self.world.address
        self.silent = None
        self.present, self.edits = [], set()
        self.reconciles = 0
        self.happened, self.healed, self.excused = Counter(), Counter(), Counter()
        self.stale, self.seconds = Counter(), Counter()
        self.worst = 0.0, "nothing"
        self.figures = Figures(self.vps)
        self.vps.settings(SETTINGS)
        self.vps.write(f"/etc/systemd/system/{SERVICE}.d/soak.conf", DROP_IN)
        self.run(["systemctl", "mask", "--now", "sixrelay.timer"])
        self.run(["systemctl", "daemon-reload"])
        self.run(["systemctl", "enable", SERVICE], check=False)
        self.settle("the start")

    # What events do

    def move(self, prefix):
        """Has this prefix attached, and no other."""
        for each in list(self.lab.reserved):
            self.lab.detach(each)
        self.lab.attach(prefix)

    def cable(self, how):
        self.lab.gateway.run(["ip", "link", "set", "vps-nic", how])

    def fall_silent(self, end, document=None):
        """The metadata service gives no good answer. Returns what ends that."""
        self.silent = document or "silent"

        def speak():
            self.silent = None
            end()

        return speak

    def publish(self):
        if isinstance(self.silent, dict) or (self.silent or "").startswith("<"):
            self.lab.metadata.set(self.silent)
        else:
            self.lab.publish()

    # The walk

    def choose(self):
        """One event, or two at once."""
        count = 2 if self.random.random() < 0.2 else 1
        chosen = []
        while len(chosen) < count:
            (one,) = self.random.choices(events.EVENTS, [each.weight for each in events.EVENTS])
            kinds = {each.name.partition("-")[0] for each in (one, *chosen)}
            if len(kinds) == len(chosen) + 1 and not any(kinds >= each for each in NEVER_BOTH):
                chosen.append(one)
        return chosen

    def step(self):
        """What happens is chosen, happens, and is over; the relay settles twice."""
        chosen = self.choose()
        name = " + ".join(each.name for each in chosen)
        ends = []
        for each in chosen:
            self.happened[each.name] += 1
            self.present.append(each)
            ends.append(each.happen(self))
        self.publish()
        self.settle(name)
        self.present = []
        for end in filter(None, ends):
            end()
        if any(ends):
            self.publish()
            self.settle(f"{name}, over")

    def home(self):
        """Back to the world of the start."""
        self.publish()
        if self.lab.reserved != [RESERVED]:
            self.move(RESERVED)
        self.settle("the way home")

    def reboot(self, how):
        """how: "reboot" or "power cut"."""
        self.happened[how] += 1
        if how == "reboot":
            self.vps.reboot()
        else:
            self.vps.power_cut()
            self.vps.boot()
        self.settle(how)

    # Settling

    def reconcile(self):
        """A run as the timer starts it, in its sandbox; its exit status is no matter here."""
        self.reconciles += 1
        self.run(["systemctl", "start", SERVICE], check=False, timeout=120)
        if not self.silent:
            self.hear()

    def hear(self):
        """What the agent makes of what is attached: a site keeps its prefix if it can."""
        self.heard = list(self.lab.reserved)
        if self.site not in self.heard and self.heard:
            self.site = self.heard[0]

    def paste(self):
        """The router's owner does as the console asks, when the LAN has another prefix."""
        if self.router_has == self.site or self.site not in self.heard:
            return
        script = self.run(["sixrelay", "script"]).stdout
        assert self.site.removesuffix("/64") in script, "the script is of another prefix"
        self.world.paste(script)
        self.router_has = self.site
        self.address = self.world.client.wait_address(self.site)

    def excuses(self):
        """What `status` may say while the LAN doesn't work: what is so."""
        if self.site in self.lab.reserved:
            return [each.says for each in self.present if each.says]
        return [SILENT if self.site in self.heard else DETACHED] + [
            each.says for each in self.present if each.says
        ]

    def settle(self, name):
        """Runs the agent until the LAN works, or `status` says why not; then it is content."""
        begin = time.monotonic()
        self.reconcile()
        while True:
            self.paste()
            seen, complaints = self.look()
            if not complaints:
                break
            if time.monotonic() - begin > SETTLES:
                raise AssertionError(self.report(name, complaints, seen))
            self.reconcile()
        (self.healed if seen == "works" else self.excused)[name] += 1
        self.seconds[name] += time.monotonic() - begin
        self.worst = max(self.worst, (time.monotonic() - begin, name))
        if seen == "works":
            self.check_content(name)

    def check_content(self, name):
        """A run after the one that has put all right changes nothing."""
        before = self.status()
        self.reconcile()
        after = self.status()
        if (before["last_apply"], 0) != (after["last_apply"], after["to_do"]):
            complaint = "a further run changed something: " + "; ".join(after["changed"])
            raise AssertionError(self.report(name, [complaint], "works"))
        self.stale[name] += any(STALE.search(each) for each in reasons(after))

    def look(self):
        """Whether the LAN works, and what is wrong with that or with what `status` says."""
        if not self.world.shaken():
            self.world.call()
        works = self.wait_works(2 if self.excuses() else 4)
        status = self.status()
        if status is None:
            return "no status", ["sixrelay status fails"]
        said = reasons(status)
        excuses = self.excuses()
        if works:
            true = [*excuses, *([SILENT, DETACHED] if self.silent else []), STALE]
            true += [each.notes for each in self.present if each.notes]
            wrong = [each for each in said if not any(one.search(each) for one in true)]
            if not excuses and status["to_do"]:
                wrong.append(f"{status['to_do']} steps to do")
            return "works", wrong
        if not excuses:
            return "dead", ["the LAN doesn't work, and nothing is in its way"]
        told = any(one.search(each) for one in excuses for each in said)
        return "dead", [] if told else [f"status doesn't say why, but: {said}"]

    def wait_works(self, seconds):
        try:
            return until(self.works, seconds, "the LAN")
        except TimeoutError:
            return False

    def works(self):
        """Both ways, with nothing in the gateway's neighbour cache."""
        self.lab.gateway.flush_neighbours()
        ping = ["ping", "-6", "-n", "-q", "-c", "1", "-W", "1"]
        out = self.world.client.space.run([*ping, "-I", self.address, PUBLIC6], check=False)
        if out.returncode:
            return False
        self.lab.gateway.flush_neighbours()
        return self.lab.public.run([*ping, self.address], check=False).returncode == 0

    def status(self):
        done = self.run(["sixrelay", "status", "--json"], check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def report(self, name, complaints, seen):
        parts = {
            "complaints": "\n".join(complaints),
            "status": self.text("sixrelay", "status"),
            "plan": self.text("sixrelay", "plan"),
            "verify": self.text("sixrelay", "verify"),
            "links": self.text("ip", "address"),
            "routes": self.text("ip", "-6", "route"),
            "journal": self.text("journalctl", "--no-pager", "-n", "60", "-o", "short-monotonic"),
        }
        lines = [f"after {name}, in reconcile {self.reconciles}, the LAN is {seen}"]
        lines.append(f"attached: {self.lab.reserved}, heard: {self.heard}, the LAN's: {self.site}")
        return "\n".join([*lines, *(f"--- {part}\n{text}" for part, text in parts.items())])

    def text(self, *argv):
        done = self.run(list(argv), check=False, timeout=120)
        return done.stdout + done.stderr


def reasons(status):
    """All that `status` holds for wrong."""
    said = [hop["why"] for hop in status["path"] if hop["mark"] == "bad"]
    return said + [note["text"] for note in status["notes"] if note["kind"] != "kept"]
