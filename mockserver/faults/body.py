"""The body of an answer in parts: where a token ends, how long the whole is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockserver.plan import Data, Head, Plan, Step, head_of, tokens_of

from .fields import changed


def streams(plan: Plan) -> bool:
    """Return whether the answer is a stream of server-sent events."""
    head = head_of(plan)
    return head is not None and head.streams


def parted(plan: Plan, tokens: int) -> tuple[Plan, Plan] | None:
    """
    Part a plan behind so many tokens, none being behind the head; None when it has no more.

    An event stays whole, with all tokens that it brings; a document is parted in proportion.
    """
    if not tokens:
        return _behind_head(plan)
    if tokens_of(plan) <= tokens:
        return None
    before: list[Step] = []
    for at, step in enumerate(plan):
        brought = step.tokens if isinstance(step, Data) else 0
        if isinstance(step, Data) and brought > tokens and not streams(plan):
            first, second = cut(step, len(step.data) * tokens // brought)
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
    """Cut a piece in two; a token belongs to the part in which it ends."""
    tokens = _ended(data, at)
    return Data(data.data[:at], tokens), Data(data.data[at:], data.tokens - tokens)


def sliced(data: Data, size: int) -> Iterator[Data]:
    """Yield a piece in slices of so many bytes; an empty one is its own slice."""
    whole = len(data.data)
    for at in range(0, max(1, whole), size):
        end = min(at + size, whole)
        yield Data(data.data[at:end], _ended(data, end) - (_ended(data, at) if at else 0))


def _ended(data: Data, at: int) -> int:
    """Return how many of the tokens have ended after so many bytes."""
    whole = len(data.data)
    return data.tokens * at // whole if whole else data.tokens


def length_of(plan: Plan) -> int:
    """Count the bytes of the body."""
    return sum(len(step.data) for step in plan if isinstance(step, Data))


def resized(plan: Plan, by: int) -> Plan:
    """Return the plan with a ``content-length``, if it has one, of so many bytes more."""
    return tuple(_grown(step, by) if isinstance(step, Head) else step for step in plan)


def _grown(head: Head, by: int) -> Head:
    length = head.header("content-length")
    if length is None or not by:
        return head
    new = str(max(0, int(length) + by))
    return replace(head, headers=changed(head.headers, {"content-length": new}))
