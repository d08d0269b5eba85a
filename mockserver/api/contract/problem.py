"""
One error answer: how it is written, and how a step of the server asks for it.

HTTP errors are flat (``{"message","type","param","code"}``, compact, in this order), with these
exceptions: missing credentials answer as FastAPI does, the edge answers with text or a page, an
unknown path with nothing, and an error in mid-stream is nested. Which errors there are stands in
``problems``.
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
# the title is that of the edge's pages, the rest is in our own words
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
    One error answer; its text may name {model}, {length}, {limit} and {reason}.

    ``example`` stands for a {reason} that nobody gives, as when a scenario injects the error.
    ``period`` is that of the quota that is used up, in seconds; 0 where there is none.
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
        """The media type that goes with the shape."""
        return _CONTENT_TYPES[self.shape]

    @property
    def http_status(self) -> int:
        """The status of the answer: a stream has begun well before its error comes."""
        return HTTPStatus.OK if self.shape == "event" else self.status

    def body(self, facts: Mapping[str, object]) -> bytes:
        """Return the body with the facts of the request filled in."""
        match self.shape:
            case "flat":
                return dumps(self._said(facts, has_id=self.has_id))
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
        """Return the error as the server-sent event that it is in the middle of a stream."""
        return event({"status_code": self.status, "error": self._said(facts, has_id=True)})

    def plan(self, facts: Mapping[str, object], fields: Headers) -> Plan:
        """Return the answer with these header fields, framed by its length if it is no stream."""
        body = self.body(facts)
        framing = () if self.shape == "event" else (("content-length", str(len(body))),)
        return (Head(self.http_status, (*fields, *framing)), Data(body), End())

    def _text(self, facts: Mapping[str, object]) -> str:
        known = {"reason": self.example, **facts}
        text = _PLACEHOLDER.sub(
            lambda found: str(known.get(found[1], f"<{found[1]}>")), self.message
        )
        return text.encode(errors="replace").decode()  # a path may hold lone surrogates

    def _said(self, facts: Mapping[str, object], *, has_id: bool) -> dict[str, Any]:
        named = {"type": self.type, "param": self.param, "code": self.code}
        return {"message": self._text(facts), **named} | ({"id": ""} if has_id else {})


class RefusalError(Exception):
    """
    The API refuses the request; raised by the steps that examine it.

    ``status`` is for problems whose status depends on the edition; None is the catalogue's.
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
        Return the same without what raising has hung on it: frames, and with them whole bodies.

        A refusal that is kept in something those frames know would be kept for as long as it takes
        to find such a circle.
        """
        return RefusalError(self.problem, self.facts, headers=self.headers, status=self.status)
