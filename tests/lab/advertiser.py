# SPDX-License-Identifier: MIT
"""A modelled router's advertisements, sent by radvd."""

import os
import shutil
import signal
import tempfile

from ..routeros.dynamic import in_force
from ..routeros.menus import RA_INTERVAL
from ..routeros.values import Time
from .netns import link_name

# Minutes between two advertisements would only slow the lab, which takes radvd's shortest.
LAB_INTERVAL = (3, 4)


def configuration(router):
    """radvd.conf; empty when nothing is to be advertised.

    An advertisement goes out where an advertised address stands (measured); here also where a
    static row of /ipv6/nd/prefix stands without one, of which reports differ.
    """
    rows = router.rows("/ipv6/address", advertise=True) + router.rows("/ipv6/nd/prefix")
    names = {row["interface"]: None for row in rows if in_force(row)}
    return "".join(_interface(router, name) for name in names)


def _settings(router, interface):
    """The /ipv6/nd row of an interface; the one for all interfaces when it has none."""
    return next(
        (row for name in (interface, "all") for row in router.rows("/ipv6/nd", interface=name)),
        None,
    )


def _interface(router, name):
    nd = _settings(router, name)
    if nd is None or nd["disabled"]:
        return ""
    low, high = _interval(nd["ra-interval"])
    lines = [
        "AdvSendAdvert on",
        f"MinRtrAdvInterval {low}",
        f"MaxRtrAdvInterval {high}",
        f"AdvDefaultLifetime {0 if nd['ra-lifetime'] == 'none' else int(nd['ra-lifetime'])}",
        f"AdvDefaultPreference {nd['ra-preference']}",
        f"AdvManagedFlag {_switch(nd['managed-address-configuration'])}",
        f"AdvOtherConfigFlag {_switch(nd['other-configuration'])}",
        f"AdvSourceLLAddress {_switch(nd['advertise-mac-address'])}",
    ]
    if nd["mtu"] != "unspecified":
        lines.append(f"AdvLinkMTU {nd['mtu']}")
    if nd["hop-limit"] != "unspecified":
        lines.append(f"AdvCurHopLimit {nd['hop-limit']}")
    body = "".join(f"  {line};\n" for line in lines)
    for row in router.rows("/ipv6/nd/prefix", interface=name, disabled=False):
        body += _prefix(row)
    if nd["dns"]:
        body += f"  RDNSS {nd['dns']} {{ }};\n"
    return f"interface {link_name(name)} {{\n{body}}};\n"


def _interval(text):
    """The shortest and the longest time between two; radvd wants a gap that RouterOS doesn't."""
    if text == RA_INTERVAL:
        return LAB_INTERVAL
    low, high = (int(Time.read(time)) for time in text.split("-"))
    return min(low, high * 3 // 4), high


def _prefix(row):
    """A prefix with its lifetimes, 0 too, which radvd neither counts down nor shortens."""
    lines = [
        f"AdvOnLink {_switch(row['on-link'])}",
        f"AdvAutonomous {_switch(row['autonomous'])}",
        f"AdvValidLifetime {int(row['valid-lifetime'])}",
        f"AdvPreferredLifetime {int(row['preferred-lifetime'])}",
    ]
    body = "".join(f"    {line};\n" for line in lines)
    return f"  prefix {row['prefix']} {{\n{body}  }};\n"


def _switch(value):
    return "on" if value else "off"


class Advertiser:
    """radvd in a namespace, for as long as there is something to advertise."""

    def __init__(self, space):
        self.space = space
        self.directory = tempfile.mkdtemp(prefix=f"{space.name}-radvd-")
        self.text = ""
        self.child = None

    def advertise(self, text):
        """Makes radvd send what text says, at once when it differs from before.

        With nothing left it falls silent: as was measured on a device, where the manual has
        the prefix announced three times more with lifetime 0.
        """
        if text == self.text:
            return
        self.text = text
        path = os.path.join(self.directory, "radvd.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        if not text:
            self._kill()
        elif self.child:
            self.child.send_signal(signal.SIGHUP)
        else:
            pid = os.path.join(self.directory, "pid")
            argv = ["radvd", "--nodaemon", "--config", path, "--pidfile", pid]
            argv += ["--logmethod", "stderr"]
            self.child = self.space.start(argv, log=os.path.join(self.directory, "log"))

    def _kill(self):
        """Ends radvd without the farewell that it sends when it is asked to end."""
        self.child.kill()
        self.space.stop(self.child)
        self.child = None

    def stop(self):
        """Ends radvd as a power cut would, and forgets its files."""
        if self.child:
            self._kill()
        shutil.rmtree(self.directory)
