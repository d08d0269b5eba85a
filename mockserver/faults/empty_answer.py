"""Answers that cost tokens and say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal, TypeAlias

from mockserver.api.model import prose
from mockserver.core.sse import event
from mockserver.core.units import Count, Positive
from mockserver.plan import Data, Plan, Step

from .base import Context
from .body import edited, length_of, resized, streams
from .events import body_of, is_role, says_choices
from .truncation import Truncate

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class EmptyAnswer:
    """
    Say nothing: an empty content, in a stream no event with any.

    ``finish_reason`` is why. ``tokens`` are those that usage counts all the same, of thoughts that
    nobody sees. What is no completion stays as it is.

    No client raises but pydantic-ai: whoever expects a text gets an empty one.
    """

    finish_reason: FinishReason = "length"
    tokens: Count = 0

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop all that is said."""
        return _silenced(plan, _Silence(self.finish_reason, self.tokens))


@dataclass(frozen=True, slots=True)
class ReasoningOnly:
    """
    Think until the ``tokens`` are used up, and say nothing.

    They are no more than the request allows. All of them are ``reasoning``, the finish reason is
    ``length``, the usage agrees, and there is no content. Text completions, which have no thoughts,
    are empty. What is no completion stays as it is.

    It is what reasoning models do with too small a ``max_completion_tokens``. No client raises but
    pydantic-ai; asking again with the same limit brings the same.
    """

    tokens: Positive

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put thoughts in the place of all that is said."""
        room = self.tokens if context.room is None else min(self.tokens, context.room)
        thoughts = prose.of_length(context.random.getrandbits(64), room)
        if not streams(plan):
            return _silenced(plan, _Silence("length", room, "".join(thoughts)))
        silenced = _silenced(plan, _Silence("length", room))
        thinking = tuple(_thinking(silenced, thoughts, _tokens_per_event(plan)))
        return resized(thinking, length_of(thinking) - length_of(silenced))


@dataclass(frozen=True, slots=True)
class _Silence:
    """What an answer without content says: why, for how many tokens, perhaps what was thought."""

    finish_reason: FinishReason
    tokens: int
    thoughts: str | None = None

    def of(self, body: Any) -> Any:
        """Change a document or an event of which all tokens have been dropped."""
        for choice in _choices(body):
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
        said = {"content": ""} if self.thoughts is None else {"reasoning": self.thoughts}
        return {**said, "role": "assistant"}


def _silenced(plan: Plan, silence: _Silence) -> Plan:
    """Drop all that a completion says, and let the first piece cost its tokens."""
    if not any(map(says_choices, plan)):
        return plan
    emptied = edited(Truncate(0).apply(plan, Context(Random(0))), silence.of)
    first = next((at for at, step in enumerate(emptied) if says_choices(step)), None)
    return tuple(
        replace(step, tokens=silence.tokens) if at == first and isinstance(step, Data) else step
        for at, step in enumerate(emptied)
    )


def _thinking(plan: Plan, thoughts: tuple[str, ...], size: int) -> Iterator[Step]:
    """Yield the plan with thoughts behind the role, so many tokens in each event."""
    for step in plan:
        if not is_role(step) or not step.tokens or not (body := body_of(step)):
            yield step
            continue
        yield replace(step, tokens=0)
        for at in range(0, len(thoughts), size):
            run = thoughts[at : at + size]
            choice = {"delta": {"reasoning": "".join(run)}, "index": 0}
            yield Data(event({**body, "choices": [choice]}), len(run))


def _choices(body: Any) -> Iterator[dict[str, Any]]:
    """Yield the choices of what may no longer be a completion."""
    choices = body.get("choices") if isinstance(body, dict) else None
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            yield choice


def _tokens_per_event(plan: Plan) -> int:
    """Return how many tokens of text come together; calls may come whole."""
    known = (step for step in plan if isinstance(step, Data) and not is_role(step))
    return max((step.tokens for step in known if b'"tool_calls":' not in step.data), default=0) or 1
