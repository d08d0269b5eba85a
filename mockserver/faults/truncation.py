"""Truncates a completion, in a stream or a document, as the completion limit does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mockserver.api.model import tokens
from mockserver.core.sse import dumps, event, parsed
from mockserver.core.units import Count
from mockserver.plan import Data, Plan, Step, tokens_of

from .base import Context
from .events import is_role, says_choices

_CONTENT = ("content", "text")
# raised by pieces that another fault has cut or reshaped
_OTHER_FORM = (ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Truncate:
    """
    End the answer after ``tokens`` tokens, with ``finish_reason: length`` and matching usage.

    The API itself ends an answer like this at the completion limit. Shorter answers are unchanged.
    The tokens of all choices count together; choices that are not cut keep their finish reason.

    No client raises an exception, so an app that does not check ``finish_reason`` mistakes half an
    answer for a whole one. If the arguments of a call are cut in a stream, langchain closes the
    braces, and a tool runs with half of an argument; pydantic-ai asks again.
    """

    tokens: Count

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop the text beyond the limit and correct the finish reason and usage."""
        if tokens_of(plan) <= self.tokens:
            return plan
        kept: list[Step] = []
        cut: set[int] = set()
        room = self.tokens
        for step in plan:
            if not isinstance(step, Data):
                kept.append(step)
            elif not room and _is_lost(step, cut):
                cut |= _indices(step)
            else:
                shorter = _shortened(step, room, total=self.tokens, cut=cut)
                room -= shorter.tokens
                kept.append(shorter)
        return tuple(kept)


def _has_usage(step: Data) -> bool:
    return b'"usage":' in step.data


def _is_finish(step: Data) -> bool:
    return b'"finish_reason":' in step.data


def _is_lost(step: Data, cut: set[int]) -> bool:
    """Return whether to drop an event if no room is left: it has tokens, or its choice was cut."""
    if _has_usage(step) or is_role(step) or _is_finish(step) or not says_choices(step):
        return False
    return bool(step.tokens or _indices(step) & cut)


def _indices(step: Data) -> set[int]:
    """Return the indices of the choices of an event."""
    try:
        body = parsed(step.data)
        return {_index(choice) for choice in (body or {}).get("choices", ())}
    except _OTHER_FORM:
        return set()


def _index(choice: dict[str, Any]) -> int:
    """Return the index of a choice; 0 if another fault has removed it."""
    return int(choice.get("index", 0))


def _shortened(step: Data, room: int, *, total: int, cut: set[int]) -> Data:
    """
    Return a piece with at most ``room`` tokens of text; any usage in it counts ``total`` tokens.

    If choices lose tokens, adds them to ``cut`` and changes their finish reason.
    """
    if step.tokens <= room and not _has_usage(step) and not _is_finish(step):
        return step
    try:
        streamed = parsed(step.data) is not None
        body = parsed(step.data) if streamed else json.loads(step.data)
        lost = _cut(body, max(0, step.tokens - room - _unseen(body, step.tokens)))
        _finish(body, total, cut | lost)
        text = event(body) if streamed else dumps(body)
    except _OTHER_FORM:
        part = step.data[: len(step.data) * room // max(step.tokens, room, 1)]
        return Data(part, min(step.tokens, room))
    cut |= lost
    return Data(text, min(step.tokens, room))


def _unseen(body: dict[str, Any], paid: int) -> int:
    """Return how many billed tokens of a text completion are not in its texts."""
    texts = [choice.get("text") for choice in body["choices"]]
    if "usage" not in body or None in texts:
        return 0
    return max(0, paid - sum(map(tokens.count, texts)))


def _cut(body: dict[str, Any], excess: int) -> set[int]:
    """Remove ``excess`` tokens from the end; return the indices of the choices that lost any."""
    lost = set()
    for choice in reversed(body["choices"]):
        rest = _drop(choice, excess)
        if rest < excess:
            lost.add(_index(choice))
        excess = rest
    if excess:  # reasoning that is billed but not shown
        lost.add(_index(body["choices"][0]))
    return lost


def _drop(choice: dict[str, Any], excess: int) -> int:
    """Remove up to ``excess`` tokens from the end of a choice; return the remaining excess."""
    holder = choice.get("delta") or choice.get("message") or choice
    excess = _drop_calls(holder, excess)
    for name in (*_CONTENT, "reasoning"):
        pieces = tokens.pieces(holder.get(name) or "")
        dropped = min(excess, len(pieces))
        if dropped:
            holder[name] = "".join(pieces[: len(pieces) - dropped])
            excess -= dropped
        if dropped and name in _CONTENT:
            _drop_odds(choice, dropped)
    if holder.get("reasoning") == "":
        del holder["reasoning"]
    elif "delta" in choice and holder.get("content") == "":
        del holder["content"]
        choice.pop("logprobs", None)
    return excess


def _drop_calls(holder: dict[str, Any], excess: int) -> int:
    calls = holder.get("tool_calls", [])
    while calls and excess:
        function = calls[-1]["function"]
        pieces = tokens.pieces(function["arguments"])
        function["arguments"] = "".join(pieces[: max(0, len(pieces) - excess)])
        dropped = min(excess, len(pieces))
        excess -= dropped
        if excess and "name" in function:  # the name counts as one token, which is removed last
            calls.pop()
            excess -= 1
        elif excess:
            break
    if "tool_calls" in holder and not calls:
        del holder["tool_calls"]
    return excess


def _drop_odds(choice: dict[str, Any], dropped: int) -> None:
    for odds in (choice.get("logprobs") or {}).values():
        del odds[len(odds) - dropped :]


def _finish(body: dict[str, Any], total: int, cut: set[int]) -> None:
    """Make usage and finish reasons match the shortened text."""
    usage = body.get("usage", {})
    details = usage.get("completion_tokens_details", {})
    if usage:
        usage["completion_tokens"] = total
        usage["total_tokens"] = usage["prompt_tokens"] + total
    if "reasoning_tokens" in details:
        details["reasoning_tokens"] = min(details["reasoning_tokens"], total)
    for choice in body["choices"]:
        if _index(choice) not in cut or "finish_reason" not in choice:
            continue
        choice["finish_reason"] = "length"
        if "message" in choice:
            choice["message"] = _message(choice["message"], details.get("reasoning_tokens", 0))


def _message(message: dict[str, Any], thought: int) -> dict[str, Any]:
    """Return the message; drop an empty content if the message has anything else."""
    content = message.pop("content", "")
    if not content and (thought or "reasoning" in message or "tool_calls" in message):
        return message
    return {"content": content, **message}
