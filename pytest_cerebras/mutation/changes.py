"""
The ways to change a good answer: functions from a plan to a changed plan.

Each function returns the same plan if there is nothing to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from mockserver.api.model import tokens
from mockserver.faults import Context, EmptyAnswer, Error, HeaderChanges, Truncate
from mockserver.faults.body import edited, resized, streams
from mockserver.faults.events import body_of
from mockserver.plan import Data, Plan, Step, head_of, tokens_of

from .other_text import other_text
from .pieces import arguments, contents, divided, pieces_of, tool_names, with_texts

Change: TypeAlias = Callable[[Plan, Context], Plan]

_ANOTHER_TOOL = "another_tool"
_FACTS = ("model", "id", "system_fingerprint", "usage", "time_info")
_FIELDS = ("x-ratelimit-", "x-request-id")


def error(plan: Plan, context: Context) -> Plan:
    """Answer with an error that a retry can't resolve."""
    return Error("wrong_api_format").apply(plan, context)


def empty(plan: Plan, context: Context) -> Plan:
    """Leave out all content, or all items of a list."""
    silent = EmptyAnswer("stop").apply(plan, context)
    if silent != plan:
        return silent
    return edited(plan, _without_items) if any(map(_has_items, plan)) else plan


def half(plan: Plan, context: Context) -> Plan:
    """Cut the visible part of the answer in the middle, with the finish reason ``length``."""
    seen = [piece.text for find in (contents, arguments) for piece in pieces_of(plan, find)]
    lost = tokens.count("".join(seen)) // 2
    return Truncate(tokens_of(plan) - lost).apply(plan, context) if lost else plan


def another_text(plan: Plan, _: Context) -> Plan:
    """Replace the text with another one, divided into the same number of pieces."""
    return with_texts(plan, contents, lambda some: divided(other_text("".join(some)), some))


def reordered(plan: Plan, _: Context) -> Plan:
    """Send the pieces of a stream's text in the reverse order."""
    return with_texts(plan, contents, lambda some: some[::-1]) if streams(plan) else plan


def doubled(plan: Plan, _: Context) -> Plan:
    """Send each piece of a stream's text twice."""
    if not streams(plan):
        return plan
    steps: list[Step] = []
    for step in plan:
        steps.append(step)
        if isinstance(step, Data) and any(contents(body_of(step))):
            steps.append(replace(step, tokens=0))
    return resized(tuple(steps), plan) if len(steps) > len(plan) else plan


def other_arguments(plan: Plan, _: Context) -> Plan:
    """Change the arguments of each tool call."""
    return with_texts(plan, arguments, lambda some: divided(other_text("".join(some)), some))


def another_tool(plan: Plan, context: Context) -> Plan:
    """
    Call a different tool than the one that the model has chosen.

    If the request offers no other tool, the name of the called tool is made up.
    """

    def another(some: Sequence[str]) -> Sequence[str]:
        offered = (name for name in context.tools if name != "".join(some))
        return divided(next(offered, _ANOTHER_TOOL), some)

    return with_texts(plan, tool_names, another)


def other_facts(plan: Plan, context: Context) -> Plan:
    """State another model, another id and no usage, and leave out the header fields of limits."""
    head = head_of(plan)
    fields = tuple(name for name, _ in head.headers if name.startswith(_FIELDS)) if head else ()
    return HeaderChanges(remove=fields).apply(edited(plan, _without_facts), context)


def _has_items(step: Step) -> bool:
    return b'"data":[{' in getattr(step, "data", b"").replace(b" ", b"")


def _without_items(body: Any) -> Any:
    return {**body, "data": []} if isinstance(body, dict) and "data" in body else body


def _without_facts(body: Any) -> Any:
    if not isinstance(body, dict) or "choices" not in body:
        return body
    return {key: _blank(one) if key in _FACTS else one for key, one in body.items()}


def _blank(value: Any) -> Any:
    """Return a value with each text replaced by "another", and each number by 0."""
    if isinstance(value, Mapping):
        return {key: _blank(one) for key, one in value.items()}
    if isinstance(value, str):
        return "another"
    return 0 if isinstance(value, (int, float)) else value
