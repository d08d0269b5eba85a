"""Answers that use tokens but have no content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal, TypeAlias

from mockserver.api.model import prose
from mockserver.core.messages import dicts
from mockserver.core.sse import event
from mockserver.core.units import Count, Positive
from mockserver.plan import Data, Plan, Step

from .base import Context
from .body import edited, resized, streams
from .events import body_of, is_role, says_choices
from .truncation import Truncate

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class EmptyAnswer:
    """
    Send no content: an empty string in a document, no event with content in a stream.

    ``finish_reason`` is the finish reason of the answer. ``tokens`` is the number of completion
    tokens in ``usage``, all for reasoning that is not shown. Answers other than completions are
    left unchanged.

    Only pydantic-ai raises an exception. With all other clients, an app that expects text gets an
    empty string.
    """

    finish_reason: FinishReason = "length"
    tokens: Count = 0

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop all content."""
        return _silenced(plan, _Silence(self.finish_reason, self.tokens))


@dataclass(frozen=True, slots=True)
class ReasoningOnly:
    """
    Send no content, only reasoning until all ``tokens`` are used.

    The request's own limit caps ``tokens``. The text is in ``reasoning``, the finish reason is
    ``length``, and usage matches. A text completion can't have reasoning, so it becomes empty.
    Answers other than completions are left unchanged.

    Reasoning models answer like this if ``max_completion_tokens`` is too small. A retry with the
    same limit gives the same result. Only pydantic-ai raises an exception.
    """

    tokens: Positive

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace all content by reasoning."""
        room = self.tokens if context.room is None else min(self.tokens, context.room)
        thoughts = prose.of_length(context.random.getrandbits(64), room)
        if not streams(plan):
            return _silenced(plan, _Silence("length", room, "".join(thoughts)))
        silenced = _silenced(plan, _Silence("length", room))
        thinking = tuple(_thinking(silenced, thoughts, _tokens_per_event(plan)))
        return resized(thinking, silenced)


@dataclass(frozen=True, slots=True)
class _Silence:
    """An answer without content: its finish reason, its tokens, and its reasoning if it has any."""

    finish_reason: FinishReason
    tokens: int
    thoughts: str | None = None

    def of(self, body: Any) -> Any:
        """Return a body whose content has been dropped, with this finish reason and usage."""
        for choice in dicts(body.get("choices") if isinstance(body, dict) else None):
            if choice.get("finish_reason") is not None:
                choice["finish_reason"] = self.finish_reason
            if "message" in choice:
                choice["message"] = self._message()
        usage = body.get("usage") if isinstance(body, dict) else None
        if isinstance(usage, dict) and isinstance(prompt := usage.get("prompt_tokens"), int):
            usage["completion_tokens"] = self.tokens
            usage["total_tokens"] = prompt + self.tokens
            details = usage.get("completion_tokens_details")
            if isinstance(details, dict) and "reasoning_tokens" in details:
                details["reasoning_tokens"] = self.tokens
        return body

    def _message(self) -> dict[str, str]:
        content = {"content": ""} if self.thoughts is None else {"reasoning": self.thoughts}
        return {**content, "role": "assistant"}


def _silenced(plan: Plan, silence: _Silence) -> Plan:
    """Return a completion without content; its first piece counts all tokens of ``silence``."""
    if not any(map(says_choices, plan)):
        return plan
    emptied = edited(Truncate(0).apply(plan, Context(Random(0))), silence.of)
    first = next((at for at, step in enumerate(emptied) if says_choices(step)), None)
    return tuple(
        replace(step, tokens=silence.tokens) if at == first and isinstance(step, Data) else step
        for at, step in enumerate(emptied)
    )


def _thinking(plan: Plan, thoughts: tuple[str, ...], size: int) -> Iterator[Step]:
    """Yield the plan; add events with ``size`` tokens of reasoning after the role's event."""
    for step in plan:
        if not is_role(step) or not step.tokens or not (body := body_of(step)):
            yield step
            continue
        yield replace(step, tokens=0)
        for at in range(0, len(thoughts), size):
            run = thoughts[at : at + size]
            choice = {"delta": {"reasoning": "".join(run)}, "index": 0}
            yield Data(event({**body, "choices": [choice]}), len(run))


def _tokens_per_event(plan: Plan) -> int:
    """Return the most tokens of any event, except events with the role or with tool calls."""
    known = (step for step in plan if isinstance(step, Data) and not is_role(step))
    return max((step.tokens for step in known if b'"tool_calls":' not in step.data), default=0) or 1
