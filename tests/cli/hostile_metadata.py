# SPDX-License-Identifier: MIT
"""Documents of the metadata service that are refused, or taken for what they are: tables."""

import gzip
import json

from .hostile_documents import (
    CLOUD,
    DOCUMENT,
    NEARLY,
    NOT_STRINGS,
    PLAIN,
    STRINGS,
    changed_document,
    text_with,
)

TEXT = PLAIN.read_bytes()
MAC = "interfaces.0.mac"
IPV4 = "interfaces.0.ipv4.address"
ORIGINAL = "interfaces.0.ipv6.network"
ORIGINAL_LENGTH = "interfaces.0.ipv6.prefix"
RESERVED = "interfaces.0.ipv6.additional.0.network"
RESERVED_LENGTH = "interfaces.0.ipv6.additional.0.prefix"
LENGTH_ALLOWED = "a prefix length from 1 to 128 is expected"

# Path in the document, a good value, how an error calls the field, and what it says of bad strings.
FIELDS = {
    "mac": (MAC, "56:00:05:00:53:01", "interfaces[0].mac", "Ethernet address"),
    "ipv4": (IPV4, "203.0.113.42", "interfaces[0].ipv4.address", "not an IPv4 address"),
    "original": (ORIGINAL, "2001:db8:0:1::", "interfaces[0].ipv6.network", "not an IPv6 address"),
    "reserved": (
        RESERVED,
        "2001:db8:0:2::",
        "interfaces[0].ipv6.additional[0].network",
        "not an IPv6 address",
    ),
}
LENGTHS = {
    "original": (ORIGINAL_LENGTH, "interfaces[0].ipv6.prefix"),
    "reserved": (RESERVED_LENGTH, "interfaces[0].ipv6.additional[0].prefix"),
}
CLOUD_FIELDS = {
    "cloud-mac": (
        "cloud_interfaces.config.1.mac_address",
        "56:00:03:1b:4e:ca",
        "cloud_interfaces.config[1].mac_address",
        "Ethernet address",
    ),
    "cloud-address": (
        "cloud_interfaces.config.1.subnets.2.address",
        "2002:19f0:5:28a7::/64",
        "cloud_interfaces.config[1].subnets[2].address",
        "not an IPv6",
    ),
}

# What is refused in any of the two fields for a network, and why.
NETWORKS = {
    "unspecified": ("::", "not a global unicast"),
    "loopback": ("::1", "not a global unicast"),
    "multicast": ("ff02::", "not a global unicast"),
    "multicast-global": ("ff0e:1::", "not a global unicast"),
    "link-local": ("fe80::", "not a global unicast"),
    "site-local": ("fec0:0:0:1::", "not a global unicast"),
    "unique-local": ("fd12:3456:789a:1::", "not a global unicast"),
    "unique-local-fc": ("fc00:0:0:1::", "not a global unicast"),
    "mapped": ("::ffff:203.0.113.1", "not a global unicast"),
    "compatible": ("::203.0.113.1", "not a global unicast"),
    "translated": ("64:ff9b::", "not a global unicast"),
    "discard": ("100::", "not a global unicast"),
    "beyond-global": ("4000::", "not a global unicast"),
    "zone": ("fe80::1%eth0", "not an IPv6 address"),
    "zone-number": ("2001:db8:0:2::%1", "not an IPv6 address"),
    "with-length": ("2001:db8:0:2::/64", "not an IPv6 address"),
    "ipv4-text": ("203.0.113.0", "not an IPv6 address"),
    "too-few-groups": ("2001:db8:0:2", "not an IPv6 address"),
    "too-many-groups": ("2001:db8:0:2:0:0:0:0:0", "not an IPv6 address"),
    "too-many-digits": ("02001:db8:0:2::", "not an IPv6 address"),
    "two-gaps": ("2001::db8::", "not an IPv6 address"),
    "three-colons": ("2001:db8:0:2:::", "not an IPv6 address"),
    "no-digit": ("2001:db8:0:g::", "not an IPv6 address"),
    "hexadecimal-prefix": ("0x2001:db8::", "not an IPv6 address"),
    "brackets": ("[2001:db8:0:2::]", "not an IPv6 address"),
    "other-digits": ("\u0662\u0660\u0660\u0661:db8::", "not an IPv6 address"),
    "full-width": ("\uff12\uff10\uff10\uff11:db8::", "not an IPv6 address"),
}
# Literals in a length's place.
BAD_LENGTHS = {
    "zero": "0",
    "zero-string": '"0"',
    "minus-one": "-1",
    "minus-string": '"-1"',
    "plus-string": '"+64"',
    "above": "129",
    "above-string": '"129"',
    "wraps-in-eight-bits": "320",
    "wraps-in-32-bits": "4294967360",
    "fraction": "64.5",
    "infinite": "1e999",
    "minus-infinite": "-1e999",
    "tiny": "1e-999",
    "abc": '"64abc"',
    "slash": '"/64"',
    "blank-before": '" 64"',
    "blank-behind": '"64 "',
    "hexadecimal": '"0x40"',
    "nul-behind": '"64\\u0000"',
    "newline-behind": '"64\\n"',
    "full-width": '"\\uff16\\uff14"',
    "percent": '"%d"',
    "escape": '"\\u001b[2J"',
    "empty": '""',
    "many-digits": '"' + "0" * 400 + '64"',
    "null": "null",
    "true": "true",
    "list": "[64]",
    "object": '{"prefix": 64}',
}
BAD_MACS = {
    "dashes": "56-00-05-00-53-01",
    "no-colons": "560005005301",
    "five": "56:00:05:00:53",
    "seven": "56:00:05:00:53:01:02",
    "eight": "56:00:05:ff:fe:00:53:01",
    "no-digit": "56:00:05:00:53:0g",
    "three-digits": "56:00:05:00:53:001",
    "hexadecimal-prefix": "0x56:00:05:00:53:01",
    "sign": "+5:00:05:00:53:01",
    "empty-group": "56::05:00:53:01",
    "empty": "",
    "all-zero": "00:00:00:00:00:00",
    "broadcast": "ff:ff:ff:ff:ff:ff",
    "multicast": "01:00:5e:00:00:01",
    "multicast-ipv6": "33:33:00:00:00:01",
}
BAD_IPV4 = {
    "octal": "0203.0.113.42",
    "three-parts": "203.0.113",
    "five-parts": "203.0.113.42.1",
    "above": "203.0.113.256",
    "one-number": "3405803818",
    "hexadecimal": "0xcb00712a",
    "with-length": "203.0.113.42/24",
    "with-port": "203.0.113.42:80",
    "ipv6-text": "2001:db8::1",
    "this-network": "0.0.0.0",
    "loopback": "127.0.0.1",
    "multicast": "224.0.0.1",
    "broadcast": "255.255.255.255",
}
# The type of what stands at a path.
BAD_TYPES = {
    "interfaces-object": ("interfaces", {"0": {}}, "document.interfaces: an array is expected"),
    "interfaces-string": ("interfaces", "x\x1b[2J", "document.interfaces: an array is expected"),
    "interfaces-empty": ("interfaces", [], "interfaces: absent or empty"),
    "interfaces-absent": ("interfaces", ..., "interfaces: absent or empty"),
    "interface-list": ("interfaces.0", [], "interfaces[0]: an object is expected"),
    "interface-null": ("interfaces.0", None, "interfaces[0]: an object is expected"),
    "ipv4-list": ("interfaces.0.ipv4", [], "interfaces[0].ipv4: an object is expected"),
    "ipv6-list": ("interfaces.0.ipv6", [], "interfaces[0].ipv6: an object is expected"),
    "ipv6-string": ("interfaces.0.ipv6", "::", "interfaces[0].ipv6: an object is expected"),
    "additional-object": (
        "interfaces.0.ipv6.additional",
        {"0": {}},
        "interfaces[0].ipv6.additional: an array is expected",
    ),
    "additional-string": (
        "interfaces.0.ipv6.additional",
        "2001:db8:0:2::/64",
        "interfaces[0].ipv6.additional: an array is expected",
    ),
    "additional-of-strings": (
        "interfaces.0.ipv6.additional",
        ["2001:db8:0:2::/64"],
        "interfaces[0].ipv6.additional[0]: an object is expected",
    ),
    "second-additional": (
        "interfaces.0.ipv6.additional",
        [*DOCUMENT["interfaces"][0]["ipv6"]["additional"], {"network": "fd00::", "prefix": "64"}],
        "interfaces[0].ipv6.additional[1].network: fd00:: is not a global unicast",
    ),
    "wider-than-all-global-unicast": (
        "interfaces.0.ipv6.additional",
        [{"network": "2001:db8:0:2::", "prefix": 2}],
        "interfaces[0].ipv6.additional[0].network: ::/2 is not within 2000::/3",
    ),
    "sixty-five-prefixes": (
        "interfaces.0.ipv6.additional",
        [{"network": f"2001:db8:1:{i:x}::", "prefix": 64} for i in range(65)],
        "interfaces[0].ipv6.additional[64]: more than 64 prefixes",
    ),
    "sixty-five-of-the-wrong-length": (
        "interfaces.0.ipv6.additional",
        [{"network": f"2001:db8:1:{i:x}::", "prefix": 65} for i in range(65)],
        "interfaces[0].ipv6.additional[64]: more than 64 prefixes",
    ),
    "network-type-capital": (
        "interfaces.0.network-type",
        "Public",
        "interfaces: none has network-type 'public'",
    ),
    "network-type-nul": (
        "interfaces.0.network-type",
        "public\0x",
        "interfaces: none has network-type 'public'",
    ),
}
BAD_TYPES |= {
    f"network-type-{name}": (
        "interfaces.0.network-type",
        value,
        "interfaces[0].network-type: a string is expected",
    )
    for name, value in NOT_STRINGS.items()
}

MANY = 100_000
DEEP = 90_000
INVALID = "not valid JSON near byte"
# Documents as they lie on the wire, and what is said of them.
RAW = {
    "empty": (b"", INVALID),
    "blanks": (b" \r\n\t ", INVALID),
    "null": (b"null", "not a JSON object"),
    "a-list": (b"[]", "not a JSON object"),
    "string": (b'"\x1b[2J"', "not a JSON object"),
    "number": (b"7", "not a JSON object"),
    "html": (b"<html>\x1b[2J</html>", INVALID),
    "binary": (bytes(range(256)) * 16, ("", "byte")),
    "gzip": (gzip.compress(TEXT, mtime=0), ("", "byte")),
    "utf-16": (TEXT.decode().encode("utf-16"), ("", "byte")),
    "utf-16-be": (TEXT.decode().encode("utf-16-be"), ("", "byte")),
    "utf-32": (TEXT.decode().encode("utf-32"), ("", "byte")),
    "cut-short": (TEXT.rstrip()[:-1], INVALID),
    "cut-in-half": (TEXT[: len(TEXT) // 2], INVALID),
    "more-behind": (TEXT + b"x", INVALID),
    "two-documents": (TEXT + TEXT, INVALID),
    "nul-before": (b"\0" + TEXT, ("", "byte")),
    "nul-behind": (TEXT + b"\0", ("", "byte")),
    "nul-inside": (TEXT.replace(b"53:01", b"53:01\0x"), ("", "byte")),
    "control-inside": (TEXT.replace(b"53:01", b"53:01\x1b[2J"), "interfaces[0].mac: "),
    "invalid-utf-8": (TEXT.replace(b"53:01", b"53:01\xff\xfe\xc0\x80"), "interfaces[0].mac: "),
    "nul-in-a-key": (TEXT.replace(b'"mac"', b'"mac\\u0000x"'), "interfaces[0].mac: "),
    "escaped-nul": (TEXT.replace(b"53:01", b"53:01\\u0000x"), "interfaces[0].mac: "),
    "lone-surrogate": (TEXT.replace(b"53:01", b"53:01\\ud800"), INVALID),
    "unknown-escape": (TEXT.replace(b"53:01", b"53:01\\x"), INVALID),
    "open-string": (b'{"interfaces', INVALID),
    "single-quotes": (TEXT.replace(b'"', b"'"), INVALID),
    "a-comment": (b"/* x */" + TEXT, INVALID),
    "a-comma-too-many": (TEXT.rstrip()[:-1] + b",}", INVALID),
    "nan": (text_with(ORIGINAL_LENGTH, "NaN").encode(), INVALID),
    "infinity": (text_with(ORIGINAL_LENGTH, "Infinity").encode(), INVALID),
    "400-digits": (text_with(ORIGINAL_LENGTH, "6" * 400).encode(), ""),
    "deep-lists": (b"[" * DEEP, INVALID),
    "deep-lists-and-too-many": (b"[" * MANY, "more than 100000 values"),
    "deep-objects": (b'{"a":' * DEEP, INVALID),
    "deep-and-closed": (b'{"x":' + b"[" * DEEP + b"]" * DEEP + b"," + TEXT[1:], INVALID),
    "many-interfaces": (
        json.dumps({"interfaces": [{"network-type": "private"}] * MANY}).encode(),
        "more than 100000 values",
    ),
    "many-prefixes": (
        json.dumps(
            changed_document(
                "interfaces.0.ipv6.additional", [{"network": "2001:db8:0:2::", "prefix": 64}] * MANY
            )
        ).encode(),
        "more than 100000 values",
    ),
    "many-numbers": (b'{"x": [' + b"0," * 2_000_000 + b"0]," + TEXT[1:], "more than 100000"),
    "many-lists": (b'{"x": [' + b"[]," * 2_000_000 + b"0]," + TEXT[1:], "more than 100000"),
    "many-keys": (
        b"{" + b"".join(b'"%d":0,' % i for i in range(MANY)) + TEXT[1:],
        "more than 100000",
    ),
    "key-twice": (TEXT.rstrip()[:-1] + b', "interfaces": []}', "interfaces: given twice"),
    "key-twice-below": (
        TEXT.replace(b'"network":', b'"network": "192.0.2.0", "network":', 1),
        "interfaces[0].ipv4.routes[0].network: given twice",
    ),
    "key-twice-the-same": (b'{"x": [{"y": 1, "z": 2, "y": 1}],' + TEXT[1:], "x[0].y: given twice"),
    "key-twice-escaped": (b'{"interface\\u0073": [],' + TEXT[1:], "interfaces: given twice"),
    "key-twice-null": (b'{"interfaces": null,' + TEXT[1:], "interfaces: given twice"),
    "key-twice-control": (b'{"\\u001b[2J": 1, "\\u001b[2J": 2,' + TEXT[1:], "?[2J: given twice"),
    "nine-mib": (b" " * (9 << 20) + TEXT, ("", "larger than 8388608 bytes")),
}


def refused():
    """The id, the text, and how the error begins behind "metadata: "."""
    for name, (path, good, field, reason) in FIELDS.items():
        values = STRINGS | {key: form.format(good) for key, form in NEARLY.items()}
        for key, value in values.items():
            yield f"{name}-{key}", changed_document(path, value), (f"{field}: ", reason)
        for key, value in NOT_STRINGS.items():
            expected = f"{field}: a string is expected"
            yield f"{name}-no-string-{key}", changed_document(path, value), expected
    for name, (path, good, field, reason) in CLOUD_FIELDS.items():
        values = STRINGS | {key: form.format(good) for key, form in NEARLY.items()}
        for key, value in values.items():
            yield f"{name}-{key}", changed_document(path, value, CLOUD), (f"{field}: ", reason)
    for name in ("original", "reserved"):
        path, _, field, _ = FIELDS[name]
        for key, (value, reason) in NETWORKS.items():
            yield f"{name}-{key}", changed_document(path, value), (f"{field}: ", reason)
    for name, (path, field) in LENGTHS.items():
        for key, literal in BAD_LENGTHS.items():
            yield f"{name}-length-{key}", text_with(path, literal), f"{field}: {LENGTH_ALLOWED}"
    for key, value in BAD_MACS.items():
        yield f"mac-{key}", changed_document(MAC, value), ("interfaces[0].mac: ", "address")
    for key, value in BAD_IPV4.items():
        yield f"ipv4-{key}", changed_document(IPV4, value), ("interfaces[0].ipv4.address: ", "is ")
    for key, (path, value, says) in BAD_TYPES.items():
        yield key, changed_document(path, value), says
    for key, (text, says) in RAW.items():
        yield f"raw-{key}", text, says


def reordered(document):
    """The same with every object's members the other way round."""
    if isinstance(document, dict):
        return {key: reordered(document[key]) for key in reversed(document)}
    return [reordered(item) for item in document] if isinstance(document, list) else document


def with_members(**members):
    return {**members, **DOCUMENT}


# Documents that say the same as the plain one.
ACCEPTED = {
    "byte-order-mark": b"\xef\xbb\xbf" + TEXT,
    "blanks-around": b"\r\n\t " + TEXT + b"\r\n\t ",
    "one-line": json.dumps(DOCUMENT),
    "other-order": reordered(DOCUMENT),
    "number-for-length": changed_document(RESERVED_LENGTH, 64),
    "numbers-for-lengths": changed_document(ORIGINAL_LENGTH, 64),
    "fraction-of-nothing": text_with(RESERVED_LENGTH, "64.0"),
    "exponent": text_with(RESERVED_LENGTH, "6.4e1"),
    "zero-before": changed_document(RESERVED_LENGTH, "064"),
    "capitals": changed_document(RESERVED, "2001:DB8:0:2::"),
    "all-digits": changed_document(RESERVED, "2001:0db8:0000:0002:0000:0000:0000:0000"),
    "host-bits": changed_document(RESERVED, "2001:db8:0:2:ffff::1"),
    "dotted-end": changed_document(RESERVED, "2001:db8:0:2::0.0.0.0"),
    "escaped-letters": TEXT.replace(b"2001:db8:0:2", b"\\u0032001:db8:0:2"),
    "mac-in-capitals": changed_document(MAC, "56:00:05:00:53:01".upper()),
    "mac-in-short": changed_document(MAC, "56:0:5:0:53:1"),
    "the-same-twice": changed_document(
        "interfaces.0.ipv6.additional", DOCUMENT["interfaces"][0]["ipv6"]["additional"] * 64
    ),
    "hostile-other-interface": changed_document(
        "interfaces",
        [{"network-type": "private", "mac": 7, "ipv6": "\x1b"}, *DOCUMENT["interfaces"]],
    ),
    "two-public-interfaces": changed_document(
        "interfaces", [*DOCUMENT["interfaces"], {"network-type": "public", "mac": "x"}]
    ),
    "unknown-keys": with_members(**{key: key for key in STRINGS}),
    "hostile-values-of-no-use": with_members(hostname=STRINGS, tags=list(STRINGS.values())),
    "user-data-of-each": with_members(**{"user-data": "".join(STRINGS.values())}),
    "user-data-of-four-mib": with_members(**{"user-data": "a[{,\\\"" * (4 << 17)}),
    "user-data-binary": with_members(**{"user-data": bytes(range(256)).decode("latin-1") * 999}),
    "deep-but-not-too-deep": with_members(x=json.loads("[" * 500 + "]" * 500)),
    "many-keys-but-not-too-many": with_members(**{str(i): 0 for i in range(90_000)}),
    "key-in-capitals": b'{"INTERFACES": [],' + TEXT[1:],
    "many-but-not-too-many": with_members(x=[0] * 90_000),
}

# What is attached, but no /64 of its own; and what a relay that is there has to do with it.
UNUSABLE = {
    f"length-{length}": [{"network": "2001:db8:0:2::", "prefix": length}]
    for length in (3, 32, 48, 63, 65, 127, 128)
} | {
    "the-original-one": [{"network": "2001:db8:0:1::", "prefix": 64}],
    "the-original-one-with-host-bits": [{"network": "2001:db8:0:1::7", "prefix": "64"}],
}

# Global unicast is 2000::/3 (RFC 4291): what was set aside in it for examples, for 6to4 and for
# Teredo is not looked out for, and a documentation prefix is what all examples have.
GLOBAL = {
    "documentation": "2001:db8:0:3::",
    "documentation-rfc9637": "3fff:1:2:3::",
    "6to4": "2002:cb00:712a:1::",
    "teredo": "2001:0:1:2::",
    "lowest": "2000::",
    "highest": "3fff:ffff:ffff:ffff::",
}
