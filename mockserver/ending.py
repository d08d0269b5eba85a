"""How an answer ends, in the eyes of a client that reads all of it."""

from __future__ import annotations

import re
from typing import Any

from .api.sse import read
from .messages import json_object
from .plan import Data, Plan, head_of

_FINISH_REASON = re.compile(rb'"finish_reason":"(\w+)"')
_DONE = b"[DONE]"


def streams(plan: Plan) -> bool:
    """Return whether the client gets a stream of server-sent events."""
    head = head_of(plan)
    return head is not None and head.streams and not head.bodiless


def finish_reason(plan: Plan) -> str | None:
    """Return the last ``finish_reason`` before ``[DONE]``; None when there is none."""
    for at in range(len(plan) - 1, -1, -1):
        step = plan[at]
        if isinstance(step, Data) and (found := _FINISH_REASON.search(step.data)):
            return None if _done_before(plan, at) else found[1].decode()
    return None


def error_event(plan: Plan) -> dict[str, Any]:
    """Return what the last event of a stream says, but for ``[DONE]``, when it is an error."""
    if not streams(plan):
        return {}
    events = (step.data for step in reversed(plan) if isinstance(step, Data))
    last = next((data for data in events if b"data:" in data and not _is_done(data)), b"")
    return {} if b'"choices":' in last else _error_in(last)


def _done_before(plan: Plan, at: int) -> bool:
    """Whether ``[DONE]`` comes earlier, so that nobody reads so far."""
    behind = plan[at + 1] if at + 1 < len(plan) else None
    if isinstance(behind, Data) and _is_done(behind.data):  # as in every honest stream
        return False
    return any(isinstance(step, Data) and _is_done(step.data) for step in plan[:at])


def _is_done(data: bytes) -> bool:
    return _DONE in data and b"{" not in data


def _error_in(event: bytes) -> dict[str, Any]:
    """Return the error of an event: nested, flat, a string, or a text under ``event: error``."""
    name, said = read(event)
    body = json_object(said)
    error = body.get("error", body)
    if not isinstance(error, dict):
        return {"message": str(error)}
    if "message" in error:
        return error
    return {"message": said} if name == "error" else {}
