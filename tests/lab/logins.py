# SPDX-License-Identifier: MIT
"""Who gets in: real logins at the VPS's sshd, by key and by password."""

import itertools
from concurrent.futures import ThreadPoolExecutor

from .waiting import until

ASKPASS = "/usr/local/bin/lab-askpass"
KEYS = ["-i", "/root/lab_ed25519", "-i", "/root/made"]  # the image's (container.sh), a test's
USERS = ("root", "me")
KINDS = ("key", "password")  # and "both", one after the other
# What a snapshot holds, and so what a test may change.
CHANGED = "etc/ssh etc/passwd etc/shadow etc/group etc/gshadow root home etc/systemd/system"
SNAPSHOT = "/var/tmp/lab-logins.tar"
SSH = ["ssh", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "ConnectTimeout=10"]
SSH += ["-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null"]
BY = {
    "key": ["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"],
    "password": ["-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"],
    "both": ["-o", "IdentitiesOnly=yes", "-o", "NumberOfPasswordPrompts=1"],
}
# What ssh says when no sshd has spoken to it, and the states of one that will.
NOT_THERE = ("Connection refused", "kex_exchange_identification")
UP = ("active", "activating", "reloading")


class Logins:
    """The VPS is booted. Root and the administrator "me" have passwords, and nobody has a key."""

    def __init__(self, vps):
        self.vps = vps
        self.sources = itertools.count(256)
        self.sh("rm -f /root/.ssh/authorized_keys; useradd -m -s /bin/bash -G sudo me")
        self.sh("printf 'root:secret\\nme:secret\\n' | chpasswd")
        vps.write(ASKPASS, "#!/bin/sh\necho secret\n", 0o755)
        # A password that is refused is said so at once.
        self.sh("sed -i 's/pam_unix.so nullok/& nodelay/' /etc/pam.d/common-auth")
        self.sh(f"tar -C / -cpf {SNAPSHOT} {CHANGED}")

    def sh(self, script, check=True):
        return self.vps.run(["sh", "-ec", script], check=check)

    def restore(self):
        """All files as they were at first."""
        unit = "/etc/systemd/system/ssh.service.d"
        self.sh(f"[ ! -e {unit} ] || {{ rm -r {unit}; systemctl daemon-reload; }}")
        self.sh(f"rm -rf /etc/ssh /root/.ssh /root/made* /home /srv/keys; tar -C / -xpf {SNAPSHOT}")

    def read_again(self):
        """Has sshd take up its files, whatever they say, as a boot would."""
        self.sh("systemctl reset-failed ssh; systemctl restart ssh || true")

    def gets_in(self, user, kind):
        """Whether a shell awaits. An sshd that reads its files again lets nobody in meanwhile."""

        def answered():
            done = self._log_in(user, kind)
            busy = any(text in done.stderr for text in NOT_THERE)
            return None if busy and self.vps.unit_state("ssh.service") in UP else done

        return "in-42" in until(answered, 30, "sshd to listen").stdout

    def _log_in(self, user, kind):
        """sshd holds a refusal against the address that it came from."""
        number = next(self.sources)
        argv = [*SSH, *BY[kind], *KEYS, "-b", f"127.0.{number // 256}.{number % 256}"]
        return self.vps.run(
            [*argv, f"{user}@127.0.0.1", "echo in-$((6 * 7))"],
            check=False,
            env={"SSH_ASKPASS": ASKPASS, "SSH_ASKPASS_REQUIRE": "force"},
        )

    def ways(self, kinds=KINDS):
        """The ways in, as pairs of a user and a kind of login."""
        pairs = [(user, kind) for user in USERS for kind in kinds]
        with ThreadPoolExecutor(len(pairs)) as pool:
            opens = pool.map(lambda pair: self.gets_in(*pair), pairs)
            return {pair for pair, opened in zip(pairs, opens) if opened}
