"""Reads from a plan what a client finds in the whole answer."""

from __future__ import annotations

import re
import zlib
from typing import Any

from mockserver.core.messages import json_object
from mockserver.core.sse import read

from . import Data, EventRun, Plan, field_of, head_of

_NAMED = b'"finish_reason":'
_FINISH_REASON = re.compile(rb'"finish_reason":"(\w+)"')
_DONE_LINE = re.compile(rb"^data: ?\[DONE\]", re.MULTILINE)
_BLANK_LINE = re.compile(rb"(?:\r\n|\r(?!\n)|\n){2,}")
_DONE = b"[DONE]"
_DOCUMENT = 3  # steps: head, data, end
_ANY_HEADER = 32 + zlib.MAX_WBITS


def streams(plan: Plan) -> bool:
    """Return whether the client gets a stream of server-sent events."""
    head = head_of(plan)
    return head is not None and head.streams and not head.bodiless


def finish_reason(plan: Plan) -> str | None:
    """Return the last ``finish_reason`` before ``[DONE]``; None if the answer has none."""
    for at in range(len(plan) - 1, -1, -1):
        step = plan[at]
        if isinstance(step, Data) and (last := step.data.rfind(_NAMED)) >= 0:
            found = _FINISH_REASON.match(step.data, last)
            # a shortcut for answers without a fault: documents, and streams that end with [DONE]
            whole = len(plan) == _DOCUMENT and step.data[:1] == b"{"
            if found and (whole or (at + 1 < len(plan) and _is_done(plan[at + 1]))):
                return found[1].decode()
            break
    body = body_of(plan)
    done = _DONE_LINE.search(body.replace(b"\r", b"\n"))
    found_all = _FINISH_REASON.findall(body[: done.start()] if done else body)
    return found_all[-1].decode() if found_all else None


def error_event(plan: Plan) -> dict[str, Any]:
    """Return the error in the last event before ``[DONE]``; empty if the event has none."""
    if not streams(plan):
        return {}
    last = next((one for one in reversed(events(plan)) if b"data:" in one and not _ends(one)), b"")
    return {} if b'"choices":' in last else _error_in(last)


def events(plan: Plan) -> list[bytes]:
    """Return the events of a stream; how its bytes are split into steps makes no difference."""
    return _BLANK_LINE.split(body_of(plan))


def sent_body(plan: Plan) -> bytes:
    """Return the body as it is sent, compressed or not."""
    return b"".join(step.data for step in plan if isinstance(step, Data | EventRun))


def body_of(plan: Plan) -> bytes:
    """Return the decompressed body, or the body as sent if it can't be decompressed."""
    body = sent_body(plan)
    if field_of(plan, "content-encoding") is None:
        return body
    try:
        return zlib.decompressobj(_ANY_HEADER).decompress(body)
    except zlib.error:
        return body


def unpacks(plan: Plan) -> bool:
    """Return whether the whole body can be decompressed; True for an uncompressed body."""
    if field_of(plan, "content-encoding") is None:
        return True
    decompressor = zlib.decompressobj(_ANY_HEADER)
    try:
        decompressor.decompress(sent_body(plan))
    except zlib.error:
        return False
    return decompressor.eof


def _is_done(step: object) -> bool:
    return isinstance(step, Data) and _ends(step.data)


def _ends(event: bytes) -> bool:
    return _DONE in event and b"{" not in event


def _error_in(event: bytes) -> dict[str, Any]:
    """Return the error in an event: nested, flat, a string, or the data of an ``event: error``."""
    name, data = read(event)
    body = json_object(data)
    error = body.get("error", body)
    if not isinstance(error, dict):
        return {"message": str(error)}
    if "message" in error:  # the status code is beside the nested error
        return {**error, **{key: body[key] for key in ("status_code",) if key in body}}
    return {"message": data} if name == "error" else {}
