"""Makes the client wait: for the head, for the body, or forever."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from mockserver.core.units import Count, Seconds
from mockserver.plan import Data, End, Plan, Wait

from .base import Context
from .body import parted, resized, streams

_COMMENT = b": keep-alive\n\n"
_WHITE_SPACE = b"\n"
_MOST_SIGNS = 10_000  # signs of life, each of which is a step of the plan
_ROUNDING = 1e-9  # so that 0.3 / 0.1 counts as 3


@dataclass(frozen=True, slots=True)
class Latency:
    """
    Delay the whole answer by ``delay``, plus or minus ``jitter``; a negative delay counts as 0.

    ``jitter`` is the half-width of a ``uniform`` ``distribution``, or the standard deviation of a
    ``normal`` or ``lognormal`` distribution, whose mean is ``delay``; a ``fixed`` delay has no
    jitter.

    If the delay exceeds the read time-out of an SDK, the SDK makes three attempts in all. The
    default time-out is one minute in Cerebras' SDKs and ten minutes in OpenAI's; langchain's
    classes have none and keep waiting.
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
        """Wait before everything else."""
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
    Send the head at once, and the body after ``delay``.

    Cerebras' SDK for Node has no time-out once the head has arrived, so it hangs. OpenAI's SDK for
    Node also hangs, but only in a stream. The other SDKs request a document three times, and raise
    an exception in a stream. In Cerebras' SDK for Python, this is an httpx.ReadTimeout, which is
    not one of its own exceptions.
    """

    delay: Seconds

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Wait after the head."""
        found = parted(plan, 0)
        if found is None:
            return plan
        head, body = found
        return (*head, Wait(self.delay), *body)


@dataclass(frozen=True, slots=True)
class Stall:
    """
    Stop sending, before the head or after some tokens, but keep the connection open.

    ``after_tokens: 0`` means right after the head; a document stops as if all its tokens were
    equally long. An answer of at most ``after_tokens`` tokens arrives whole.

    No client retries mid-stream. Cerebras' SDK for Python raises an httpx.ReadTimeout, which
    ``except cerebras.APIError`` misses. langchain's classes have no time-out, and the SDKs for Node
    have none after the head. The AI SDK's ``textStream`` just ends, with half the text.
    """

    after_tokens: Count | None = None

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace the rest of the answer with an endless wait."""
        if self.after_tokens is None:
            return (Wait(math.inf),)
        found = parted(plan, self.after_tokens)
        return plan if found is None else (*found[0], Wait(math.inf))


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """
    For a while, send nothing but signs of life: bytes without content.

    ``after_tokens`` is how many tokens of a stream come first. ``every`` is the interval between
    two signs of life. In a stream, a sign of life is a comment; in a document, which can't have
    comments, it is white space before the JSON. ``for`` (in Python ``lasting``) is how long the
    signs of life are sent. ``then`` is what follows: ``resume``, the rest of the answer; ``end``,
    the end of the message without the rest; or ``stall``, silence on an open connection. An answer
    of at most ``after_tokens`` tokens is unchanged.

    Read time-outs count from one byte to the next, so they never fire; only OpenAI's SDK for Node
    limits the time for a whole document. With ``then: end``, every client mistakes the partial
    answer for the whole one, and litellm and pydantic-ai report ``stop`` as the finish reason.
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
        """Put the signs of life between the two parts, or in place of the second part."""
        found = parted(plan, self.after_tokens)
        if found is None:
            return plan
        streaming = streams(plan)
        first, rest = found if streaming else parted(plan, 0) or found
        signs = self._signs(_COMMENT if streaming else _WHITE_SPACE)
        if self.then == "end":
            return resized((*first, *signs, End()), plan)
        rest = rest if self.then == "resume" else (Wait(math.inf),)
        return (*resized((*first, *signs), first), *rest)

    def _signs(self, sign: bytes) -> Plan:
        count = int(self.lasting / self.every + _ROUNDING)
        left = max(0.0, self.lasting - count * self.every)
        return (*(Wait(self.every), Data(sign)) * count, *((Wait(left),) if left else ()))
