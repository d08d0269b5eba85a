"""
Every error that the API is known to answer with, by name.

Status, type, param, code and text follow public quotes of real answers; a ``#`` says where nobody
has published one. HTTP errors are flat (``{"message","type","param","code"}``, compact, in this
order), with four exceptions: missing credentials answer as FastAPI does, the edge answers with
text, an unknown path with nothing, and an error in mid-stream is nested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mockserver.plan import Data, End, Head, Headers, Plan

from .sse import dumps

_PLACEHOLDER = re.compile(r"\{(model|length|limit|reason)\}")
Shape = Literal["flat", "detail", "text", "empty"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One error answer; its text may name {model}, {length}, {limit} and {reason}."""

    status: int
    message: str = ""
    type: str = "invalid_request_error"
    param: str | None = "validation_error"
    code: str = "wrong_api_format"
    shape: Shape = "flat"
    has_id: bool = False

    @property
    def content_type(self) -> str:
        """The media type that goes with the shape."""
        return "text/plain" if self.shape in ("text", "empty") else "application/json"

    def body(self, facts: Mapping[str, object]) -> bytes:
        """Return the body with the facts of the request filled in."""
        message = _PLACEHOLDER.sub(
            lambda found: str(facts.get(found[1], f"<{found[1]}>")), self.message
        )
        match self.shape:
            case "flat":
                named = {"type": self.type, "param": self.param, "code": self.code}
                return dumps({"message": message, **named} | ({"id": ""} if self.has_id else {}))
            case "detail":
                return dumps({"detail": message})
            case "text":
                return message.encode()
            case "empty":
                return b""

    def plan(self, facts: Mapping[str, object], fields: Headers) -> Plan:
        """Return the answer with these header fields, framed by its length."""
        body = self.body(facts)
        head = Head(self.status, (*fields, ("content-length", str(len(body)))))
        return (head, Data(body), End())


class RefusalError(Exception):
    """The API refuses the request; raised by the steps that examine it."""

    def __init__(
        self, problem: str, facts: Mapping[str, object] | None = None, *, headers: Headers = ()
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.facts = facts or {}
        self.headers = headers


def _quota(kind: Literal["Requests", "Tokens"], period: str) -> Problem:
    many, code = {
        "Requests": ("too many requests sent", "request_quota_exceeded"),
        "Tokens": ("too many tokens processed", "token_quota_exceeded"),
    }[kind]
    text = f"{kind} per {period} limit exceeded - {many}."
    return Problem(429, text, f"too_many_{kind.lower()}_error", "quota", code)


PROBLEMS: Mapping[str, Problem] = {
    # who is asking
    "not_authenticated": Problem(403, "Not authenticated", shape="detail"),
    "not_bearer": Problem(403, "Invalid authentication credentials", shape="detail"),
    "wrong_api_key": Problem(401, "Wrong API Key", param="api_key", code="wrong_api_key"),
    "payment_required": Problem(
        402,
        "Payment required to access this resource. Visit your billing tab.",
        "payment_required_error",
        "quota",
        "payment_required",
    ),
    # which model, and how much of it
    "model_not_found": Problem(
        404,
        "Model {model} does not exist or you do not have access to it.",
        "not_found_error",
        "model",
        "model_not_found",
    ),
    "model_not_found_unnamed": Problem(
        404,
        "Model does not exist or you do not have access to it.",
        "not_found_error",
        "model",
        "model_not_found",
    ),
    "model_archived": Problem(
        404,
        "Model {model} is archived and unavailable for the organization.",
        "model_archived_error",
        "model",
        "model_archived",
    ),
    "context_length_exceeded": Problem(
        400,
        "Please reduce the length of the messages or completion. "
        "Current length is {length} while limit is {limit}",
        param="messages",
        code="context_length_exceeded",
    ),
    # what the body says
    "wrong_api_format": Problem(400, "{reason}"),
    "n_greater_than_1": Problem(400, '"n" > 1 is not currently supported', param="n"),
    # which file, which batch: documented endpoints, no error was ever published
    "resource_not_found": Problem(404, "{reason}", "not_found_error", "id", "not_found"),
    # how often, how much
    "requests_per_second": _quota("Requests", "second"),
    "requests_per_minute": _quota("Requests", "minute"),
    "requests_per_hour": _quota("Requests", "hour"),
    "requests_per_day": _quota("Requests", "day"),
    "tokens_per_minute": _quota("Tokens", "minute"),
    "tokens_per_hour": _quota("Tokens", "hour"),
    "tokens_per_day": _quota("Tokens", "day"),
    "queue_exceeded": Problem(
        429,
        "We're experiencing high traffic right now! Please try again soon.",
        "too_many_requests_error",
        "queue",
        "queue_exceeded",
    ),
    # the server's own trouble
    "server_error": Problem(
        500,
        "Encountered a server error, please try again.",
        "server_error",
        "",
        "",
        has_id=True,
    ),
    "service_unavailable": Problem(  # statuses are reported, no body was ever published
        503,
        "The service is temporarily unavailable, please try again.",
        "server_error",
        "",
        "service_unavailable",
    ),
    # the way there
    "unknown_path": Problem(404, shape="empty"),
    "method_not_allowed": Problem(405, "Method Not Allowed", shape="detail"),  # as FastAPI does
    "content_too_large": Problem(413, "Payload Too Large", shape="text"),  # body never published
    "edge_bot_block": Problem(403, "error code: 1010", shape="text"),
}
