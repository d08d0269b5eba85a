"""
The real functions of time, threads and sockets, saved before anything can replace them.

The package itself, and any other plugin or test, may patch the public names for a test.
"""

from __future__ import annotations

import _socket
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socket import socket

monotonic = time.monotonic
monotonic_ns = time.monotonic_ns
now = time.time
now_ns = time.time_ns
sleep = time.sleep  # noqa: TID251 (this module provides real time)
wait = threading.Condition.wait
join = threading.Thread.join
start = threading.Thread.start

BEYOND = 2**63 / 1e9
"""A sleep of this many seconds or more raises OverflowError at once."""

_kinds: list[Any] = _socket.socket.__subclasses__()
SOCKET: type[socket] = next(one for one in _kinds if one.__module__ == "socket")
"""The real socket class; ``socket.socket`` may be a guard such as that of pytest-socket."""
