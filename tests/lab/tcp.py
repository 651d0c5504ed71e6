# SPDX-License-Identifier: MIT
"""Real TCP connections between namespaces."""

from .waiting import until

# Tells each peer the address that it came from, and the size of the segments that it takes.
LISTENER = """
import socket, sys
server = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6)
while True:
    connection, peer = server.accept()
    size = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
    connection.sendall(f"{peer[0]} {size}".encode())
    connection.close()
"""
CONNECT = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])) as connection:
    size = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
    print(connection.recv(100).decode(), size)
"""
TIMESTAMPS = 12  # octets of each segment that are no data


def listen(space, port):
    """Listens on a port until the namespace is deleted."""
    space.start(["python3", "-c", LISTENER, str(port)])
    argv = ["ss", "-H", "-l", "-t", "-n", f"sport = :{port}"]
    until(lambda: space.run(argv).stdout, 10, f"a listener on port {port}")


def connect(space, address, port, timeout=3):
    """Connects to a listener; the address that it saw us come from, or None."""
    said = _said(space, address, port, timeout)
    return said[0] if said else None


def error(space, address, port, timeout=30):
    """The error, by Python's name for it, that a connection ends with; "" where there is one."""
    lines = _connect(space, address, port, timeout).stderr.splitlines()
    return lines[-1].partition(":")[0] if lines else ""


def segments(space, address, port, timeout=3):
    """Connects to a listener; the MSS of what it may send us, and of what we may send it."""
    _, theirs, ours = _said(space, address, port, timeout)
    return int(theirs) + TIMESTAMPS, int(ours) + TIMESTAMPS


def _said(space, address, port, timeout):
    """What a listener and our own end say of a connection; None without one."""
    done = _connect(space, address, port, timeout)
    return done.stdout.split() if done.returncode == 0 else None


def _connect(space, address, port, timeout):
    argv = ["python3", "-c", CONNECT, address, str(port), str(timeout)]
    return space.run(argv, check=False)
