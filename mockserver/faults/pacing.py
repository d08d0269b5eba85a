"""Sends the body slowly: by pieces, bytes or tokens."""

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

_PIECES = 10  # pieces of a document that ``Drip`` sends
_TICK = 0.1  # seconds; a write has at most the bytes that may be sent in this time
_SLOWEST = 0.001  # tokens a second


def _rate(found: object) -> object:
    if isinstance(found, int | float) and not isinstance(found, bool):
        fits = _SLOWEST <= found < math.inf
    else:
        fits = found == "model"
    if not fits:
        raise ValueError(f"should be a number of tokens a second, at least {_SLOWEST}, or 'model'")
    return found


Rate: TypeAlias = Annotated[
    float | Literal["model"],
    BeforeValidator(_rate),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": _SLOWEST}, {"const": "model"}]}),
]
"""A rate in tokens a second, or ``model`` for the edition's speed of the requested model."""


@dataclass(frozen=True, slots=True)
class Drip:
    """
    Send the body in pieces, with a pause of ``every`` between two pieces.

    A piece has ``bytes`` bytes; by default it is an event, or a tenth of a document.

    Each pause is short, so no read time-out fires, however long the whole answer takes. Only
    OpenAI's SDK for Node limits the time for a whole document; with all other clients the app must
    set a deadline.
    """

    every: Seconds
    bytes: Positive | None = None

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Slice the body, and wait before each slice except the first."""
        size = self.bytes or (None if streams(plan) else math.ceil(length_of(plan) / _PIECES))
        return tuple(_timed(_sliced(plan, size), lambda sent: self.every * sent.pieces))


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """
    Send the body at a limited rate, as over a slow line; the head is sent at once.

    A longer answer takes longer, so the fault shows which answers are too long for a total
    deadline. The waits of other faults are added to this time.
    """

    bytes_per_second: Positive

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Slice large pieces, and before each slice wait for the time that sending it takes."""
        size = max(1, int(self.bytes_per_second * _TICK))
        rate = self.bytes_per_second
        return tuple(_timed(_sliced(plan, size), lambda sent: sent.bytes / rate))


@dataclass(frozen=True, slots=True)
class Pace:
    """
    Send the first token after ``first_token``, the others at a rate of ``tokens_per_second``.

    ``tokens_per_second: model`` is the edition's speed of the requested model. The head of a stream
    is sent at once; a document is sent when its last token is due. Answers without tokens are
    unchanged.

    A paced answer is correct. The fault shows what users see while they wait, and which deadlines
    are too short even for a correct answer.
    """

    first_token: Seconds = 0.0
    tokens_per_second: Rate | None = None

    def __post_init__(self) -> None:
        if not self.first_token and self.tokens_per_second is None:
            raise ValueError("should have 'first_token' or 'tokens_per_second'")

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Wait before each event until its tokens are due; an ``EventRun`` remains one step."""
        rate = context.speed if self.tokens_per_second == "model" else self.tokens_per_second
        tokens = tokens_of(plan)
        if not tokens:
            return plan
        if not streams(plan):
            return (Wait(self.first_token + ((tokens - 1) / rate if rate else 0.0)), *plan)
        return tuple(_paced(plan, self.first_token, rate or math.inf))


@dataclass(slots=True)
class _Sent:
    """How many pieces came before the current one, and how many bytes and tokens up to its end."""

    pieces: int = 0
    bytes: int = 0
    tokens: int = 0


def _timed(steps: Iterable[Step], due: Callable[[_Sent], float]) -> Iterator[Step]:
    """Yield the steps, with a wait before each piece until it is due."""
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
    """Yield the steps, each event when its tokens are due: at ``rate`` after the first token."""
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
    """Return the number of tokens of each event in a step."""
    if isinstance(step, EventRun):
        return list(step.counts)
    return [step.tokens] if isinstance(step, Data) else []


def _sliced(plan: Plan, size: int | None) -> Iterator[Step]:
    for step in plan:
        if isinstance(step, Data) and size:
            yield from sliced(step, size)
        else:
            yield step
