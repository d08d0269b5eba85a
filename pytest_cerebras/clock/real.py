"""What this package needs of real time and real sockets, whoever has replaced it for a test."""

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
sleep = time.sleep  # noqa: TID251 (real time is what this module is for)
wait = threading.Condition.wait
join = threading.Thread.join
start = threading.Thread.start

BEYOND = 2**63 / 1e9
"""Seconds: what is as long, or longer, no sleep takes; it raises OverflowError at once."""

_kinds: list[Any] = _socket.socket.__subclasses__()
SOCKET: type[socket] = next(one for one in _kinds if one.__module__ == "socket")
"""The class of sockets, where ``socket.socket`` may be a guard that lets nobody make one."""
