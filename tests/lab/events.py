# SPDX-License-Identifier: MIT
"""What may happen to a relay in its life: a table of events for the soak (soak.py).

An event is a function of a Soak; its first line says what happens. It may return a function that
ends it, which is called once the relay has settled. How the world is in between is said where the
event is declared:

says     what `sixrelay status` says as long as the LAN doesn't work: a regular expression. Without
         it the next run of the agent heals all that the event has broken.
notes    what `status` says meanwhile, though the LAN works
weight   how often it happens, beside the others
"""

import dataclasses
import re
from collections.abc import Callable

from .gateway import RESERVED, RESERVED2, VPS_NIC

EVENTS = []
# What an event isn't: a change that `status`, which sends no packet, could only tell by the age of
# the last handshake, three minutes later. `verify` finds each of them at once (faults.py), and the
# agent leaves them to who has made them: another key, port or AllowedIPs by `wg set`, a router with
# another key, an ndppd that is stopped by SIGSTOP, rules in the kernel that ufw doesn't know.
NDPPD_CONF, WG_CONF = "/etc/ndppd.conf", "/etc/wireguard/wg0.conf"
SYSCTL_CONF = "/etc/sysctl.d/99-wg-relay.conf"
SSHD_CONF = "/etc/ssh/sshd_config.d/00-hardening.conf"
NDPPD_UNIT = "/etc/systemd/system/ndppd.service"
STATE = "/var/lib/sixrelay"
TRANSIT = "fd99:9999:9999::1/64"
EDITS = ("# mine", "# mine, too", "# and one more")


@dataclasses.dataclass(frozen=True)
class Event:
    name: str
    text: str
    happen: Callable
    says: re.Pattern | None
    notes: re.Pattern | None
    weight: float


def event(says=None, notes=None, weight=1.0):
    def declare(happen):
        name = happen.__name__.replace("_", "-")
        told = [re.compile(each) if each else None for each in (says, notes)]
        EVENTS.append(Event(name, happen.__doc__, happen, *told, weight))
        return happen

    return declare


def edit(soak, path, change=None):
    """A person's edit of a file of ours."""
    text = soak.vps.read(path) if soak.vps.exists(path) else ""
    text = change(text) if change else f"{text}{soak.random.choice(EDITS)}\n"
    soak.vps.write(path, text)
    soak.edits.add((path, text))


# The prefix, in Vultr's panel


@event(weight=2)
def prefix_detached(soak):
    """One of the reserved prefixes is detached."""
    if soak.lab.reserved:
        soak.lab.detach(soak.random.choice(soak.lab.reserved))


@event(weight=4)
def prefix_attached(soak):
    """A reserved prefix is attached, mostly the one that the LAN has."""
    missing = [each for each in (RESERVED, RESERVED2) if each not in soak.lab.reserved]
    if soak.site in missing and soak.random.random() < 0.8:
        missing = [soak.site]
    if missing:
        soak.lab.attach(soak.random.choice(missing))


@event(weight=0.3)
def prefix_replaced(soak):
    """The LAN's prefix is destroyed, and another one attached."""
    soak.move(RESERVED2 if soak.site == RESERVED else RESERVED)


@event()
def order_swapped(soak):
    """The metadata lists what is attached the other way round."""
    soak.lab.reserved.reverse()


# The metadata service


@event(weight=0.2)
def metadata_refused(soak):
    """The metadata service is down."""
    soak.lab.metadata.refuse()
    return soak.fall_silent(soak.lab.metadata.serve)


@event(weight=0.2)
def metadata_503(soak):
    """The metadata service has a bad day."""
    soak.lab.metadata.fault(status=503)
    return soak.fall_silent(soak.lab.metadata.clear)


@event()
def metadata_404(soak):
    """The metadata service knows nothing of this instance."""
    soak.lab.metadata.fault(status=404)
    return soak.fall_silent(soak.lab.metadata.clear)


@event()
def metadata_garbage(soak):
    """The metadata service talks nonsense."""
    return soak.fall_silent(lambda: None, document="<html>Bad gateway</html>")


@event()
def metadata_empty(soak):
    """The metadata service says that there are no interfaces."""
    return soak.fall_silent(lambda: None, document={"interfaces": []})


@event()
def metadata_slow(soak):
    """The metadata service takes a while."""
    soak.lab.metadata.fault(1, delay=0.7)
    return soak.lab.metadata.clear


# ndppd


@event()
def ndppd_killed(soak):
    """ndppd dies."""
    soak.run(["systemctl", "kill", "--signal=KILL", "ndppd"], check=False)


@event()
def ndppd_stopped(soak):
    """A person stops ndppd."""
    soak.run(["systemctl", "stop", "ndppd"])


@event()
def ndppd_disabled(soak):
    """A person disables ndppd."""
    soak.run(["systemctl", "disable", "--now", "ndppd"], check=False)


@event(says=r"ndppd\.service is (in)?active|ndppd\.service is failed", weight=0.5)
def ndppd_masked(soak):
    """A person masks ndppd: that is a wish, and said to be one."""
    soak.run(["rm", "-f", NDPPD_UNIT])
    soak.run(["systemctl", "mask", "--now", "ndppd"])

    def unmask():
        soak.run(["systemctl", "unmask", "ndppd"])

    return unmask


@event()
def ndppd_conf_edited(soak):
    """A person puts auto into ndppd.conf, and restarts ndppd."""
    edit(soak, NDPPD_CONF, lambda text: text.replace("static", "auto"))
    soak.run(["systemctl", "restart", "ndppd"], check=False)


@event()
def ndppd_conf_broken(soak):
    """A person leaves a brace out of ndppd.conf."""
    edit(soak, NDPPD_CONF, lambda text: text.replace("{", "", 1))
    soak.run(["systemctl", "restart", "ndppd"], check=False)


@event()
def ndppd_conf_deleted(soak):
    """A person deletes ndppd.conf."""
    soak.run(["rm", "-f", NDPPD_CONF])


@event()
def ndppd_unit_edited(soak):
    """A person edits ndppd's unit."""
    edit(soak, NDPPD_UNIT)
    soak.run(["systemctl", "daemon-reload"])


@event()
def ndppd_unit_deleted(soak):
    """A person deletes ndppd's unit."""
    soak.run(["rm", "-f", NDPPD_UNIT])
    soak.run(["systemctl", "daemon-reload"])


# The tunnel


@event()
def wg0_down(soak):
    """The tunnel's interface is set down, and loses its address and route."""
    soak.run(["ip", "link", "set", "wg0", "down"], check=False)


@event()
def wg0_deleted(soak):
    """The tunnel's interface is gone, and its unit knows nothing of it."""
    soak.run(["ip", "link", "del", "wg0"], check=False)


@event()
def wg_quick_stopped(soak):
    """A person stops the tunnel."""
    soak.run(["systemctl", "stop", "wg-quick@wg0"])


@event()
def wg_quick_disabled(soak):
    """A person disables the tunnel's unit."""
    soak.run(["systemctl", "disable", "wg-quick@wg0"])


@event()
def transit_address_removed(soak):
    """wg0 loses its address."""
    soak.run(["ip", "address", "del", TRANSIT, "dev", "wg0"], check=False)


@event()
def lan_route_removed(soak):
    """The LAN's route is gone."""
    soak.run(["ip", "-6", "route", "flush", "dev", "wg0", "metric", "50"], check=False)


@event(says="doesn't know the router: systemctl reload")
def peer_removed(soak):
    """A person takes the router out of the running tunnel, by `wg set`."""
    soak.run(["wg", "set", "wg0", "peer", soak.world.peer, "remove"], check=False)
    return lambda: soak.run(["systemctl", "reload-or-restart", "wg-quick@wg0"])


@event()
def wg_conf_edited(soak):
    """A person edits wg0.conf."""
    edit(soak, WG_CONF)


@event()
def wg_conf_edited_and_reloaded(soak):
    """A person takes the LAN out of AllowedIPs in wg0.conf, and reloads it."""
    edit(soak, WG_CONF, lambda text: re.sub(r"^(AllowedIPs = [^,\n]*).*", r"\1", text, flags=re.M))
    soak.run(["systemctl", "reload", "wg-quick@wg0"], check=False)


@event()
def wg_conf_deleted(soak):
    """A person deletes wg0.conf."""
    soak.run(["rm", "-f", WG_CONF])


@event()
def wg_conf_for_all(soak):
    """wg0.conf, which has the key, may be read by everybody."""
    soak.run(["chmod", "-f", "0644", WG_CONF], check=False)


@event()
def public_key_deleted(soak):
    """The file of the server's public key is gone."""
    soak.run(["rm", "-f", "/etc/wireguard/server.pub"])


# The firewall


@event()
def ufw_port_removed(soak):
    """UFW's rule of WireGuard's port is gone."""
    soak.run(["ufw", "delete", "allow", "51820/udp"])


@event()
def ufw_way_out_removed(soak):
    """UFW's rule for what the LAN sends is gone."""
    soak.run(["ufw", "route", "delete", "allow", "in", "on", "wg0"])


@event()
def ufw_way_in_removed(soak):
    """UFW's rule for what comes to the LAN is gone."""
    soak.run(["ufw", "route", "delete", "allow", "out", "on", "wg0"])


@event(weight=0.5)
def ufw_reloaded(soak):
    """A person reloads UFW."""
    soak.run(["ufw", "reload"])


@event(notes="ufw is inactive", weight=0.5)
def ufw_disabled(soak):
    """UFW is switched off, which is its owner's to do: nothing is in the way."""
    soak.run(["ufw", "disable"])
    return lambda: soak.run(["ufw", "--force", "enable"])


# The kernel's settings


@event()
def forwarding_off(soak):
    """Forwarding is switched off."""
    soak.run(["sysctl", "-qw", "net.ipv6.conf.all.forwarding=0"])


@event()
def proxy_ndp_changed(soak):
    """proxy_ndp of the NIC is another value."""
    soak.run(["sysctl", "-qw", f"net.ipv6.conf.{VPS_NIC}.proxy_ndp={soak.random.choice('01')}"])


@event()
def accept_ra_changed(soak):
    """accept_ra of the NIC is another value."""
    soak.run(["sysctl", "-qw", f"net.ipv6.conf.{VPS_NIC}.accept_ra={soak.random.choice('012')}"])


@event()
def sysctl_file_deleted(soak):
    """A person deletes the sysctl file."""
    soak.run(["rm", "-f", SYSCTL_CONF])


@event()
def sysctl_file_edited(soak):
    """A person edits the sysctl file."""
    edit(soak, SYSCTL_CONF)


# The NIC


@event()
def cable_flapped(soak):
    """The NIC's far end goes down and up."""
    soak.cable("down")
    soak.cable("up")


@event(says=rf"{VPS_NIC} is down|no IPv6 default route", weight=0.4)
def cable_out(soak):
    """The NIC's far end is down for a while."""
    soak.cable("down")
    return lambda: soak.cable("up")


@event()
def nic_flapped(soak):
    """The NIC is set down and up, and with it goes what IPv6 had there."""
    soak.run(["ip", "link", "set", VPS_NIC, "down"])
    soak.run(["ip", "link", "set", VPS_NIC, "up"])


@event(says=rf"{VPS_NIC} is down|no IPv6 default route", weight=0.4)
def nic_down(soak):
    """A person sets the NIC down for a while: the agent doesn't set it up."""
    soak.run(["ip", "link", "set", VPS_NIC, "down"])
    return lambda: soak.run(["ip", "link", "set", VPS_NIC, "up"])


@event()
def default_route_lost(soak):
    """The default route is gone, until the next advertisement."""
    soak.run(["ip", "-6", "route", "del", "default", "dev", VPS_NIC], check=False)


@event(weight=0.5)
def networkd_restarted(soak):
    """networkd starts anew, as at an upgrade."""
    soak.run(["systemctl", "restart", "systemd-networkd"])


# sshd


@event()
def hardening_deleted(soak):
    """A person deletes the drop-in of sshd's."""
    soak.run(["rm", "-f", SSHD_CONF])


@event()
def hardening_edited(soak):
    """A person edits the drop-in of sshd's."""
    edit(soak, SSHD_CONF)


# What the agent remembers


@event()
def state_deleted(soak):
    """state.json is gone: its second copy serves."""
    soak.run(["rm", "-f", f"{STATE}/state.json"])


@event()
def records_deleted(soak):
    """The second copy of the state is gone."""
    soak.run(["rm", "-f", f"{STATE}/records.json"])


@event()
def last_metadata_deleted(soak):
    """What the metadata service said last is gone."""
    if not soak.silent:
        soak.run(["rm", "-f", f"{STATE}/metadata.json"])
