"""The events of a stream, and what can happen to one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypeGuard

from mockserver.core.sse import event, parsed
from mockserver.core.units import Positive
from mockserver.plan import Data, Plan, Step

from .base import Context
from .body import length_of, resized, streams

Tampering: TypeAlias = Literal[
    "duplicated", "reordered", "dropped", "malformed", "empty_choices", "after_done"
]
Place: TypeAlias = Positive | Literal["finish"]
"""The number of an event, counted from 1, or the one with the ``finish_reason``."""


def is_event(step: Step) -> TypeGuard[Data]:
    """Return whether it is an event, and not only a sign of life."""
    return isinstance(step, Data) and b"data:" in step.data


def says_choices(step: Step) -> TypeGuard[Data]:
    """Return whether it says something of a choice, as an event or as a document."""
    return isinstance(step, Data) and b'"choices":' in step.data


def is_role(step: Step) -> TypeGuard[Data]:
    """Return whether it is a stream's first event, whose tokens are thoughts that nobody sees."""
    return isinstance(step, Data) and b'"delta":{"role":' in step.data


def finishes(step: Step) -> bool:
    """Return whether it is the event with the ``finish_reason``."""
    return is_event(step) and b'"finish_reason":"' in step.data


def is_done(step: Step) -> bool:
    """Return whether it is the ``[DONE]`` that ends a stream."""
    return is_event(step) and b"[DONE]" in step.data and b"{" not in step.data


def body_of(step: Step) -> dict[str, Any]:
    """Return the JSON object of an event; empty for other events, and for what is left of one."""
    try:
        body = parsed(step.data) if isinstance(step, Data) else None
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


@dataclass(frozen=True, slots=True)
class Tamper:
    """
    Do something to one event of a stream: that number ``at``, or the ``finish``.

    ``kind`` says what. The first event is the role alone. A stream of fewer events is untouched,
    and so is a document.
    """

    kind: Tampering
    at: Place

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Find the event, and change, move or drop it."""
        place = self._place(plan)
        if place is None:
            return plan
        tampered = TAMPERINGS[self.kind](plan, place)
        return resized(tampered, length_of(tampered) - length_of(plan))

    def _place(self, plan: Plan) -> int | None:
        if not streams(plan):
            return None
        if self.at == "finish":
            found = [place for place, step in enumerate(plan) if finishes(step)]
            return found[0] if found else None
        found = [place for place, step in enumerate(plan) if is_event(step)]
        return found[self.at - 1] if self.at <= len(found) else None


def _duplicated(plan: Plan, at: int) -> Plan:
    """
    Send the event twice.

    All clients say a text twice. A finish that comes twice is ``stopstop`` to langchain, and
    nothing to the others.
    """
    return (*plan[: at + 1], _without_tokens(plan[at]), *plan[at + 1 :])


def _reordered(plan: Plan, at: int) -> Plan:
    """
    Let the event change places with the next one.

    Nothing in an event says which it is, so all clients put the words together in the wrong order.
    """
    later = next((place for place in range(at + 1, len(plan)) if is_event(plan[place])), at)
    steps = list(plan)
    steps[at], steps[later] = steps[later], steps[at]
    return tuple(steps)


def _dropped(plan: Plan, at: int) -> Plan:
    """
    Leave the event out.

    No client can see that words are missing; only ``usage`` counts them.
    """
    return (*plan[:at], *plan[at + 1 :])


def _malformed(plan: Plan, at: int) -> Plan:
    """
    Break the event off in the middle of its JSON, with the blank line behind it.

    A ValueError of the JSON parser in the SDKs for Python, none of their own exceptions; the AI
    SDK skips the event and goes on.
    """
    step = plan[at]
    half = step.data[: len(step.data) // 2] + b"\n\n" if isinstance(step, Data) else b""
    return (*plan[:at], Data(half), *plan[at + 1 :])


def _empty_choices(plan: Plan, at: int) -> Plan:
    """
    Send one without choices before it, such as OpenAI sends with the usage.

    The SDKs hand that on, and ``choices[0]`` is an IndexError in a loop that one has written.
    """
    late = ("choices", "usage", "time_info")
    early = {key: value for key, value in body_of(plan[at]).items() if key not in late}
    return (*plan[:at], Data(event({**early, "choices": []})), *plan[at:])


def _after_done(plan: Plan, at: int) -> Plan:
    """
    Let the event and what follows come behind ``[DONE]``.

    All SDKs stop at ``[DONE]`` and lose the rest without an error, litellm and pydantic-ai with a
    finish of ``stop``; the AI SDK reads on.
    """
    done = next((step for step in plan if is_done(step)), None)
    if done is None:
        return plan
    rest = (step for step in plan[at:] if step is not done)
    return (*(step for step in plan[:at] if step is not done), done, *rest)


TAMPERINGS: Mapping[Tampering, Callable[[Plan, int], Plan]] = {
    "duplicated": _duplicated,
    "reordered": _reordered,
    "dropped": _dropped,
    "malformed": _malformed,
    "empty_choices": _empty_choices,
    "after_done": _after_done,
}


def _without_tokens(step: Step) -> Step:
    return replace(step, tokens=0) if isinstance(step, Data) else step
