"""
The faults, by the name they have in a scenario.

A fault is a frozen value with one method; its fields are its keys in YAML. A new one is a class
in the file of its family and a row here.
"""

from __future__ import annotations

from collections.abc import Mapping

from .base import Context, Fault
from .connection import BadChunk, Disconnect, Garbage, HangUp
from .cut import Cut
from .fields import ContentType, HeaderChanges
from .pacing import Bandwidth, Drip, Pace
from .status import Error
from .stream import ErrorEvent, Truncate
from .timing import KeepAlive, Latency, SlowBody, Stall

__all__ = [
    "FAULTS",
    "BadChunk",
    "Bandwidth",
    "ContentType",
    "Context",
    "Cut",
    "Disconnect",
    "Drip",
    "Error",
    "ErrorEvent",
    "Fault",
    "Garbage",
    "HangUp",
    "HeaderChanges",
    "KeepAlive",
    "Latency",
    "Pace",
    "SlowBody",
    "Stall",
    "Truncate",
]

FAULTS: Mapping[str, type[Fault]] = {
    "error": Error,
    "headers": HeaderChanges,
    "content_type": ContentType,
    "latency": Latency,
    "slow_body": SlowBody,
    "stall": Stall,
    "keep_alive": KeepAlive,
    "drip": Drip,
    "bandwidth": Bandwidth,
    "pace": Pace,
    "truncate": Truncate,
    "cut": Cut,
    "disconnect": Disconnect,
    "garbage": Garbage,
    "bad_chunk": BadChunk,
    "hang_up": HangUp,
    "error_event": ErrorEvent,
}
