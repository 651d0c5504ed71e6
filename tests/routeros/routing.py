# SPDX-License-Identifier: MIT
"""The menus that say where a packet goes: routes, routing tables and routing rules.

A packet's destination is looked for among the router's own addresses, then by the rules in their
order, then in main (manual, "Routing decision"; so since early 7.x, says MikroTik's forum). 7.22
can change that order in /routing/settings, which isn't modelled; its betas had it as rows of
/routing/rule, its releases do not.
"""

import ipaddress

from .columns import Choice, Column, Flag, Gateway, Network, Number, Reference, Switch, common
from .errors import ModelError
from .table import named_check

LOOKUPS = ("lookup", "lookup-only-in-table")


def route_columns():
    return {
        "dst-address": Network("::/0"),
        "gateway": Gateway(),
        "check-gateway": Choice("none", "arp", "ping", default="none"),
        "distance": Number(0, 255, 1),
        # It must exist (measured on 7.23 in /ip/route, and so worded).
        "routing-table": Reference("/routing/table", default="main", what="routing-table"),
        "blackhole": Flag(False),
        **common(),
    }


def table_columns():
    """Without `fib` the table's routes forward nothing (manual)."""
    return {"name": Column(), "fib": Switch(), **common()}


def rule_columns():
    """The rules of both families. Nothing is said to have a default."""
    return {
        "src-address": Network(kind=ipaddress.ip_interface),
        "dst-address": Network(kind=ipaddress.ip_interface),
        "interface": Reference("/interface"),
        "action": Choice(*LOOKUPS, "drop", "unreachable"),
        "table": Reference("/routing/table"),
        "min-prefix": Number(0, 2**32 - 1),
        **common(),
    }


def table_check(table, row, others):
    """That main is taken follows from its row; how RouterOS words it is assumed."""
    if not row["name"]:
        raise ModelError("a routing table without a name")
    named_check(table, row, others)


def table_removal(table, row):
    """Exports have routes with `routing-table=*401`; which version let it come to that: unknown."""
    places = (("/ipv6/route", "routing-table"), ("/routing/rule", "table"))
    for menu, column in places:
        if any(user.referred(column) is row for user in table.router.table(menu).rows):
            raise ModelError(f"nobody has measured what {menu} makes of a table that is removed")


def rule_check(table, row, others):
    """RouterOS takes a rule without any of it (measured on 7.22.1); what that does: unknown."""
    if not row["action"] or row["action"] in LOOKUPS and not row["table"]:
        raise ModelError("a routing rule without an action, or a lookup without a table")
