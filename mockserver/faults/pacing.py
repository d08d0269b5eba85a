"""Lets the body come slowly: by pieces, by bytes, by tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from mockserver.core.units import Positive, Seconds
from mockserver.plan import Data, EventRun, Plan, Step, Wait, tokens_of

from .base import Context
from .body import length_of, sliced, streams

_PIECES = 10  # of a document that drips
_TICK = 0.1  # seconds: how finely a bandwidth is kept
_SLOWEST = 0.001  # tokens a second


def _rate(found: object) -> object:
    if isinstance(found, int | float) and not isinstance(found, bool):
        fits = _SLOWEST <= found < math.inf
    else:
        fits = found == "model"
    if not fits:
        raise ValueError(f"should be tokens a second, at least {_SLOWEST}, or 'model'")
    return found


Rate: TypeAlias = Annotated[
    float | Literal["model"],
    BeforeValidator(_rate),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": _SLOWEST}, {"const": "model"}]}),
]
"""Tokens a second, or those of the edition for the model that is asked."""


@dataclass(frozen=True, slots=True)
class Drip:
    """
    Send the body in pieces of so many ``bytes``, one ``every`` so often.

    Without ``bytes`` a piece is an event, or a tenth of a document.

    No client is silent for long, so no read time-out fires, and an answer may take for ever. Only
    OpenAI's SDK for Node limits a whole document; all others need a deadline of the caller.
    """

    every: Seconds
    bytes: Positive | None = None

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Part each piece, and put a wait before all parts but the first."""
        size = self.bytes or (None if streams(plan) else math.ceil(length_of(plan) / _PIECES))
        return tuple(_timed(_sliced(plan, size), lambda sent: self.every * sent.pieces))


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """
    Send the body at so many bytes a second, as over a slow line; the head comes at once.

    It takes as long as the size of the body says, so it finds the limits that a total deadline
    sets to long answers. Other waits of the answer come on top.
    """

    bytes_per_second: Positive

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Part what is large, and put before each part the wait that it takes to send it."""
        size = max(1, int(self.bytes_per_second * _TICK))
        rate = self.bytes_per_second
        return tuple(_timed(_sliced(plan, size), lambda sent: sent.bytes / rate))


@dataclass(frozen=True, slots=True)
class Pace:
    """
    Let the first token come after ``first_token``, the others at so many ``tokens_per_second``.

    ``model`` is the edition's speed of the model that is asked for. A stream has its head at once;
    a document comes when its last token is there. What has no tokens comes as it is.

    Nothing is wrong with such an answer: it shows what users see while they wait, and which
    deadlines are too short for an honest answer.
    """

    first_token: Seconds = 0.0
    tokens_per_second: Rate | None = None

    def __post_init__(self) -> None:
        if not self.first_token and self.tokens_per_second is None:
            raise ValueError("names neither 'first_token' nor 'tokens_per_second'")

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put before each event the wait until its tokens are there; what is together stays so."""
        rate = context.speed if self.tokens_per_second == "model" else self.tokens_per_second
        tokens = tokens_of(plan)
        if not tokens:
            return plan
        if not streams(plan):
            return (Wait(self.first_token + ((tokens - 1) / rate if rate else 0.0)), *plan)
        return tuple(_paced(plan, self.first_token, rate or math.inf))


@dataclass(slots=True)
class _Sent:
    """How many pieces have gone before one, and how many bytes and tokens have gone with it."""

    pieces: int = 0
    bytes: int = 0
    tokens: int = 0


def _timed(steps: Iterable[Step], due: Callable[[_Sent], float]) -> Iterator[Step]:
    """Yield the steps, and before each piece the wait until it is due."""
    sent, last = _Sent(), 0.0
    for step in steps:
        if isinstance(step, Data):
            sent.bytes += len(step.data)
            sent.tokens += step.tokens
            time = due(sent)
            if time > last:
                yield Wait(time - last)
            last = time
            sent.pieces += 1
        yield step


def _paced(plan: Plan, first_token: float, rate: float) -> Iterator[Step]:
    """Yield the steps, and before each event the wait for its tokens but the very first one."""
    ahead, free = first_token, 1
    for step in plan:
        paid = _tokens(step)
        if not paid:
            yield step
            continue
        if free and any(paid):
            paid[next(at for at, count in enumerate(paid) if count)] -= free
            free = 0
        first, *others = [count / rate for count in paid]
        waits, ahead = (ahead + first, *others), 0.0
        if isinstance(step, EventRun):
            yield replace(step, waits=waits)
        else:
            yield from (Wait(waits[0]),) if waits[0] else ()
            yield step


def _tokens(step: Step) -> list[int]:
    """Return the tokens of each event in a step."""
    if isinstance(step, EventRun):
        return list(step.counts)
    return [step.tokens] if isinstance(step, Data) else []


def _sliced(plan: Plan, size: int | None) -> Iterator[Step]:
    for step in plan:
        if isinstance(step, Data) and size:
            yield from sliced(step, size)
        else:
            yield step
