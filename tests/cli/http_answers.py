# SPDX-License-Identifier: MIT
"""A server that gives what a table says, one answer a connection."""

import itertools
import socket
import threading


class Server:
    """Each connection gets the next answer, the last one again and again. An answer is bytes, or a
    function of the connection."""

    def __init__(self, answers, address=("127.0.0.1", 0)):
        self.answers = answers
        self.requests = []
        self.stopping = threading.Event()
        self.listener = socket.create_server(address)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.threads = [threading.Thread(target=self._serve, daemon=True)]
        self.threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join()

    def _serve(self):
        for number in itertools.count():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            answer = self.answers[min(number, len(self.answers) - 1)]
            thread = threading.Thread(target=self._give, args=(connection, answer), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _give(self, connection, answer):
        with connection:
            try:
                self.requests.append(connection.recv(65536))
                if callable(answer):
                    answer(connection, self.stopping)
                else:
                    connection.sendall(answer)
            except OSError:
                pass  # it has heard enough


def hold(connection, stopping):
    """Says nothing, for as long as somebody listens."""
    connection.settimeout(0.2)
    while not stopping.is_set():
        try:
            if not connection.recv(4096):
                return
        except TimeoutError:
            pass


def drip(start, endless, pause):
    """The start at once; then the endless part piece by piece, with a pause before each."""

    def give(connection, stopping):
        connection.sendall(start)
        for piece in itertools.cycle(endless):
            if stopping.wait(pause):
                return
            connection.sendall(piece)

    return give


def flood(start, endless):
    """As fast as it is taken."""
    return drip(start, [endless], 0)
