# SPDX-License-Identifier: MIT
"""What one does on an instance, whatever it runs on: a container of the lab, or a machine."""

from .waiting import until


class Instance:
    """Who derives from it has a name, the gateway, and run(argv, check=…, input=…), as Vps.run."""

    def _booted(self):
        done = self.run(["systemctl", "is-system-running", "--wait"], check=False)
        return done.stdout.strip() in ("running", "degraded")

    def wait_online(self, deadline=30):
        """Waits for the addresses and routes that Vultr gives."""
        until(self._online, deadline, f"{self.name}'s addresses and default routes")

    def _online(self):
        identity = self.gateway.identity
        address = self.run(["ip", "addr", "show", "dev", identity.nic, "-tentative"]).stdout
        routes = [self.run(["ip", v, "route", "show", "default"]).stdout for v in ("-4", "-6")]
        return all(routes) and f" {identity.v6}/" in address and " inet " in address

    def _on_files(self, argv, input=None):
        """Runs a program on the instance's files."""
        return self.run(argv, check=False, input=input)

    def read(self, path):
        done = self._on_files(["cat", path])
        if done.returncode:
            raise FileNotFoundError(done.stderr)
        return done.stdout

    def write(self, path, text, mode=0o644):
        script = 'mkdir -p "${1%/*}"; cat >"$1"; chmod "$2" "$1"'
        argv = ["sh", "-ec", script, "write", path, f"{mode:o}"]
        done = self._on_files(argv, input=text)
        if done.returncode:
            raise RuntimeError(done.stderr)

    def settings(self, text):
        """Writes sixrelay's settings file."""
        self.write("/etc/sixrelay.conf", text, 0o600)

    def exists(self, path):
        return self._on_files(["test", "-e", path]).returncode == 0

    def unit_state(self, name):
        """active, inactive, failed, activating …"""
        argv = ["systemctl", "show", "--property=ActiveState", "--value", name]
        return self.run(argv).stdout.strip()
