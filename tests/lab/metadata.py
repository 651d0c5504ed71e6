# SPDX-License-Identifier: MIT
"""Vultr's metadata service, as a test sees and changes it."""

import ipaddress
import json
import pathlib
import sys

from .gateway import METADATA4, Identity
from .waiting import until

SERVER = pathlib.Path(__file__).with_name("metadata_server.py")
NO_BGP = dict.fromkeys(("my-address", "my-asn", "peer-address", "peer-asn"), "")


def document(reserved=(), identity=Identity(), public_keys=()):
    """What Vultr answered in 2026 for a VPS with these prefixes."""
    network, prefix = identity.original.split("/")
    v4 = identity.v4
    # Vultr writes the host part with its leading zeros.
    host = ipaddress.ip_address(identity.v6).exploded.split(":", 4)[4]
    return {
        "bgp": {"ipv4": NO_BGP, "ipv6": NO_BGP},
        "hostname": "relay-0",
        "instance-v2-id": identity.number,
        "instanceid": "123456789",
        "interfaces": [
            {
                "ipv4": {
                    "additional": [],
                    "address": v4,
                    "gateway": v4.rpartition(".")[0] + ".1",
                    "netmask": "255.255.255.0",
                    "routes": [{"netmask": 32, "network": METADATA4}],
                },
                "ipv6": {
                    "additional": [
                        dict(zip(("network", "prefix"), each.split("/"))) for each in reserved
                    ],
                    "address": network.removesuffix("::") + ":" + host,
                    "network": network,
                    "prefix": prefix,
                },
                "mac": identity.mac,
                "network-type": "public",
            }
        ],
        "nvidia-driver": [],
        "public-keys": list(public_keys),
        "region": {"countrycode": "NL", "regioncode": "AMS"},
        "tags": [],
    }


class Metadata:
    """The service in the gateway's namespace; its files are in one directory."""

    def __init__(self, gateway, directory):
        self.gateway = gateway
        self.directory = directory
        self.child = None
        directory.mkdir()
        self.set(document())
        self.set_for_cloud_init()
        self.clear()
        self.serve()

    def set(self, answer):
        """Serves a document (a dict), or any text, from now on."""
        if not isinstance(answer, str):
            answer = json.dumps(answer, indent=2)
        self._replace("document.json", answer)

    def set_for_cloud_init(self, user_data="", vendor_data=""):
        """What is added to the document for cloud-init, and for nobody else."""
        added = {"user-data": user_data, "vendor-data": vendor_data, "startup-script": ""}
        self._replace("cloud-init.json", json.dumps(added))

    def fault(self, times=None, **what):
        """Spoils the next `times` requests, or all (None) from now on.

        status=503   this status, with an empty body
        delay=2.5    the answer comes after so many seconds
        close=True   the connection is closed without an answer
        Faults queue up: fault(2, status=503) and then fault(1, close=True).
        """
        faults = json.loads((self.directory / "faults.json").read_text())
        faults += [what] * times if times else [{**what, "stays": True}]
        self._replace("faults.json", json.dumps(faults))

    def clear(self):
        """Takes all faults back."""
        self._replace("faults.json", "[]")

    def refuse(self):
        """Stops listening: connections are refused until serve()."""
        self.gateway.namespace.stop(self.child)
        self.child = None

    def serve(self):
        self.child = self.gateway.namespace.start(
            [sys.executable, SERVER, METADATA4, self.directory], log=self.directory / "log"
        )
        listens = ["ss", "-Hltn", "sport", "=", ":80"]
        until(lambda: self.gateway.run(listens).stdout, 10, "the metadata service")

    def requests(self):
        """The requests so far: dicts of time, method, path, headers and status."""
        log = self.directory / "requests.jsonl"
        text = log.read_text() if log.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def asked(self):
        """How often anybody but cloud-init has asked."""
        return sum("Metadata-Token" not in request["headers"] for request in self.requests())

    def _replace(self, name, text):
        new = self.directory / (name + ".new")
        new.write_text(text)
        new.rename(self.directory / name)
