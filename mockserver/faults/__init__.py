"""
The faults, by the name they have in a scenario.

A fault is a frozen value with one method; its fields are its keys in YAML. A new one is a class
in the file of its family and a row here.
"""

from __future__ import annotations

from collections.abc import Mapping

from .base import Context, Fault
from .connection import BadChunk, Disconnect, Garbage, HangUp
from .corruption import Corrupt, Huge
from .cut import Cut
from .fields import ContentType, HeaderChanges
from .framing import ContentLength, Gzip
from .json_patch import JsonPatch
from .pacing import Bandwidth, Drip, Pace
from .payload import NoCompletion
from .shape import WrongShape
from .status import Error
from .stream import ErrorEvent, Truncate
from .timing import KeepAlive, Latency, SlowBody, Stall
from .wrong_mode import WrongMode

__all__ = [
    "FAULTS",
    "BadChunk",
    "Bandwidth",
    "ContentLength",
    "ContentType",
    "Context",
    "Corrupt",
    "Cut",
    "Disconnect",
    "Drip",
    "Error",
    "ErrorEvent",
    "Fault",
    "Garbage",
    "Gzip",
    "HangUp",
    "HeaderChanges",
    "Huge",
    "JsonPatch",
    "KeepAlive",
    "Latency",
    "NoCompletion",
    "Pace",
    "SlowBody",
    "Stall",
    "Truncate",
    "WrongMode",
    "WrongShape",
]

FAULTS: Mapping[str, type[Fault]] = {
    # status
    "error": Error,
    "headers": HeaderChanges,
    # payload
    "no_completion": NoCompletion,
    "wrong_mode": WrongMode,
    "wrong_shape": WrongShape,
    "json_patch": JsonPatch,
    "corrupt": Corrupt,
    "huge": Huge,
    "content_type": ContentType,
    "content_length": ContentLength,
    "gzip": Gzip,
    # timing
    "latency": Latency,
    "slow_body": SlowBody,
    "stall": Stall,
    "keep_alive": KeepAlive,
    "drip": Drip,
    "bandwidth": Bandwidth,
    "pace": Pace,
    # stream
    "truncate": Truncate,
    "error_event": ErrorEvent,
    # connection
    "cut": Cut,
    "disconnect": Disconnect,
    "garbage": Garbage,
    "bad_chunk": BadChunk,
    "hang_up": HangUp,
}
