"""
One error answer, and the exception that leads to this answer.

The body of an HTTP error is flat (``{"message","type","param","code"}``, compact, in this order).
There are exceptions: missing credentials get FastAPI's form, Cloudflare sends plain text or an HTML
page, an unknown path gets an empty body, and an error within a stream is nested. ``problems`` lists
all errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Any, Literal

from mockserver.core.sse import dumps, event
from mockserver.plan import Data, End, Head, Headers, Plan

HOST = "api.cerebras.ai"
_PLACEHOLDER = re.compile(r"\{(model|length|limit|reason)\}")
_CONTENT_TYPES = {
    "flat": "application/json",
    "detail": "application/json",
    "text": "text/plain",
    "empty": "text/plain",
    "html": "text/html; charset=UTF-8",
    "event": "text/event-stream; charset=utf-8",
}
# the title is that of Cloudflare's real pages; the rest is our own wording
_PAGE = """\
<!DOCTYPE html>
<html lang="en-US">
<head><meta charset="UTF-8"><title>{host} | {status}: {message}</title></head>
<body>
<h1>{message} <small>Error code {status}</small></h1>
<p>The edge has no answer from {host} to pass on.</p>
<p>Cloudflare</p>
</body>
</html>
"""
Shape = Literal["flat", "detail", "text", "empty", "html", "event"]


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One error answer; its text may contain {model}, {length}, {limit} and {reason}.

    ``example`` is the {reason} if the request supplies none, for example when a scenario injects
    the error. ``period`` is the period of the exhausted quota, in seconds; 0 for other errors.
    """

    status: int
    message: str = ""
    type: str = "invalid_request_error"
    param: str | None = "validation_error"
    code: str = "wrong_api_format"
    shape: Shape = "flat"
    has_id: bool = False
    example: str = "<reason>"
    period: int = 0

    @property
    def content_type(self) -> str:
        """The content type of the body."""
        return _CONTENT_TYPES[self.shape]

    @property
    def http_status(self) -> int:
        """The status of the answer; for an error within a stream, the 200 that began the stream."""
        return HTTPStatus.OK if self.shape == "event" else self.status

    def body(self, facts: Mapping[str, object]) -> bytes:
        """Return the body, with ``facts`` about the request in place of the placeholders."""
        match self.shape:
            case "flat":
                return dumps(self._details(facts, has_id=self.has_id))
            case "detail":
                return dumps({"detail": self._text(facts)})
            case "text":
                return self._text(facts).encode()
            case "empty":
                return b""
            case "html":
                message = escape(self._text(facts))
                return _PAGE.format(host=HOST, status=self.status, message=message).encode()
            case "event":
                return self.event(facts)

    def event(self, facts: Mapping[str, object]) -> bytes:
        """Return the error as a server-sent event within a stream."""
        return event({"status_code": self.status, "error": self._details(facts, has_id=True)})

    def plan(self, facts: Mapping[str, object], fields: Headers) -> Plan:
        """Return the plan of the answer, with a ``content-length`` except for an event."""
        body = self.body(facts)
        framing = () if self.shape == "event" else (("content-length", str(len(body))),)
        return (Head(self.http_status, (*fields, *framing)), Data(body), End())

    def _text(self, facts: Mapping[str, object]) -> str:
        known = {"reason": self.example, **facts}
        text = _PLACEHOLDER.sub(
            lambda found: str(known.get(found[1], f"<{found[1]}>")), self.message
        )
        return text.encode(errors="replace").decode()  # a path may hold lone surrogates

    def _details(self, facts: Mapping[str, object], *, has_id: bool) -> dict[str, Any]:
        named = {"type": self.type, "param": self.param, "code": self.code}
        return {"message": self._text(facts), **named} | ({"id": ""} if has_id else {})


class RefusalError(Exception):
    """
    The API's refusal of a request; raised by the checks of the request.

    ``status`` is for problems whose status depends on the edition; None means the problem's own
    status.
    """

    def __init__(
        self,
        problem: str,
        facts: Mapping[str, object] | None = None,
        *,
        headers: Headers = (),
        status: int | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.facts = facts or {}
        self.headers = headers
        self.status = status

    def unraised(self) -> RefusalError:
        """
        Return the same refusal without its traceback, whose frames keep whole bodies alive.

        With its traceback, a stored refusal could be part of a reference cycle. The cycle and those
        frames would stay in memory until the garbage collector finds them.
        """
        return RefusalError(self.problem, self.facts, headers=self.headers, status=self.status)
