"""Turns a stream into a document, or a document into a stream."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mockserver.core.sse import DONE, dumps, event, parsed
from mockserver.plan import Data, Plan

from .base import Context
from .body import streams
from .header_fields import with_fields

_GROWS = ("content", "reasoning", "text", "arguments")  # strings that a stream sends in pieces


@dataclass(frozen=True, slots=True)
class WrongMode:
    """
    Answer a request for a stream with a document, and any other request with a stream.

    A server behaves like this if it can't read ``stream`` because the request's body is compressed.
    If a client asked for a document, the SDKs return the events as a ``str`` typed as a completion.
    If a client asked for a stream, the SDKs, litellm and the AI SDK read the document as an empty
    stream without an error; langchain and pydantic-ai raise an exception. Answers other than
    completions are unchanged.
    """

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Write the same completion in the other form."""
        pieces = [step for step in plan if isinstance(step, Data)]
        try:
            other = _document(pieces) if streams(plan) else _events(pieces)
        except (ValueError, LookupError, TypeError, AttributeError):  # no completion, or damaged
            return plan
        media_type = "application/json" if streams(plan) else "text/event-stream; charset=utf-8"
        last = max(at for at, step in enumerate(plan) if isinstance(step, Data))
        before = (step for step in plan[:last] if not isinstance(step, Data))  # with all waits
        steps = (*before, *other, *plan[last + 1 :])
        return with_fields(steps, {"content-type": media_type}, without=("content-length",))


def _document(pieces: list[Data]) -> list[Data]:
    """Return the events of a stream as one document."""
    bodies = [body for body in (parsed(piece.data) for piece in pieces) if body is not None]
    choices: dict[int, dict[str, Any]] = {}
    for body in bodies:
        for choice in body["choices"]:
            _merge(choices.setdefault(choice["index"], {}), choice)
    whole = {
        **bodies[0],
        **bodies[-1],
        "object": bodies[0]["object"].removesuffix(".chunk"),
        "choices": [_message(choices[index]) for index in sorted(choices)],
    }
    return [Data(dumps(whole), sum(piece.tokens for piece in pieces))]


def _merge(known: dict[str, Any], new: dict[str, Any]) -> None:
    """Merge a choice of an event into the same choice of the earlier events."""
    for key, value in new.items():
        old = known.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value)
        elif key == "tool_calls":
            _merge_calls(known.setdefault(key, []), value)
        elif isinstance(old, list) or (isinstance(old, str) and key in _GROWS):
            known[key] = old + value
        else:
            known[key] = value


def _merge_calls(known: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    for call in new:
        begun = next((one for one in known if one["index"] == call["index"]), None)
        if begun is None:
            known.append(call)
        else:
            _merge(begun, call)


def _message(choice: dict[str, Any]) -> dict[str, Any]:
    """Return a merged choice of a stream as a choice of a document."""
    if "delta" not in choice:
        return choice
    message = choice.pop("delta")
    for call in message.get("tool_calls", ()):
        del call["index"]
    return {**choice, "message": message}


def _events(pieces: list[Data]) -> list[Data]:
    """Return a document as a stream: all content, the finish with usage, and ``[DONE]``."""
    body = json.loads(b"".join(piece.data for piece in pieces))
    choices = body.pop("choices")
    last = {key: body.pop(key) for key in ("usage", "time_info") if key in body}
    if any("message" in choice for choice in choices):
        body["object"] += ".chunk"
    content = {**body, "choices": [_delta(choice) for choice in choices]}
    finish = {**body, "choices": [_finish(choice) for choice in choices], **last}
    tokens = sum(piece.tokens for piece in pieces)
    return [Data(event(content), tokens), Data(event(finish)), Data(DONE)]


def _delta(choice: dict[str, Any]) -> dict[str, Any]:
    begun = {key: value for key, value in choice.items() if key != "finish_reason"}
    if "message" not in begun:
        return begun
    delta = begun.pop("message")
    if "tool_calls" in delta:
        delta["tool_calls"] = [{**call, "index": at} for at, call in enumerate(delta["tool_calls"])]
    return {**begun, "delta": delta}


def _finish(choice: dict[str, Any]) -> dict[str, Any]:
    spoken: dict[str, Any] = {"delta": {}} if "message" in choice else {"text": ""}
    return {"finish_reason": choice["finish_reason"], "index": choice["index"], **spoken}
