"""
The faults, by their names in a scenario.

A fault is a frozen value with one method; its fields are its keys in YAML. A new fault needs a
class in the file of its family and a row in ``FAMILIES``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockserver.plan import Plan, expand

from .base import Context, Fault
from .connection import BadChunk, Disconnect, Garbage, HangUp
from .corruption import Corrupt, Huge
from .cut import Cut
from .empty_answer import EmptyAnswer, ReasoningOnly
from .endings import HangAfterDone, NoDone, NoFinish, NoLastNewline
from .error_event import ErrorEvent
from .event_format import EventFormat
from .events import Tamper
from .framing import ContentLength, Gzip
from .header_fields import ContentType, HeaderChanges
from .json_patch import JsonPatch
from .pacing import Bandwidth, Drip, Pace
from .payload import NoCompletion
from .shape import WrongShape
from .status import Error
from .tcp_segments import Split
from .timing import KeepAlive, Latency, SlowBody, Stall
from .truncation import Truncate
from .wrong_mode import WrongMode

__all__ = ["FAMILIES", "FAULTS", "Context", "Fault", "broken", "name_of"]
__all__ += ["BadChunk", "Bandwidth", "ContentLength", "ContentType", "Corrupt", "Cut"]
__all__ += ["Disconnect", "Drip", "EmptyAnswer", "Error", "ErrorEvent", "EventFormat"]
__all__ += ["Garbage", "Gzip", "HangAfterDone", "HangUp", "HeaderChanges", "Huge"]
__all__ += ["JsonPatch", "KeepAlive", "Latency", "NoCompletion", "NoDone", "NoFinish"]
__all__ += ["NoLastNewline", "Pace", "ReasoningOnly", "SlowBody", "Split", "Stall"]
__all__ += ["Tamper", "Truncate", "WrongMode", "WrongShape"]

FAMILIES: Mapping[str, Mapping[str, type[Fault]]] = {
    "status": {"error": Error, "headers": HeaderChanges},
    "payload": {
        "no_completion": NoCompletion,
        "wrong_mode": WrongMode,
        "wrong_shape": WrongShape,
        "json_patch": JsonPatch,
        "corrupt": Corrupt,
        "huge": Huge,
        "content_type": ContentType,
        "content_length": ContentLength,
        "gzip": Gzip,
    },
    "timing": {
        "latency": Latency,
        "slow_body": SlowBody,
        "stall": Stall,
        "keep_alive": KeepAlive,
        "drip": Drip,
        "bandwidth": Bandwidth,
        "pace": Pace,
    },
    "stream": {
        "truncate": Truncate,
        "empty_answer": EmptyAnswer,
        "reasoning_only": ReasoningOnly,
        "error_event": ErrorEvent,
        "no_finish": NoFinish,
        "no_done": NoDone,
        "no_last_newline": NoLastNewline,
        "hang_after_done": HangAfterDone,
        "tamper": Tamper,
        "sse": EventFormat,
        "split": Split,
    },
    "connection": {
        "cut": Cut,
        "disconnect": Disconnect,
        "garbage": Garbage,
        "bad_chunk": BadChunk,
        "hang_up": HangUp,
    },
}
FAULTS: Mapping[str, type[Fault]] = {
    name: fault for family in FAMILIES.values() for name, fault in family.items()
}
_NAMES = {kind: name for name, kind in FAULTS.items()}


def broken(plan: Plan, faults: Iterable[Fault], context: Context) -> Plan:
    """Return the plan with all faults applied in order; only ``Pace`` gets an unexpanded plan."""
    for fault in faults:
        if isinstance(fault, Pace):
            plan = fault.apply(plan, context)
        else:
            plan = fault.apply(expand(plan), context)
    return plan


def name_of(fault: Fault) -> str:
    """Return the fault's name in a scenario, or the class name of a user's own fault."""
    return _NAMES.get(type(fault), type(fault).__name__)
