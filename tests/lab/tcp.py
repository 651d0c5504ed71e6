# SPDX-License-Identifier: MIT
"""Real TCP connections between namespaces."""

from .waiting import until

# Tells each peer the address that it came from.
LISTENER = """
import socket, sys
server = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6)
while True:
    connection, peer = server.accept()
    connection.sendall(peer[0].encode())
    connection.close()
"""
CONNECT = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])) as connection:
    print(connection.recv(100).decode())
"""


def listen(space, port):
    """Listens on a port until the namespace is deleted."""
    space.start(["python3", "-c", LISTENER, str(port)])
    argv = ["ss", "-H", "-l", "-t", "-n", f"sport = :{port}"]
    until(lambda: space.run(argv).stdout, 10, f"a listener on port {port}")


def connect(space, address, port, timeout=3):
    """Connects to a listener; the address that it saw us come from, or None."""
    argv = ["python3", "-c", CONNECT, address, str(port), str(timeout)]
    done = space.run(argv, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
