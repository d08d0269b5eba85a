"""Breaks a stream off by an error in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from mockserver.api.contract.problems import PROBLEMS
from mockserver.core.sse import DONE, dumps, parsed
from mockserver.core.units import Count, Flag
from mockserver.plan import Data, End, Plan, tokens_of

from .base import Context
from .body import parted, streams
from .status import Error, ProblemName

Form: TypeAlias = Literal["nested", "flat", "flat_with_status", "string", "text"]
EventName: TypeAlias = Annotated[str, Field(pattern=r"^[^\r\n]+$")]


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """
    Break a stream off after so many tokens by an error, behind which the message ends as it should.

    ``problem`` is the error. ``after_tokens`` 0 is right after the head; an event stays whole, and
    a completion of no more tokens arrives whole. ``form`` is that of the API, the only error of it
    that is ``nested``: ``{"status_code": 500, "error": {...}}``; or it is ``flat`` as its other
    errors, ``flat_with_status``, a ``string`` under ``error``, or no JSON but a ``text``. ``event``
    is the name in an ``event:`` line before it. ``done`` lets ``[DONE]`` follow. Without a stream
    the error is a plain answer.

    The SDKs, langchain, litellm and pydantic-ai recognise what has an ``error``, and raise; the AI
    SDK's ``textStream`` just ends. A flat one langchain, litellm and pydantic-ai swallow: half a
    text, for the last two finished by ``stop``; the SDKs hand it on as a chunk without choices,
    over which the app stumbles. ``event: error`` alone is enough only for the SDKs for Node.
    """

    problem: ProblemName = "server_error"
    after_tokens: Count = 0
    form: Form = "nested"
    event: EventName | None = None
    done: Flag = False

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Put the error in the place of all that follows the last token let through."""
        found = parted(plan, self.after_tokens)
        if found is None or not tokens_of(plan):
            return plan
        if not streams(plan):
            return Error(self.problem).apply(plan, context)
        done = (Data(DONE),) if self.done else ()
        return (*found[0], Data(self._event(context.facts)), *done, End())

    def _event(self, facts: Mapping[str, object]) -> bytes:
        nested = parsed(PROBLEMS[self.problem].event(facts))
        name = f"event: {self.event}\n".encode() if self.event else b""
        return name + b"data: " + _FORMS[self.form](nested) + b"\n\n"


def _flat(nested: dict[str, Any]) -> bytes:
    return dumps({key: value for key, value in nested["error"].items() if key != "id"})


def _flat_with_status(nested: dict[str, Any]) -> bytes:
    flat = {key: value for key, value in nested["error"].items() if key != "id"}
    return dumps({**flat, "status_code": nested["status_code"]})


def _string(nested: dict[str, Any]) -> bytes:
    return dumps({"error": nested["error"]["message"]})


def _text(nested: dict[str, Any]) -> bytes:
    return " ".join(str(nested["error"]["message"]).split()).encode()


_FORMS: Mapping[Form, Callable[[dict[str, Any]], bytes]] = {
    "nested": dumps,
    "flat": _flat,
    "flat_with_status": _flat_with_status,
    "string": _string,
    "text": _text,
}
