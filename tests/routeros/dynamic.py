# SPDX-License-Identifier: MIT
"""The rows that RouterOS makes by itself, and that a careless `find` also finds.

- /ipv6/address: a link-local address on each interface (manual).
- /routing/table: main (manual).
- /ipv6/route: the connected network of each address, in main (manual).
- /ipv6/nd/prefix: the prefix of each advertised address (manual).
- /ipv6/firewall/filter: the counter of FastTrack in the first place (measured on 7.16.2, 7.24.2).
"""

import hashlib
import ipaddress


def refresh(router):
    """Makes the dynamic rows what the other rows call for; those that stay keep their ids."""
    _replace(router, "/routing/table", [MAIN])
    on = not router.setting("/ipv6/settings", "disable-ipv6")
    addresses = [row for row in router.rows("/ipv6/address") if in_force(row) and on]
    _replace(router, "/ipv6/address", _link_locals(router) if on else [])
    _replace(router, "/ipv6/route", [_connected(row) for row in addresses])
    _replace(router, "/ipv6/nd/prefix", _prefixes(router, addresses))
    tracked = router.rows("/ipv6/firewall/filter", action="fasttrack-connection", disabled=False)
    _replace(router, "/ipv6/firewall/filter", [FASTTRACK] if tracked else [])


MAIN = {"name": "main", "fib": True}
FASTTRACK = {
    "chain": "forward",
    "action": "passthrough",
    "comment": "special dummy rule to show fasttrack counters",
}


def in_force(row):
    """Whether a row counts that hangs on an interface: it and its interface are enabled."""
    interface = row.referred("interface")
    return not (row.dynamic or row["disabled"] or not interface or interface.gone)


def network(row):
    """The network of an address row."""
    return str(ipaddress.ip_interface(row["address"]).network)


def _link_locals(router):
    for row in router.rows("/interface", disabled=False):
        digest = hashlib.sha256(row["name"].encode()).hexdigest()
        address = ipaddress.ip_address((0xFE80 << 112) + int(digest[:16], 16))
        yield {"address": f"{address}/64", "interface": row["name"], "advertise": False}


def _connected(row):
    return {"dst-address": network(row), "gateway": row["interface"], "distance": 0}


def _prefixes(router, addresses):
    """The advertised prefixes that have no row of a person's making, with the default lifetimes."""
    defaults = router.table("/ipv6/nd/prefix/default").rows[0].values()
    static = router.rows("/ipv6/nd/prefix", dynamic=False, disabled=False)
    taken = [(row["prefix"], row["interface"]) for row in static]
    for row in addresses:
        place = network(row), row["interface"]
        if row["advertise"] and place not in taken:
            taken.append(place)
            yield {"prefix": place[0], "interface": place[1], **defaults}


def _replace(router, menu, wanted):
    table, wanted = router.table(menu), list(wanted)
    for row in [row for row in table.rows if row.dynamic]:
        same = next((w for w in wanted if _is(row, w)), None)
        if same:
            wanted.remove(same)
        else:
            table.discard(row)
    for values in wanted:
        first = table.rows[0] if values is FASTTRACK and table.rows else None
        table.add(values, before=first, dynamic=True)


def _is(row, values):
    return all(row[name] == value for name, value in values.items())
