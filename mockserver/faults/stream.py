"""Changes what a completion says, in a stream or in one document, or breaks it off in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mockserver.api import tokens
from mockserver.api.problems import PROBLEMS
from mockserver.api.sse import dumps, event, parsed
from mockserver.plan import Data, End, Plan, Step, head_of, tokens_of
from mockserver.quantities import Count

from .base import Context
from .status import Error, ProblemName


@dataclass(frozen=True, slots=True)
class Truncate:
    """
    End the answer after so many tokens, with ``finish_reason: length`` and a usage that agrees.

    It is what a client sees when the completion limit is reached; shorter answers are untouched.
    """

    tokens: Count

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop the text that is too much and correct the finish."""
        if tokens_of(plan) <= self.tokens:
            return plan
        kept: list[Step] = []
        room = self.tokens
        for step in plan:
            if not isinstance(step, Data):
                kept.append(step)
            elif room or not step.tokens or _has_usage(step):
                shorter = _shortened(step, room, total=self.tokens)
                room -= shorter.tokens
                kept.append(shorter)
        return tuple(kept)


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """
    Break a stream off after so many tokens with the API's own error event.

    It is the only error that is nested; no finish, no usage and no ``[DONE]`` follow. Without a
    stream the error is a plain answer. A completion of no more tokens arrives whole.
    """

    problem: ProblemName = "server_error"
    after_tokens: Count = 0

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put the error in the place of all that follows the last token let through."""
        if tokens_of(plan) <= self.after_tokens:
            return plan
        if not _is_stream(plan):
            return Error(self.problem).apply(plan, context)
        error = Data(PROBLEMS[self.problem].event(context.facts))
        return (*_first(plan, self.after_tokens), error, End())


def _is_stream(plan: Plan) -> bool:
    head = head_of(plan)
    kind = head and head.header("content-type")
    return (kind or "").startswith("text/event-stream")


def _first(plan: Plan, room: int) -> Iterator[Step]:
    """Yield the steps up to the last of so many tokens; the plan has more."""
    for step in plan:
        if isinstance(step, Data) and step.tokens > room:
            if room:
                yield _shortened(step, room, total=room)
            return
        yield step
        room -= step.tokens if isinstance(step, Data) else 0


def _has_usage(step: Data) -> bool:
    return b'"usage":' in step.data


def _shortened(step: Data, room: int, *, total: int) -> Data:
    """Return a piece with at most ``room`` tokens of text; one with usage counts ``total``."""
    if step.tokens <= room and not _has_usage(step):
        return step
    try:
        streamed = parsed(step.data) is not None
        body = parsed(step.data) if streamed else json.loads(step.data)
    except ValueError:  # another fault has left a part of it
        part = step.data[: len(step.data) * room // max(step.tokens, room, 1)]
        return Data(part, min(step.tokens, room))
    for choice in body["choices"]:
        _cut_text(choice, room)
    if "usage" in body:
        _finish(body, total)
    return Data(event(body) if streamed else dumps(body), min(step.tokens, room))


def _cut_text(choice: dict[str, Any], room: int) -> None:
    for holder in (choice.get("delta"), choice.get("message"), choice):
        for name in ("content", "text"):
            if isinstance(holder, dict) and isinstance(holder.get(name), str):
                holder[name] = "".join(tokens.pieces(holder[name])[:room])


def _finish(body: dict[str, Any], total: int) -> None:
    for choice in body["choices"]:
        choice["finish_reason"] = "length"
    usage = body["usage"]
    usage["completion_tokens"] = total
    usage["total_tokens"] = usage["prompt_tokens"] + total
