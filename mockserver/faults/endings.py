"""Ends a stream in other ways than the API does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import filterfalse
from typing import Annotated

from pydantic import Field

from mockserver.core.units import Flag, Seconds
from mockserver.plan import Close, End, Plan, Wait

from .base import Context
from .body import resized, streams, with_piece
from .events import finishes, is_done, is_event


@dataclass(frozen=True, slots=True)
class NoFinish:
    """
    End a stream without its last event, the one with ``finish_reason`` and usage.

    With ``done`` the stream still ends with ``[DONE]``. The framing is correct, so the transport
    reports no loss. A document is left unchanged.

    No client raises an exception, so the text passes for complete. litellm and pydantic-ai even
    report ``stop`` as the finish reason; in the other clients ``finish_reason`` is None, which few
    apps check.
    """

    done: Flag = False

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop the events that end the stream."""
        if not streams(plan):
            return plan
        kept = tuple(step for step in plan if not finishes(step))
        return resized(kept if self.done else tuple(filterfalse(is_done, kept)), plan)


@dataclass(frozen=True, slots=True)
class NoDone:
    """
    End a stream without ``[DONE]``, as the API itself did in 2025.

    All SDKs and frameworks accept the end of the body instead. A hand-written loop may wait for
    ``[DONE]``, or report that the answer was cut.
    """

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Drop ``[DONE]``."""
        if not streams(plan):
            return plan
        return resized(tuple(filterfalse(is_done, plan)), plan)


@dataclass(frozen=True, slots=True)
class NoLastNewline:
    """
    End a stream without the newlines that complete its last event.

    The standard for server-sent events requires clients to drop such an event. The SDKs for Python,
    and the SDKs of Cerebras and OpenAI for Node, accept it. The AI SDK follows the standard. If the
    fault ``no_done`` is also applied, the last event is the one with the finish reason, so the AI
    SDK misses the finish reason.
    """

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Take the newlines off the last event."""
        last = max((at for at, step in enumerate(plan) if is_event(step)), default=None)
        if not streams(plan):
            return plan
        return with_piece(plan, last, lambda data: data.rstrip(b"\r\n"))


@dataclass(frozen=True, slots=True)
class HangAfterDone:
    """
    Keep the connection open after a whole answer, without ending the message.

    ``for`` (in Python ``lasting``) is how long the connection stays open; by default, until
    the client disconnects.

    A client that stops at ``[DONE]`` does not notice. Cerebras' SDK for Node reads on until the
    server closes the connection, and then throws an exception, although it has the whole answer;
    the AI SDK waits until the app aborts it.
    """

    lasting: Annotated[Seconds, Field(alias="for")] = math.inf

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put a wait before the end."""
        if not plan or not isinstance(plan[-1], End | Close):
            return plan
        return (*plan[:-1], Wait(self.lasting), plan[-1])
