"""Lets the client wait: for the head, for the body, for ever."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from mockserver.core.units import Count, Seconds
from mockserver.plan import Data, End, Plan, Wait

from .base import Context
from .body import length_of, parted, resized, streams

_COMMENT = b": keep-alive\n\n"
_WHITE_SPACE = b"\n"
_MOST_SIGNS = 10_000  # of life; each is a step of the plan
_ROUNDING = 1e-9  # 0.3 s are three times 0.1 s


@dataclass(frozen=True, slots=True)
class Latency:
    """
    Delay the whole answer, give or take the jitter; a wait is never negative.

    ``jitter`` is the half-width of a ``uniform`` ``distribution``, and the standard deviation of a
    ``normal`` or ``lognormal`` one, whose mean is ``delay``; a ``fixed`` delay has none.

    Beyond a read time-out the SDKs ask again, three times in all. By default it is a minute in
    Cerebras' SDKs and ten in OpenAI's; langchain's classes have none and wait on.
    """

    delay: Seconds
    jitter: Seconds = 0.0
    distribution: Literal["fixed", "uniform", "normal", "lognormal"] = "uniform"

    def __post_init__(self) -> None:
        if self.jitter and self.distribution == "fixed":
            raise ValueError("a 'fixed' delay has no 'jitter'")
        if not self.delay and self.distribution == "lognormal":
            raise ValueError("a 'lognormal' delay is always more than 0s")

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put a wait before everything else."""
        return (Wait(max(0.0, self._drawn(context.random))), *plan)

    def _drawn(self, random: Random) -> float:
        match self.distribution:
            case "fixed":
                return self.delay
            case "uniform":
                return self.delay + random.uniform(-self.jitter, self.jitter)
            case "normal":
                return random.normalvariate(self.delay, self.jitter)
            case "lognormal":
                variance = math.log1p((self.jitter / self.delay) ** 2)
                mean = math.log(self.delay) - variance / 2
                return random.lognormvariate(mean, math.sqrt(variance))


@dataclass(frozen=True, slots=True)
class SlowBody:
    """
    Send the head at once, and let the body wait.

    Cerebras' SDK for Node has no time-out any more once the head is there, and hangs; OpenAI's for
    Node neither, in a stream. The others ask again three times for a document, and in a stream
    raise: Cerebras' for Python an httpx.ReadTimeout, which is none of its own exceptions.
    """

    delay: Seconds

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put a wait behind the head."""
        found = parted(plan, 0)
        if found is None:
            return plan
        head, body = found
        return (*head, Wait(self.delay), *body)


@dataclass(frozen=True, slots=True)
class Stall:
    """
    Fall silent and keep the connection open: before the head, or after so many tokens.

    ``after_tokens`` 0 is right after the head; a document stops in its middle, in proportion. An
    answer of no more tokens arrives whole.

    In mid-stream nobody asks again. Cerebras' SDK for Python raises an httpx.ReadTimeout, which
    ``except cerebras.APIError`` misses; langchain's classes have no time-out, those for Node none
    after the head; the AI SDK's ``textStream`` just ends, with half the text.
    """

    after_tokens: Count | None = None

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put an endless wait in the place of all that follows."""
        if self.after_tokens is None:
            return (Wait(math.inf),)
        found = parted(plan, self.after_tokens)
        return plan if found is None else (*found[0], Wait(math.inf))


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """
    Send signs of life and nothing else for a while.

    They are comments of server-sent events, one ``every`` so often, from ``after_tokens`` on; a
    document, which can have none, is preceded by white space. ``then`` the answer goes on, ends
    without the rest, or falls silent. The YAML key of ``lasting``, how long it takes, is ``for``.
    An answer of no more tokens is untouched.

    Read time-outs count from one byte to the next, so they never fire; only OpenAI's SDK for Node
    limits a whole document. With ``then: end`` every client takes what it has for the whole
    answer, and litellm and pydantic-ai say that it has finished by ``stop``.
    """

    every: Seconds
    lasting: Annotated[Seconds, Field(alias="for")]
    after_tokens: Count = 0
    then: Literal["resume", "end", "stall"] = "resume"

    def __post_init__(self) -> None:
        if not self.every:
            raise ValueError("'every' should be more than 0s")
        if self.lasting / self.every > _MOST_SIGNS:
            raise ValueError(f"'for' should be at most {_MOST_SIGNS} times 'every'")

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put the signs of life between the parts, or in the place of the second."""
        found = parted(plan, self.after_tokens)
        if found is None:
            return plan
        streaming = streams(plan)
        first, rest = found if streaming else parted(plan, 0) or found
        signs = self._signs(_COMMENT if streaming else _WHITE_SPACE)
        dropped = length_of(rest) if self.then == "end" else 0
        rest = {"resume": rest, "end": (End(),), "stall": (Wait(math.inf),)}[self.then]
        return resized((*first, *signs, *rest), length_of(signs) - dropped)

    def _signs(self, sign: bytes) -> Plan:
        count = int(self.lasting / self.every + _ROUNDING)
        left = max(0.0, self.lasting - count * self.every)
        return (*(Wait(self.every), Data(sign)) * count, *((Wait(left),) if left else ()))
