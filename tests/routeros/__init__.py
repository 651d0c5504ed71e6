# SPDX-License-Identifier: MIT
"""A model of a RouterOS 7 router that runs scripts: no I/O, nothing outside the process.

    router = factory()                     # as it leaves the factory (factory.py)
    report = paste(router, text)           # or import_(router, text) (delivery.py)
    router.rows("/ipv6/address", comment="sixrelay")

What is modelled was documented by MikroTik or measured by others on devices and on MikroTik's
VM image; each module says so where it matters. Where nobody measured what RouterOS does, the
model raises ModelError: a script has no business there.
"""

from .delivery import Report, import_, paste
from .errors import ModelError
from .factory import factory

__all__ = ["ModelError", "Report", "factory", "import_", "paste"]
