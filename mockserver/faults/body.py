"""Divides the body of an answer by tokens or bytes, measures it, and edits its JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import ceil
from typing import Any

from mockserver.core.sse import dumps, parsed
from mockserver.plan import Data, Plan, Step, field_of, head_of, tokens_of

from .header_fields import with_fields


def streams(plan: Plan) -> bool:
    """Return whether the answer is a stream of server-sent events."""
    head = head_of(plan)
    return head is not None and head.streams


def parted(plan: Plan, tokens: int) -> tuple[Plan, Plan] | None:
    """
    Split a plan after ``tokens`` tokens, or right after the head if ``tokens`` is 0.

    An event is never split; a document is split as if all its tokens were equally long. Returns
    None if no tokens would follow the split.
    """
    if not tokens:
        return _behind_head(plan)
    if tokens_of(plan) <= tokens:
        return None
    before: list[Step] = []
    for at, step in enumerate(plan):
        brought = step.tokens if isinstance(step, Data) else 0
        if isinstance(step, Data) and brought > tokens and not streams(plan):
            first, second = cut(step, ceil(len(step.data) * tokens / brought))
            return (*before, first), (second, *plan[at + 1 :])
        before.append(step)
        tokens -= brought
        if tokens <= 0:
            break
    return tuple(before), plan[len(before) :]


def _behind_head(plan: Plan) -> tuple[Plan, Plan] | None:
    head = head_of(plan)
    if head is None:
        return None
    at = plan.index(head) + 1
    return plan[:at], plan[at:]


def cut(data: Data, at: int) -> tuple[Data, Data]:
    """Cut a piece in two; each token belongs to the part in which the token ends."""
    tokens = _ended(data, min(at, len(data.data)))
    return Data(data.data[:at], tokens), Data(data.data[at:], data.tokens - tokens)


def sliced(data: Data, size: int) -> Iterator[Data]:
    """Yield a piece in slices of ``size`` bytes; an empty piece is yielded once."""
    whole = len(data.data)
    for at in range(0, max(1, whole), size):
        end = min(at + size, whole)
        yield Data(data.data[at:end], _ended(data, end) - (_ended(data, at) if at else 0))


def _ended(data: Data, at: int) -> int:
    """Return how many tokens end within the first ``at`` bytes."""
    whole = len(data.data)
    return data.tokens * at // whole if whole else data.tokens


def up_to(plan: Plan, size: int) -> Plan:
    """Return the plan with only the first ``size`` bytes of its body."""
    kept: list[Step] = []
    for step in plan:
        if not isinstance(step, Data):
            kept.append(step)
        elif size > 0:
            kept.append(cut(step, size)[0])
            size -= len(step.data)
    return tuple(kept)


def length_of(plan: Plan) -> int:
    """Return the number of bytes in the body."""
    return sum(len(step.data) for step in plan if isinstance(step, Data))


def resized(changed: Plan, plan: Plan) -> Plan:
    """Return ``changed``; its ``content-length``, if any, grows by as many bytes as its body."""
    length, by = field_of(changed, "content-length"), length_of(changed) - length_of(plan)
    if length is None or not by:
        return changed
    return with_fields(changed, {"content-length": str(max(0, int(length) + by))})


def with_piece(plan: Plan, at: int | None, change: Callable[[bytes], bytes]) -> Plan:
    """Return the plan with one piece of its body changed, and its ``content-length`` correct."""
    steps = tuple(
        replace(step, data=change(step.data)) if place == at and isinstance(step, Data) else step
        for place, step in enumerate(plan)
    )
    return resized(steps, plan)


def rewritten(plan: Plan, rewrite: Callable[[Data], Data]) -> Plan:
    """Return the plan with each piece of its body rewritten, and its ``content-length`` correct."""
    steps = tuple(rewrite(step) if isinstance(step, Data) else step for step in plan)
    return resized(steps, plan)


def edited(plan: Plan, edit: Callable[[Any], Any]) -> Plan:
    """Return the plan after editing the JSON of its document, or of each event."""
    return rewritten(plan, lambda data: _edited(data, edit))


def _edited(data: Data, edit: Callable[[Any], Any]) -> Data:
    try:
        value = parsed(data.data)
        streamed = value is not None
        value = edit(value if streamed else json.loads(data.data))
    except ValueError:  # not JSON: ``[DONE]``, a comment, HTML, or what another fault left
        return data
    text = dumps(value)
    return Data(b"data: " + text + b"\n\n" if streamed else text, data.tokens)
