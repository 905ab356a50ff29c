"""Ports for the servers that tests start."""

import socket


def free_port() -> int:
    """One of the system's choice: suites that run side by side count up to different ones."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
