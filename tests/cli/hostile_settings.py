# SPDX-License-Identifier: MIT
"""Settings that are refused by file, line and key, or taken for what they are: tables."""

KEY = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
NUMBERS = ["0", "-1", "+1", "0x10", "1e3", "1.0", "1 2", "99999", "4294967297", "9" * 100, "\u0661"]
YES_NO = ["Yes", "YES", "true", "1", "0", "on", "yes no", "yess"]
NAMES = ["all", "default", "-x", ".x", ".", "..", "../x", "a/b", "a b", "x" * 16, "wg%i", "a:b"]
PREFIXES = [
    "fd99::",
    "fd99::/63",
    "fd99::/65",
    "fd99::/128",
    "fd99::/0",
    "fd99::/-64",
    "fd99::/+64",
    "fd99::/64x",
    "fd99::/ 64",
    "fd99::/0x40",
    "fd99::/18446744073709551680",
    "fd99::1/64",
    "fd99::%eth0/64",
    "::/64",
    "::1/64",
    "ff02::/64",
    "ff0e::/64",
    "fe80::/64",
    "fec0::/64",
    "::ffff:0:0/96",
    "::ffff:203.0.113.0/64",
    "64:ff9b::/64",
    "4000::/64",
    "203.0.113.0/24",
    "/64",
    "/",
    "fd99::/64/64",
    "fd99:::/64",
    "fd99::/64 fd98::/64",
]
CONSOLES = [
    "/etc/passwd",
    "etc/passwd",
    "../../etc/passwd",
    "tty1",
    "dev/tty1",
    "/dev",
    "/dev/",
    "/dev/../etc/passwd",
    "/dev/tty1/../../etc/passwd",
    "//dev/tty1",
    "/Dev/tty1",
    "/dev/tty1;reboot",
    "/dev/" + "x" * 64,
    "/dev/a /dev/b /dev/c /dev/d /dev/e",
    "/dev/tty1 none",
    "none none",
    "/dev/tty1 ../x",
]
HOSTS = [
    "dns.google",
    "8.8.8.8",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "2001:db8::1%1",
    "fd00::1",
    "ff02::1",
    "::ffff:8.8.8.8",
    "[2001:db8::1]",
    "2001:db8::1/64",
    "2001:db8::1 none",
    "2001:db8::1 x",
    "2001:db8::1 2001:db8::2 2001:db8::3 2001:db8::4 2001:db8::5",
]
WIREGUARD_KEYS = [
    "x",
    KEY[:-1],
    KEY + "=",
    KEY[:-1] + "A",
    KEY[:-2] + "h=",
    KEY.replace("n", "-", 1),
    KEY.replace("n", "_", 1),
    "=" * 44,
    "A" * 44,
    f"{KEY} {KEY}",
    "0" * 64,
]

# Section, key, what an error says is allowed, and values of this key alone.
KEYS = {
    "nic": ("relay", "an interface's name", NAMES),
    "wg_interface": ("relay", "an interface's name, 15 characters at most", NAMES),
    "listen_port": ("relay", "1 to 65535", [*NUMBERS, "65536", "51820/udp", "ssh"]),
    "mtu": ("relay", "1280 to 1440", [*NUMBERS, "1279", "1441", "auto"]),
    "transit": ("relay", "an IPv6 /64", PREFIXES),
    "ndppd_rule": ("relay", "static or auto", ["Static", "iface wg0", "static auto", "none"]),
    "manage_ufw": ("relay", "yes or no", YES_NO),
    "manage_sshd": ("relay", "yes or no", YES_NO),
    "console": ("relay", "up to 4 devices below /dev, or none", CONSOLES),
    "announce_secret": (
        "relay",
        "always, until-handshake or never",
        ["yes", "Always", "until", "until_handshake", "never always"],
    ),
    "proof_hosts": ("relay", "up to 4 global IPv6 addresses, or none", HOSTS),
    "prefix": (
        "site home",
        "reserved, original or a global IPv6 /64",
        [text.replace("fd99", "2001:db8") for text in PREFIXES] + ["fd99::/64", "Reserved", "none"],
    ),
    "router_public_key": ("site home", "44 characters of base64", WIREGUARD_KEYS),
    "lan_bridge": (
        "site home",
        "up to 31 of A-Z a-z 0-9 . _ / + - and blank",
        ["x" * 32, "a,b", "a*b", "a=b", "a:b", "a(b)", "a{b}", "a<b>", "a~b", "a@b", "a\tb"],
    ),
    "router_interface": (
        "site home",
        "up to 15 of a-z 0-9 and -",
        ["WG", "-wg", "wg.1", "wg_1", "wg cloud", "../wg", "a" * 16],
    ),
    "allow_inbound": ("site home", "yes or no", YES_NO),
    "ra_mtu": ("site home", "yes or no", YES_NO + ["1420"]),
    "mss_clamp": ("site home", "yes or no", YES_NO),
}
# Values that no key takes.
VALUES = {
    "empty": b"",
    "blanks": b"   ",
    "over-long": b"x" * 160,
    "escape": b"\x1b]0;owned\x07\x1b[2J",
    "c1-control": b"\xc2\x9b2J",
    "bell-and-delete": b"x\x07\x7f",
    "carriage-return": b"yes\rno",
    "vertical-tab": b"1\x0b2",
    "non-ascii": "k\u00fcche\u202e".encode(),
    "invalid-utf-8": b"\xff\xfe\xc0\x80",
    "quoted": b'"yes"',
    "single-quote": b"ye's",
    "backslash": b"a\\",
    "dollar": b"$x",
    "brackets": b"[find]",
    "semicolon": b"a;/quit",
    "routeros": b'";/system/reset-configuration;:put "x',
    "shell": b"$(reboot)`reboot`|x&",
    "percent": b"%s%n%i",
    "hash": b"a # b",
}

# Whole files, and how an error goes on behind the file's name; None: only its words are given, for
# what no single line is to blame for.
FILES = {
    "nul": (b"[relay]\nmtu = 1400\0\n", ":2: a NUL byte"),
    "nul-in-a-comment": (b"# \0\n", ":1: a NUL byte"),
    "nul-first": (b"\0", ":1: a NUL byte"),
    "long-line": (b"[relay]\nconsole = " + b"/dev/tty1 " * 40 + b"\n", ":2: longer than 190"),
    "long-comment": (b"#" * 1000 + b"\n", ":1: longer than 190"),
    "one-line-of-200-kib": (b"x" * 200_000, ":1: longer than 190"),
    "megabytes": (b"# x\n" * 500_000, None, "c.conf: larger than 262144 bytes"),
    "binary": (bytes(range(1, 256)) * 4, ":1: "),
    "elf": (b"\x7fELF\x02\x01\x01\0\0\0\0", ":1: "),
    "utf-16": ("[relay]\nmtu = 1400\n".encode("utf-16"), ":1: a NUL byte"),
    "json": (b'{"relay": {"mtu": 1400}}\n', ":1: "),
    "unknown-key": (b"[relay]\nport = 1\n", ":2: [relay] port: unknown setting; there are nic,"),
    "unknown-key-escape": (b"[relay]\n\x1b[2J = 1\n", ":2: [relay] ?[2J: unknown setting"),
    "unknown-key-long": (b"[relay]\n" + b"k" * 170 + b" = 1\n", ":2: [relay] kkkk"),
    "key-in-capitals": (b"[relay]\nMTU = 1400\n", ":2: [relay] MTU: unknown setting"),
    "key-of-a-site": (b"[relay]\nprefix = original\n", ":2: [relay] prefix: unknown setting"),
    "key-of-the-relay": (b"[site a]\nmtu = 1400\n", ":2: [site a] mtu: unknown setting"),
    "key-before-sections": (b"mtu = 1400\n", ":1: []: unknown section; there are [relay]"),
    "key-without-a-value": (b"[relay]\nmtu\n", ":2: neither [section] nor key = value"),
    "value-without-a-key": (b"[relay]\n= 1400\n", ":2: [relay] : unknown setting"),
    "key-twice": (b"[relay]\nmtu = 1400\nmtu = 1380\n", ":3: [relay] mtu: given twice"),
    "key-twice-in-two": (b"[relay]\nmtu = 1400\n[relay]\nmtu = 1400\n", ":4: [relay] mtu: given"),
    "continued": (b"[relay]\nmtu = 1400\n  1380\n", ":3: starts with a blank"),
    "continued-by-a-vertical-tab": (b"[relay]\n\v[site cabin]\n", ":2: starts with a blank"),
    "continued-by-a-form-feed": (b"[relay]\n\fmtu = 1380\n", ":2: starts with a blank"),
    "continued-by-a-tab": (b"[relay]\nmtu = 1400\n\tmtu = 1380\n", ":3: starts with a blank"),
    "unknown-section": (b"[relais]\n", ":1: [relais]: unknown section"),
    "section-in-capitals": (b"[Relay]\n", ":1: [Relay]: unknown section"),
    "section-empty": (b"[]\n", ":1: []: unknown section"),
    "section-escape": (b"[\x1b[2J]\n", ":1: [?[2J]: unknown section"),
    "section-long": (b"[" + b"x" * 180 + b"]\n", ":1: [xxxx"),
    "section-open": (b"[relay\nmtu = 1400\n", ":1: neither [section]"),
    "section-and-key": (
        b"[site home] prefix = original\n",
        ":1: [site home]: nothing but a comment may follow in its line",
    ),
    "section-and-section": (b"[relay][site a]\n", ":1: [relay]: nothing but a comment"),
    "site-twice": (b"[site a]\n[site b]\n[site a]\n", ":3: [site a]: given twice"),
    "site-twice-by-blanks": (b"[site a]\n[site  a]\n", ":2: [site a]: given twice"),
    "sites-65": (
        b"".join(b"[site s%d]\n" % i for i in range(65)),
        ":65: [site s64]: too many sites; 64 at most",
    ),
    "site-two-prefixes": (
        b"[site a]\nprefix = 2001:db8:0:7::/64\n[site b]\nprefix = 2001:db8:0:7::/64\n",
        None,
        "[site a] and [site b] both have 2001:db8:0:7::/64",
    ),
    "site-two-originals": (
        b"[site a]\nprefix = original\n[site b]\nprefix = original\n",
        None,
        "[site a] and [site b] both have 2001:db8:0:1::/64",
    ),
    "site-and-the-original": (
        b"[site a]\nprefix = original\n[site b]\nprefix = 2001:db8:0:1::/64\n",
        None,
        "[site a] and [site b] both have 2001:db8:0:1::/64",
    ),
    "site-is-the-transit": (
        b"[relay]\ntransit = 2001:db8:0:7::/64\n[site a]\nprefix = 2001:db8:0:7::/64\n",
        None,
        "[site a]: 2001:db8:0:7::/64 is also the transit network",
    ),
    "reserved-is-the-transit": (
        b"[relay]\ntransit = 2001:db8:0:2::/64\n",
        None,
        "[site home]: 2001:db8:0:2::/64 is also the transit network",
    ),
    "original-is-the-transit": (
        b"[relay]\ntransit = 2001:db8:0:1::/64\n",
        None,
        "transit = 2001:db8:0:1::/64: that is the instance's own prefix",
    ),
    "two-routers-with-one-key": (
        f"[site a]\nrouter_public_key = {KEY}\n[site b]\nrouter_public_key = {KEY}\n"
        "prefix = original\n".encode(),
        None,
        "[site a] and [site b] have the same router_public_key",
    ),
    "tunnel-is-the-nic": (
        b"[relay]\nnic = enp1s0\nwg_interface = enp1s0\n",
        None,
        "wg_interface = enp1s0: that is the public interface",
    ),
}
SITE_NAMES = {
    "empty": "",
    "dots": "..",
    "path": "../x",
    "slash": "a/b",
    "percent": "%s",
    "dash": "-a",
    "capital": "A",
    "blank": "a b",
    "long": "a" * 16,
    "very-long": "a" * 150,
    "escape": "\x1b[2J",
    "quote": 'a"',
    "dollar": "a$x",
    "backslash": "a\\",
    "colon": "a:b",
    "underscore": "a_b",
    "non-ascii": "k\u00fcche",
}


def refused():
    """The id, the text, and how the error begins, words that follow behind it."""
    for key, (section, allowed, own) in KEYS.items():
        values = VALUES | {f"own-{i}": value.encode() for i, value in enumerate(own)}
        for name, value in values.items():
            text = b"[%s]\n%s = %s\n" % (section.encode(), key.encode(), value)
            yield f"{key}-{name}", text, (f"c.conf:2: [{section}] {key} = ", allowed)
    for name, site in SITE_NAMES.items():
        says = ("c.conf:1: [site ", "a site's name is 1 to 15 of a-z 0-9 and -")
        yield f"site-{name}", f"[site {site}]\n".encode(), says
    for name, (text, begins, *words) in FILES.items():
        yield f"file-{name}", text, (f"c.conf{begins}" if begins else "", *words)


# Files that say the same as none at all.
PLAIN = {
    "empty": b"",
    "blank-lines": b"\n\r\n \t\n",
    "byte-order-mark": b"\xef\xbb\xbf[relay]\nmtu = 1420\n",
    "carriage-returns": b"[relay]\r\nmtu = 1420\r\n\r\n[site home]\r\nprefix = reserved\r\n",
    "no-newline": b"[relay]\nmtu = 1420",
    "hostile-comments": b"# \x1b[2J \xff $(reboot)\n;%s%n\n[relay] ; \x1b[2J\n",
    "comment-behind": b"[relay]\nmtu = 1420 ; \x1b[2J\n",
    "leading-zeros": b"[relay]\nmtu = 01420\nlisten_port = 51820\n",
    "colon": b"[relay]\nmtu: 1420\n",
    "long-form": b"[relay]\ntransit = FD99:9999:9999:0:0:0:0:0/64\n",
    "blanks-around": b"[relay]\nmtu   =\t 1420  \t\n[site   home]\n",
}
# Bridges with any character that is allowed; each stands in the router's script as it is here.
BRIDGES = ["a b", "-x", "--help", ".", "..", "../../etc", "/dev/null", "A.b_c/d+e-f", "0" * 31]
