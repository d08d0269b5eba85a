"""What a client could read of an answer, whatever faults have left of it; and what it had asked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from mockserver.api.contract.routes import COMPLETING
from mockserver.api.model.tools import last_user_text
from mockserver.core.messages import json_object
from mockserver.core.sse import read
from mockserver.journal import Exchange
from mockserver.plan import Wait, duration_of, ending

from .form import readable

_DONE = "[DONE]"
_LENGTH = b'"length"'


@dataclass(slots=True)
class HeardCall:
    """A call of a tool as far as it arrived."""

    id: str = ""
    name: str = ""
    arguments: str = ""

    @property
    def whole(self) -> bool:
        """Whether the arguments are a JSON object, as those of a call that was not cut are."""
        try:
            return isinstance(json.loads(self.arguments), dict)
        except (ValueError, RecursionError):
            return False


@dataclass(slots=True)
class Heard:
    """One choice of an answer."""

    text: str = ""
    calls: dict[int, HeardCall] = field(default_factory=dict[int, HeardCall])
    finish: str | None = None

    @property
    def whole(self) -> bool:
        """Whether it came to an end of its own and says what that end promises."""
        if self.finish == "tool_calls":
            return bool(self.calls) and all(call.whole for call in self.calls.values())
        return self.finish == "stop" and bool(self.text)

    @property
    def last_call(self) -> HeardCall | None:
        """The call that a cut has hit, if any has."""
        return list(self.calls.values())[-1] if self.calls else None


def heard(exchange: Exchange) -> list[Heard]:
    """Return what the client could read of each choice; none of a document that is not whole."""
    choices: dict[int, Heard] = {}
    if exchange.refused:
        return []
    for said in _objects(exchange):
        for choice in _dicts(said.get("choices")):
            _listen(choices.setdefault(_index(choice), Heard()), choice)
    return [choices[at] for at in sorted(choices)]


def parts(exchange: Exchange) -> list[Heard]:
    """
    Return the choices that are not whole, as the client could see; none that is empty.

    They end with ``length``, or the stream breaks off. What the client broke off itself is no cut.
    """
    if exchange.refused or left(exchange) or exchange.endpoint not in COMPLETING:
        return []
    if not exchange.failed and _LENGTH not in ending.body_of(exchange.plan):
        return []  # as nearly all, and reading takes time
    cut = [choice for choice in heard(exchange) if choice.finish in (None, "length")]
    return [choice for choice in cut if choice.text or choice.calls]


def left(exchange: Exchange) -> bool:
    """Whether the client left an answer that would have come to its end."""
    return exchange.client_left and math.isfinite(duration_of(exchange.plan))


def complete(exchange: Exchange) -> bool:
    """
    Whether a completion arrived in full, so that there was no reason to ask again.

    What some client can't read as it is meant has not arrived.
    """
    if exchange.failed or exchange.client_left or exchange.finished is None:
        return False
    if exchange.endpoint not in COMPLETING or not readable(exchange):
        return False
    choices = heard(exchange)
    return bool(choices) and all(choice.whole for choice in choices)


def question(exchange: Exchange) -> str:
    """Return what the user asked last, or the prompt; empty when the body can't be read."""
    try:
        return last_user_text(exchange.body).strip()
    except (AttributeError, KeyError, TypeError):  # what no validation has let through
        return ""


def _objects(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """Yield what arrives and can be read: the document, or the events before ``[DONE]``."""
    # what stands behind a stall never comes
    plan = tuple(takewhile(lambda step: step != Wait(math.inf), exchange.plan))
    if not ending.streams(plan):
        if not exchange.interrupted and plan == exchange.plan:
            yield json_object(ending.body_of(plan))
        return
    for event in ending.events(plan):
        _, said = read(event)
        if said.strip() == _DONE:
            return
        yield json_object(said)


def _listen(choice: Heard, said: dict[str, Any]) -> None:
    holder = said.get("delta") or said.get("message") or said
    if not isinstance(holder, dict):
        return
    choice.text += _text(holder.get("content") if holder is not said else said.get("text"))
    choice.finish = _text(said.get("finish_reason")) or choice.finish
    for at, part in enumerate(_dicts(holder.get("tool_calls"))):
        call = choice.calls.setdefault(_index(part, at), HeardCall())
        function = part.get("function")
        function = function if isinstance(function, dict) else {}
        call.id = call.id or _text(part.get("id"))
        call.name = call.name or _text(function.get("name"))
        call.arguments += _text(function.get("arguments"))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _index(part: dict[str, Any], default: int = 0) -> int:
    index = part.get("index", default)
    return index if isinstance(index, int) else default


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
