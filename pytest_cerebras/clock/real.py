"""What this package needs of the real time, kept before anybody replaces it."""

from __future__ import annotations

import threading
import time

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
