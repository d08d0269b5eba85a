"""Classifies the events of a stream, and tampers with one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypeGuard

from mockserver.core.sse import event, parsed
from mockserver.core.units import Positive
from mockserver.plan import Data, Plan, Step

from .base import Context
from .body import resized, streams

Tampering: TypeAlias = Literal[
    "duplicated", "reordered", "dropped", "malformed", "empty_choices", "after_done"
]
Place: TypeAlias = Positive | Literal["finish"]
"""The number of an event, counted from 1, or ``finish`` for the event with ``finish_reason``."""


def is_event(step: Step) -> TypeGuard[Data]:
    """Return whether the step is an event with data, not a mere comment."""
    return isinstance(step, Data) and b"data:" in step.data


def says_choices(step: Step) -> TypeGuard[Data]:
    """Return whether the step is an event or a document with ``choices``."""
    return isinstance(step, Data) and b'"choices":' in step.data


def is_role(step: Step) -> TypeGuard[Data]:
    """Return whether the step is a stream's first event, whose tokens are hidden reasoning."""
    return isinstance(step, Data) and b'"delta":{"role":' in step.data


def finishes(step: Step) -> bool:
    """Return whether the step is the event with the ``finish_reason``."""
    return is_event(step) and b'"finish_reason":"' in step.data


def is_done(step: Step) -> bool:
    """Return whether the step is the ``[DONE]`` that ends a stream."""
    return is_event(step) and b"[DONE]" in step.data and b"{" not in step.data


def body_of(step: Step) -> dict[str, Any]:
    """Return the JSON object of an event; empty if the event has none or a damaged one."""
    try:
        body = parsed(step.data) if isinstance(step, Data) else None
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


@dataclass(frozen=True, slots=True)
class Tamper:
    """
    Tamper with one event of a stream: the one with the number ``at``, or the ``finish``.

    ``kind`` is what happens to the event. The first event has only the role. A stream with fewer
    than ``at`` events is unchanged, and so is a document.
    """

    kind: Tampering
    at: Place

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Find the event, and change, move or drop it."""
        place = self._place(plan)
        if place is None:
            return plan
        return resized(TAMPERINGS[self.kind](plan, place), plan)

    def _place(self, plan: Plan) -> int | None:
        if not streams(plan):
            return None
        fits, number = (finishes, 1) if self.at == "finish" else (is_event, self.at)
        found = [place for place, step in enumerate(plan) if fits(step)]
        return found[number - 1] if number <= len(found) else None


def _duplicated(plan: Plan, at: int) -> Plan:
    """
    Send the event twice.

    All clients repeat the text. If the finish is repeated, langchain reports ``stopstop``; other
    clients ignore the repetition.
    """
    step = plan[at]
    again = replace(step, tokens=0) if isinstance(step, Data) else step
    return (*plan[: at + 1], again, *plan[at + 1 :])


def _reordered(plan: Plan, at: int) -> Plan:
    """
    Swap the event with the next one.

    Events are not numbered, so all clients put the words together in the wrong order.
    """
    later = next((place for place in range(at + 1, len(plan)) if is_event(plan[place])), at)
    steps = list(plan)
    steps[at], steps[later] = steps[later], steps[at]
    return tuple(steps)


def _dropped(plan: Plan, at: int) -> Plan:
    """
    Leave the event out.

    No client can detect that words are missing; only ``usage`` counts them.
    """
    return (*plan[:at], *plan[at + 1 :])


def _malformed(plan: Plan, at: int) -> Plan:
    """
    End the event in the middle of its JSON; its blank line still follows.

    The SDKs for Python raise the JSON parser's ValueError, which is not one of their own
    exceptions; the AI SDK skips the event and reads on.
    """
    step = plan[at]
    half = step.data[: len(step.data) // 2] + b"\n\n" if isinstance(step, Data) else b""
    return (*plan[:at], Data(half), *plan[at + 1 :])


def _empty_choices(plan: Plan, at: int) -> Plan:
    """
    Before the event, send one with empty ``choices``, like the event in which OpenAI sends usage.

    The SDKs pass on the additional event, and ``choices[0]`` raises an IndexError in a hand-written
    loop.
    """
    late = ("choices", "usage", "time_info")
    early = {key: value for key, value in body_of(plan[at]).items() if key not in late}
    return (*plan[:at], Data(event({**early, "choices": []})), *plan[at:])


def _after_done(plan: Plan, at: int) -> Plan:
    """
    Move the event, and all that follow, behind ``[DONE]``.

    All SDKs except the AI SDK stop at ``[DONE]`` and lose the rest without an error; litellm and
    pydantic-ai report ``stop`` as the finish reason. The AI SDK reads on.
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
