# SPDX-License-Identifier: MIT
"""Secrets, and where any form of them, or a part, is found."""

import base64
import binascii

# What is looked for is a part of this length: nobody guesses the rest of a key from less.
PART = 16


class Secret:
    """A key (32 bytes), or a text that is as secret."""

    def __init__(self, name, text):
        self.name = name
        forms = {"text": text.encode()}
        try:
            raw = base64.b64decode(text, validate=True)
        except binascii.Error:
            raw = b""
        if len(raw) == 32:
            forms = {"base64": text.encode(), "bytes": raw, "hex": raw.hex().encode()}
            forms["HEX"] = forms["hex"].upper()
        self.parts = [
            (form, at, data[at : at + PART])
            for form, data in forms.items()
            for at in (*range(0, len(data) - PART, PART), len(data) - PART)
        ]

    def found(self, data):
        """How it stands in the data: "server.key: base64 from byte 16 on", …"""
        there = [(form, at) for form, at, part in self.parts if part in data]
        return [f"{self.name}: {form} from byte {at} on" for form, at in there]


def found(secrets, data):
    if isinstance(data, str):
        data = data.encode()
    return [each for secret in secrets for each in secret.found(data)]
