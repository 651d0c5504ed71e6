# SPDX-License-Identifier: MIT
"""WireGuard keys: X25519 (RFC 7748), plain and slow, for tests only."""

import base64
import binascii
import os

P = 2**255 - 19
A24 = 121665


def generate():
    """A new private key, as `wg genkey` would spell it."""
    key = bytearray(os.urandom(32))
    key[0] &= 248
    key[31] = key[31] & 127 | 64
    return base64.b64encode(key).decode()


def decode(text):
    """The 32 bytes of a key's base64 text; None when it is no key."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == 32 else None


def public(private):
    """The public key that belongs to a private key, both in base64."""
    key = bytearray(decode(private))
    key[0] &= 248
    key[31] = key[31] & 127 | 64
    return base64.b64encode(_multiply(int.from_bytes(key, "little"), 9)).decode()


def _multiply(scalar, u):
    """The Montgomery ladder of RFC 7748, section 5."""
    x2, z2, x3, z3, swapped = 1, 0, u, 1, 0
    for bit in reversed(range(255)):
        now = scalar >> bit & 1
        if swapped ^ now:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = now
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + A24 * e) % P
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")
