"""The fault that replaces an answer by a success that is not a completion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import JsonValue

from mockserver.api.contract.problems import problems
from mockserver.core.sse import DONE, parsed
from mockserver.plan import Plan

from .base import Context
from .body import streams
from .status import Error, ProblemName

_JSON = "application/json"
_HTML = "text/html; charset=utf-8"
_EVENTS = "text/event-stream; charset=utf-8"
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Back soon</title></head>
<body><h1>We are back soon</h1><p>Scheduled maintenance.</p></body>
</html>
"""


@dataclass(frozen=True, slots=True)
class NoCompletion:
    """
    Replace any answer by a 200 with something other than a completion.

    ``kind`` is ``page``, an HTML page as from a proxy under maintenance; ``empty``, an empty body;
    ``json_null``, JSON's ``null``, which is the only event of a stream; ``error``, an error as the
    API writes it in a document; or ``nested_error``, an error as the API writes it in a stream.
    ``problem`` is the error to write, by default ``server_error``.

    A client that asked for a stream reads an empty stream: the SDKs, litellm and the AI SDK report
    no error, and litellm reports ``stop`` as the finish reason. If a client asked for a document,
    the SDKs return a page as a ``str`` typed as a completion, and an error as a completion whose
    choices are None.
    """

    kind: Literal["page", "empty", "json_null", "error", "nested_error"]
    problem: ProblemName | None = None

    def __post_init__(self) -> None:
        if self.problem is not None and not self.kind.endswith("error"):
            raise ValueError(
                f"{self.kind!r} has no 'problem'; only 'error' and 'nested_error' have one"
            )

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace the whole plan."""
        streaming = streams(plan)
        answer = Error(status=200, content_type=self._media_type(streaming=streaming))
        body = self._body(context.facts, streaming=streaming)
        return replace(answer, body=body).apply(plan, context)

    def _media_type(self, *, streaming: bool) -> str:
        if self.kind == "page":
            return _HTML
        return _EVENTS if streaming and self.kind in ("empty", "json_null") else _JSON

    def _body(self, facts: Mapping[str, object], *, streaming: bool) -> JsonValue:
        problem = problems()[self.problem or "server_error"]
        match self.kind:
            case "page":
                return _PAGE
            case "empty":
                return ""
            case "json_null":
                return f"data: null\n\n{DONE.decode()}" if streaming else "null"
            case "error":
                return replace(problem, shape="flat").body(facts).decode()
            case "nested_error":
                nested: dict[str, Any] = parsed(problem.event(facts))
                return nested
