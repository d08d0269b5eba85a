"""Reads as much of an answer as a client could read, whatever the answer's faults."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from mockserver.core.messages import dicts, json_object
from mockserver.core.sse import read
from mockserver.plan import Close, Plan, Wait, head_of, inspection

_DONE = "[DONE]"
_EVENT = b"data:"


@dataclass(frozen=True, slots=True)
class ServedCall:
    """A tool call, as far as it was sent; ``arguments`` is the text as sent."""

    id: str = ""
    name: str = ""
    arguments: str = ""

    @property
    def whole(self) -> bool:
        """Whether the arguments are a JSON object, which shows that nothing was cut."""
        try:
            return isinstance(json.loads(self.arguments), dict)
        except (ValueError, RecursionError):
            return False


@dataclass(frozen=True, slots=True)
class Served:
    """
    One choice of an answer; ``finish`` is its finish reason, or None without one.

    ``last_piece`` is the last non-empty piece of the text, as sent.
    """

    text: str = ""
    reasoning: str = ""
    calls: tuple[ServedCall, ...] = ()
    finish: str | None = None
    last_piece: str = ""

    @property
    def whole(self) -> bool:
        """Whether the choice has finished, and has the content that its finish reason requires."""
        if self.finish == "tool_calls":
            return bool(self.calls) and all(call.whole for call in self.calls)
        return self.finish == "stop" and bool(self.text)


def served(plan: Plan) -> list[Served]:
    """Return the readable part of each choice; a document that was cut has no readable part."""
    head = head_of(plan)
    if head is None or head.refuses:
        return []
    choices: dict[int, _Choice] = {}
    for said in _objects(plan):
        for choice in dicts(said.get("choices")):
            choices.setdefault(_index(choice), _Choice()).listen(choice)
    return [choices[at].served() for at in sorted(choices)]


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class _Choice:
    """Collects the pieces of a choice."""

    text: list[str] = field(default_factory=list[str])
    reasoning: list[str] = field(default_factory=list[str])
    calls: dict[int, _Call] = field(default_factory=dict[int, _Call])
    finish: str | None = None

    def listen(self, said: dict[str, Any]) -> None:
        """Add a choice from an event or from the document."""
        holder = said.get("delta") or said.get("message") or said
        if not isinstance(holder, dict):
            return
        self.text.append(_text(holder.get("content") if holder is not said else said.get("text")))
        self.reasoning.append(_text(holder.get("reasoning")))
        self.finish = _text(said.get("finish_reason")) or self.finish
        for at, part in enumerate(dicts(holder.get("tool_calls"))):
            call = self.calls.setdefault(_index(part, at), _Call())
            function = part.get("function")
            function = function if isinstance(function, dict) else {}
            call.id = call.id or _text(part.get("id"))
            call.name = call.name or _text(function.get("name"))
            call.arguments.append(_text(function.get("arguments")))

    def served(self) -> Served:
        """Return the choice with its pieces joined."""
        calls = (
            ServedCall(call.id, call.name, "".join(call.arguments)) for call in self.calls.values()
        )
        last = next((piece for piece in reversed(self.text) if piece), "")
        return Served("".join(self.text), "".join(self.reasoning), tuple(calls), self.finish, last)


def _objects(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects that arrive: the document, or the events before ``[DONE]``."""
    # steps after a stall never arrive
    arrives = tuple(takewhile(lambda step: step != Wait(math.inf), plan))
    # a client that asked for a stream reads events, whatever the media type is
    if not (inspection.streams(arrives) or inspection.body_of(arrives).startswith(_EVENT)):
        if not isinstance(plan[-1], Close) and len(arrives) == len(plan):
            yield json_object(inspection.body_of(plan))
        return
    for event in inspection.events(arrives):
        _, data = read(event)
        if data.strip() == _DONE:
            return
        yield json_object(data)


def _index(part: dict[str, Any], default: int = 0) -> int:
    index = part.get("index", default)
    return index if isinstance(index, int) else default


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
