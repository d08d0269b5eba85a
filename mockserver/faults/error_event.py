"""Ends a stream early with an event that is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from mockserver.api.contract.problems import problems
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
    End a stream early with an error event; the HTTP message itself ends correctly.

    ``problem`` is the error. ``after_tokens: 0`` means right after the head; an event stays whole,
    and a completion of at most ``after_tokens`` tokens arrives whole. ``form`` is ``nested``, as
    the API writes errors in streams: ``{"status_code": 500, "error": {...}}``; ``flat``, as the API
    writes all other errors; ``flat_with_status``, a flat error with a ``status_code``; ``string``,
    a string as the value of ``error``; or ``text``, a message that is not JSON. ``event`` is the
    name in an ``event:`` line before the error. With ``done``, ``[DONE]`` follows the error. If the
    answer is a document, the error is a plain error response.

    The SDKs, langchain, litellm and pydantic-ai recognize an event with ``error`` and raise an
    exception; the AI SDK's ``textStream`` just ends. langchain, litellm and pydantic-ai ignore a
    flat error and return partial text; litellm and pydantic-ai report ``stop`` as its finish
    reason. The SDKs pass on a flat error as a chunk without choices, on which the app fails. Only
    the SDKs for Node recognize an error by ``event: error`` alone.
    """

    problem: ProblemName = "server_error"
    after_tokens: Count = 0
    form: Form = "nested"
    event: EventName | None = None
    done: Flag = False

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace everything after ``after_tokens`` tokens by the error."""
        found = parted(plan, self.after_tokens)
        if found is None or not tokens_of(plan):
            return plan
        if not streams(plan):
            return Error(self.problem).apply(plan, context)
        done = (Data(DONE),) if self.done else ()
        return (*found[0], Data(self._event(context.facts)), *done, End())

    def _event(self, facts: Mapping[str, object]) -> bytes:
        nested = parsed(problems()[self.problem].event(facts))
        name = f"event: {self.event}\n".encode() if self.event else b""
        return name + b"data: " + _FORMS[self.form](nested) + b"\n\n"


def _details(nested: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in nested["error"].items() if key != "id"}


_FORMS: Mapping[Form, Callable[[dict[str, Any]], bytes]] = {
    "nested": dumps,
    "flat": lambda nested: dumps(_details(nested)),
    "flat_with_status": lambda nested: dumps(
        {**_details(nested), "status_code": nested["status_code"]}
    ),
    "string": lambda nested: dumps({"error": nested["error"]["message"]}),
    "text": lambda nested: " ".join(str(nested["error"]["message"]).split()).encode(),
}
