# SPDX-License-Identifier: MIT
"""What may stand in the files' places below --root: tables."""

# A link's place, and where it leads: OUT is a directory beside the root, with files that the
# program could take for its own. None is followed out of the root.
LINKS = [
    ("etc", "OUT"),
    ("etc", "../outside"),
    ("etc", "../../../../../../../../etc"),
    ("etc/wireguard", "OUT"),
    ("etc/wireguard", "../../../outside"),
    ("etc/wireguard", "/proc/self/cwd"),
    ("etc/wireguard/wg0.conf", "OUT/wg0.conf"),
    ("etc/wireguard/server.key", "OUT/server.key"),
    ("etc/ndppd.conf", "OUT/wg0.conf"),
    ("etc/ndppd.conf", "../../outside/wg0.conf"),
    ("etc/sysctl.d", "OUT"),
    ("etc/systemd/system", "OUT"),
    ("etc/systemd/system/ndppd.service", "OUT/wg0.conf"),
    ("etc/ssh", "OUT"),
    ("etc/passwd", "OUT/passwd"),
    ("var", "OUT"),
    ("var", "../outside"),
    ("var/lib", "OUT"),
    ("var/lib/sixrelay", "OUT"),
    ("var/lib/sixrelay", "../../../outside"),
    ("var/lib/sixrelay/state.json", "OUT/state.json"),
    ("var/lib/sixrelay/records.json", "OUT/state.json"),
    ("var/lib/sixrelay/metadata.json", "OUT/metadata.json"),
    ("sys", "/sys"),
    ("sys/class/net", "OUT"),
    ("usr", "OUT"),
]

# What is refused before anything is written, and what is said of it.
NOWHERE = "a link to nowhere"
LOOP = "Too many levels of symbolic links"
NO_FILE = "not a regular file"
REFUSED_LINKS = {
    "settings-outside": ("etc/sixrelay.conf", "OUT/sixrelay.conf", NOWHERE),
    "settings-gone": ("etc/sixrelay.conf", "/mnt/sixrelay.conf", NOWHERE),
    "settings-loop": ("etc/sixrelay.conf", "sixrelay.conf", LOOP),
    "key-gone": ("etc/wireguard/server.key", "/mnt/server.key", NOWHERE),
    "routers-key-gone": ("etc/wireguard/mikrotik.key", "/mnt/mikrotik.key", NOWHERE),
    "key-loop": ("etc/wireguard/server.key", "server.key", LOOP),
    "etc-loop": ("etc", "etc", LOOP),
    "wireguard-loop": ("etc/wireguard", "../etc/wireguard", LOOP),
    "var-loop": ("var", "var", LOOP),
    "state-directory-gone": ("var/lib/sixrelay", "/mnt/sixrelay", NOWHERE),
    "state-directory-loop": ("var/lib/sixrelay", "sixrelay", LOOP),
    "state-loop": ("var/lib/sixrelay/state.json", "state.json", LOOP),
}
# All that a run makes before it looks at the files it is about: where its lock is.
LOCK = {".", "var", "var/lib", "var/lib/sixrelay"}
# Where neither a FIFO, which nobody writes to, nor a directory nor a socket is a file.
FILES = [
    "etc/sixrelay.conf",
    "etc/ndppd.conf",
    "etc/sysctl.d/99-wg-relay.conf",
    "etc/wireguard/server.key",
    "etc/wireguard/mikrotik.key",
    "etc/wireguard/wg0.conf",
    "var/lib/sixrelay/state.json",
]
