"""
Checks whether every client can read an answer.

An answer may differ from the API's form if all measured clients still read it correctly. For
example, it may have comments between its events (``docs/faults.md`` has the measurements). Any
other difference is a reason to ask again, because some client sees an error, nothing, or another
text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mockserver.core.sse import read
from mockserver.journal import Exchange
from mockserver.plan import Data, Plan, expand, field_of, head_of, inspection

_DONE = "[DONE]"
_KEYS = frozenset({"id", "object", "created", "model", "choices"})
_HARMLESS = (":", "id:", "retry:")  # all clients ignore such lines of an event
_LONGEST_LINE = 2**17  # characters; the strictest client accepts no longer line


def readable(exchange: Exchange) -> bool:
    """Return whether all clients read the same text in a completion and find it whole."""
    plan = exchange.plan
    kind = "text/event-stream" if exchange.stream else "application/json"
    if not (field_of(plan, "content-type") or "").startswith(kind):
        return False
    if not _framed(plan) or not inspection.unpacks(plan):
        return False
    try:
        text = inspection.body_of(plan).decode()
        said = list(_events(text)) if exchange.stream else [_object(text)]
    except (ValueError, RecursionError):
        return False
    return bool(said) and all(map(_is_completion, said)) and _adds_up(said[-1], exchange)


def _framed(plan: Plan) -> bool:
    """Return whether the body is as long as Content-Length says, if the answer has that field."""
    head = head_of(plan)
    promised = head and head.length
    return promised is None or promised == len(inspection.sent_body(plan))


def _events(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON object of each event; raises ValueError for an event in another form."""
    text = text.replace("\r\n", "\n")
    if text.splitlines() != text.removesuffix("\n").split("\n"):
        raise ValueError("other ends of lines")
    events = [event for event in text.split("\n\n") if event]
    for at, event in enumerate(events):
        lines = [line for line in event.split("\n") if line and not line.startswith(_HARMLESS)]
        if not lines:
            continue
        if len(lines) > 1 or not lines[0].startswith("data: ") or len(lines[0]) > _LONGEST_LINE:
            raise ValueError("an event in another form")
        _, said = read(lines[0].encode())
        if said == _DONE:
            if any("data:" in late for late in events[at + 1 :]):
                raise ValueError("something behind the end")
            return
        yield _object(said)


def _object(text: str) -> dict[str, Any]:
    """Read a JSON object; raises ValueError for anything else, and for a repeated key."""
    found = json.loads(text, object_pairs_hook=_unique)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 (the same error for everything unreadable)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _is_completion(said: dict[str, Any]) -> bool:
    """Return whether a document or an event has the keys and types that clients rely on."""
    choices = said.get("choices")
    return (
        said.keys() >= _KEYS
        and isinstance(said["created"], int)
        and isinstance(choices, list)
        and bool(choices)
        and all(map(_is_choice, choices))
    )


def _is_choice(choice: Any) -> bool:
    if not isinstance(choice, dict) or not isinstance(choice.get("index"), int):
        return False
    holder = choice.get("delta", choice.get("message", choice))
    return isinstance(holder, dict) and isinstance(holder.get("content", ""), str | None)


def _adds_up(last: dict[str, Any], exchange: Exchange) -> bool:
    """Return whether usage, if any, counts exactly the tokens sent, and no event was sent twice."""
    usage = last.get("usage")
    counted = usage.get("completion_tokens") if isinstance(usage, dict) else None
    if counted not in (None, exchange.completion_tokens):
        return False
    pieces = [step for step in expand(exchange.plan) if isinstance(step, Data)]
    return not any(map(_is_copy, pieces, pieces[1:]))


def _is_copy(early: Data, late: Data) -> bool:
    """Return whether the later of two events is only a copy of the earlier one."""
    same = early.data == late.data and early.data.startswith(b"data: ")
    return same and early.tokens > late.tokens
