# SPDX-License-Identifier: MIT
"""A console of the VPS that this side reads: slowly, or not at all."""

import contextlib
import fcntl
import os
import struct
import threading
import time

# ioctl_tty(2)
TIOCGPTN, TIOCSPTLCK = 0x80045430, 0x40045431


class Terminal:
    """A pseudo-terminal on the VPS, whose other end is here."""

    def __init__(self, vps):
        self.host = os.open(f"/proc/{vps.pid}/root/dev/pts/ptmx", os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(self.host, TIOCSPTLCK, struct.pack("i", 0))
        number = struct.unpack("i", fcntl.ioctl(self.host, TIOCGPTN, b"0000"))[0]
        self.name = f"/dev/pts/{number}"
        self.vps, self.text = vps, b""

    def fill(self):
        """Leaves no room in it, as a line of which nobody reads."""
        script = "exec dd if=/dev/zero bs=1 count=1000000 oflag=nonblock status=none"
        self.vps.run(["sh", "-c", f"{script} of={self.name}"], check=False)

    def read_slowly(self):
        """Reads in the background, about as fast as a serial line of 9600 baud."""

        def read():
            with contextlib.suppress(OSError):
                while chunk := os.read(self.host, 96):
                    self.text += chunk
                    time.sleep(0.01)

        threading.Thread(target=read, daemon=True).start()
