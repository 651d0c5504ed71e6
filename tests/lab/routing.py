# SPDX-License-Identifier: MIT
"""A modelled router's static routes and its routing rules, as Linux has them.

Linux asks in RouterOS's order (manual, "Routing decision"): its table local, the rules, main. The
connected routes are the kernel's own. A row that is disabled doesn't count, nor a route in a table
that is, or that lacks `fib`.
"""

from .netns import link_name

FIRST_TABLE = FIRST_RULE = 1000
# RouterOS asks every 10 s and gives a gateway up after two silences; the lab hasn't the time.
WATCH = """
silences=0
while :; do
    if ping -6 -n -q -c 1 -W 1 $1 >/dev/null; then
        [ $silences -lt 2 ] || ip -6 route replace $2
        silences=0
    else
        silences=$((silences + 1))
        [ $silences -ne 2 ] || ip -6 route del $2
    fi
    sleep 1
done
"""
# By action. RouterOS lets a failed lookup go on to the next rule, or ends there.
STEPS = {
    "lookup": ("lookup",),
    "lookup-only-in-table": ("lookup", "unreachable"),
    "drop": ("blackhole",),
    "unreachable": ("unreachable",),
}


def routes(model):
    """Each static route as `ip route` would take it, with what to ping or None."""
    for row in model.rows("/ipv6/route", disabled=False, blackhole=False):
        table = row.referred("routing-table")
        if row.dynamic or not row["gateway"] or table["disabled"] or not table["fib"]:
            continue
        address, _, name = row["gateway"].rpartition("%" if ":" in row["gateway"] else " ")
        if not address and ":" in name:
            address, name = name, ""
        interface = model.interface(name) if name else None
        if name and interface is None:
            continue
        words = [row["dst-address"]]
        words += ["via", address] if address else []
        link = link_name(name) if name else ""
        words += ["dev", link] if link else []
        words += ["metric", str(row["distance"]), "proto", "static", "table", _table(row, table)]
        watched = f"-I {link} {address}" if link else address
        yield " ".join(words), watched if row["check-gateway"] == "ping" else None


def _table(row, table):
    """Linux's name or number for the table that a row names."""
    return "main" if table["name"] == "main" else str(FIRST_TABLE + int(table.id[1:], 16))


def rules(model):
    """Each rule as one or two that `ip rule` would take; RouterOS has those of both families."""
    place = FIRST_RULE
    for row in model.rows("/routing/rule", disabled=False):
        selector = _selector(row)
        if selector is None:
            continue
        for step in STEPS[row["action"]]:
            yield " ".join(["pref", str(place), *selector, *_step(row, step)])
            place += 1


def _selector(row):
    """What a rule looks at; None when that can't be any IPv6 packet."""
    interface = row.referred("interface")
    prefixes = [row["src-address"] or "all", row["dst-address"] or "all"]
    if any("." in prefix for prefix in prefixes) or interface and interface.gone:
        return None
    words = ["from", prefixes[0], "to", prefixes[1]]
    return words + (["iif", link_name(interface["name"])] if interface else [])


def _step(row, step):
    if step != "lookup":
        return [step]
    words = ["lookup", _table(row, row.referred("table"))]
    hidden = row["min-prefix"]
    return words + ([] if hidden is None else ["suppress_prefixlength", str(hidden)])


class Routing:
    """The routes and rules in a router's namespace; only what differs is touched."""

    def __init__(self, space):
        self.space = space
        self.routes = {}  # by their text: the watching process, or None
        self.rules = []

    def drop_routes(self, wanted, gone):
        """Removes the routes that aren't wanted, or that went through links that are gone."""
        for route in list(self.routes):
            if route not in wanted or gone & set(route.split()):
                watcher = self.routes.pop(route)
                if watcher:
                    self.space.stop(watcher)
                self.space.run(["ip", "-6", "route", "del", *route.split()], check=False)

    def add_routes(self, wanted):
        """Adds those that are missing; wanted: by a route's text, what to ping or None."""
        for route in wanted.keys() - self.routes.keys():
            self.space.run(["ip", "-6", "route", "replace", *route.split()])
            watcher = None
            if wanted[route]:
                watcher = self.space.start(["sh", "-c", WATCH, "watch", wanted[route], route])
            self.routes[route] = watcher

    def set_rules(self, wanted):
        """New ones come first: no packet shall pass by main while its rule changes its place."""
        for verb, there, others in (("add", wanted, self.rules), ("del", self.rules, wanted)):
            for rule in there:
                if rule not in others:
                    self.space.run(["ip", "-6", "rule", verb, *rule.split()])
        self.rules = wanted
