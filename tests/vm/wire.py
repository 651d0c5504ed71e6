# SPDX-License-Identifier: MIT
"""QEMU's two JSON conversations: with the emulator itself, and with the agent in the machine."""

import base64
import itertools
import json
import socket
import subprocess
import time

SYNC = itertools.count(1)


class Refused(Exception):
    """The other side answered with an error."""


class Gone(Exception):
    """There is no other side any more, or it says nothing."""


class Conversation:
    """Commands and answers, a line each, over a UNIX socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.rest = b""
        try:
            self.socket.connect(str(path))
        except OSError as error:
            self.close()
            raise Gone(str(error)) from error

    def send(self, command, arguments):
        text = {"execute": command, "arguments": arguments}
        try:
            self.socket.sendall(json.dumps(text).encode() + b"\n")
        except OSError as error:
            raise Gone(str(error)) from error

    def line(self, deadline):
        """The next line, decoded; deadline is a time of time.monotonic()."""
        while b"\n" not in self.rest:
            self._more(deadline)
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def _more(self, deadline):
        try:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.01))
            data = self.socket.recv(1 << 16)
        except OSError as error:
            raise Gone(str(error)) from error
        if not data:
            raise Gone("closed")
        self.rest += data

    def call(self, command, timeout=60, **arguments):
        """What a command returns."""
        self.send(command, {key.replace("_", "-"): arguments[key] for key in arguments})
        deadline = time.monotonic() + timeout
        while True:
            answer = self.line(deadline)
            if "error" in answer:
                raise Refused(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def close(self):
        self.socket.close()


class Monitor(Conversation):
    """The emulator (QMP)."""

    def __init__(self, path):
        super().__init__(path)
        self.line(time.monotonic() + 30)  # its greeting
        self.call("qmp_capabilities", timeout=30)


class Agent(Conversation):
    """The agent in the machine. It is there only while the machine runs."""

    def __init__(self, path, timeout=10):
        super().__init__(path)
        number = next(SYNC)
        # Whatever was said before on this line, by whom or to whom ever, is over.
        self.socket.sendall(b"\xff")
        self.send("guest-sync-delimited", {"id": number})
        deadline = time.monotonic() + timeout
        try:
            while self._answer(deadline) != number:
                pass
        except Gone:
            self.close()
            raise

    def _answer(self, deadline):
        while b"\xff" not in self.rest:
            self.rest = b""
            self._more(deadline)
        self.rest = self.rest.split(b"\xff", 1)[1]
        return self.line(deadline).get("return")

    def run(self, argv, timeout, environment, input=None):
        """Runs a program to its end; returns CompletedProcess with text output."""
        options = {"input_data": encoded(input)} if input is not None else {}
        argv = [str(word) for word in argv]
        pid = self.call(
            "guest-exec",
            path=argv[0],
            arg=argv[1:],
            env=[f"{key}={value}" for key, value in environment.items()],
            capture_output=True,
            **options,
        )["pid"]
        deadline = time.monotonic() + timeout
        pause = 0.05
        while True:
            status = self.call("guest-exec-status", pid=pid)
            if status["exited"]:
                break
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(argv, timeout)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)
        code = status["exitcode"] if "exitcode" in status else -status["signal"]
        return subprocess.CompletedProcess(
            argv, code, decoded(status.get("out-data")), decoded(status.get("err-data"))
        )


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def decoded(data):
    return base64.b64decode(data or "").decode(errors="replace")
