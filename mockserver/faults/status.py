"""The fault that replaces an answer by an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue

from mockserver.api.contract.problem import Problem
from mockserver.api.contract.problems import problems
from mockserver.api.writing import headers
from mockserver.core.errors import suggestion
from mockserver.core.seeding import HexStream
from mockserver.core.sse import dumps
from mockserver.core.units import AUTO, Count, Flag, SecondsOrAuto, SignedSeconds, decimal
from mockserver.plan import Data, End, Head, Headers, Plan

from . import header_fields
from .base import Context


def _known(name: str) -> str:
    if name not in problems():
        raise ValueError(f"is not the name of a problem{suggestion(name, problems())}")
    return name


def _offer_names(schema: dict[str, Any]) -> None:
    schema["enum"] = list(problems())


ProblemName = Annotated[str, AfterValidator(_known), Field(json_schema_extra=_offer_names)]
_UNNAMED = Problem(500, "Injected by the scenario.", "server_error", "", "")
_DETAILS = ("message", "type", "param", "code")
EMPTY = (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED)
# keys that become a header field
_FIELDS = {
    "retry_after": "retry-after",
    "retry_after_date": "retry-after",
    "retry_after_ms": "retry-after-ms",
    "should_retry": "x-should-retry",
    "content_type": "content-type",
}
_LOWEST, _HIGHEST = 200, 599  # a status 1xx is not final (RFC 9110), and 600 is not defined


def _status(found: object) -> object:
    if not isinstance(found, int) or isinstance(found, bool) or not _LOWEST <= found <= _HIGHEST:
        raise ValueError(f"should be a status from {_LOWEST} to {_HIGHEST}")
    return found


Status = Annotated[int, Field(ge=_LOWEST, le=_HIGHEST), BeforeValidator(_status)]


@dataclass(frozen=True, slots=True)
class Error:
    """
    Answer with an API error: a ``problem`` from the catalogue, or any ``status``.

    A ``problem`` keeps its form under another ``status``: ``{problem: bad_gateway, status: 503}``
    is the edge's page with a 503. ``status`` alone gives an error as flat JSON.

    ``message``, ``type``, ``param`` and ``code`` replace the catalogue's values. ``body`` replaces
    the whole body: a text is sent as it is, anything else as JSON. ``content_type`` is the media
    type of the answer; the default is the media type of the problem, of JSON, or of plain text,
    whichever fits the content.

    ``retry_after`` sets the header ``retry-after``, in seconds; the real API sends whole seconds,
    and most clients also understand fractions. With ``retry_after: auto``, a quota's 429 states the
    period of the quota in seconds, as the API does, and no other error has the header; null omits
    the header. ``retry_after_date`` is a duration, which may be negative; it sets ``retry-after``
    to a date, the current time plus the duration. ``retry_after_ms`` sets ``retry-after-ms``, which
    the SDKs prefer to ``retry-after``. ``headers`` can send an invalid ``retry-after``:
    ``headers: {retry-after: soon}``. Clients handle long waits differently. Cerebras' SDK for
    Python waits up to 60 s, and retries soon if the wait is longer. OpenAI's SDKs wait up to 120 s,
    and give up at once if the wait is longer. Cerebras' SDK for Node waits even for hours.
    ``should_retry`` sets ``x-should-retry``, which tells the SDKs whether to retry, whatever the
    status is; the AI SDK ignores it.

    Answers with the status 204, 205 or 304 have no body (RFC 9110).
    """

    problem: ProblemName | None = None
    status: Status | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | None = None
    retry_after: SecondsOrAuto | None = AUTO
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: JsonValue = None
    content_type: str | None = None
    retry_after_date: SignedSeconds | None = None
    retry_after_ms: Count | None = None
    should_retry: Flag | None = None

    __pydantic_config__ = {  # noqa: RUF012 (pydantic reads this, dataclasses don't)
        "extra": "forbid",
        "json_schema_extra": {"anyOf": [{"required": ["problem"]}, {"required": ["status"]}]},
    }

    def __post_init__(self) -> None:
        if self.problem is None and self.status is None:
            raise ValueError("should have a 'problem' or a 'status'")
        content_type = {} if self.content_type is None else {"content-type": self.content_type}
        header_fields.check({**self.headers, **content_type})
        self._check_body()
        self._check_fields()

    def _check_body(self) -> None:
        details = self._given(*_DETAILS)
        if self.body is not None and details:
            raise ValueError(f"'body' replaces the whole body, so {details[0]!r} has no effect")
        content = self._given("problem", *_DETAILS, "body", "content_type")
        if self.status in EMPTY and content:
            raise ValueError(
                f"a {self.status} has no body (RFC 9110), so {content[0]!r} has no effect"
            )

    def _check_fields(self) -> None:
        seen = {name.lower(): name for name in self.headers}
        for key in self._given(*_FIELDS):
            name = _FIELDS[key]
            if name in seen:
                raise ValueError(f"{seen[name]!r} and {key!r} set the same header; keep only one")
            seen[name] = key

    def _given(self, *keys: str) -> list[str]:
        return [key for key in keys if getattr(self, key) not in (None, AUTO)]

    def apply(self, plan: Plan, context: Context) -> Plan:
        """Replace the whole plan."""
        problem = self._problem()
        random = HexStream(f"{context.random.getrandbits(64)}")
        media_type = self._media_type(problem)
        common = headers.edge(context.headers, media_type, now=context.now, random=random)
        hints = self._default_hints(problem, context) | self._hints(context.now)
        own = header_fields.changed(common, {**hints, **self.headers})
        if self.status in EMPTY:
            return _empty(self.status, own)
        if self.body is None:
            return problem.plan(context.facts, own)
        return _whole(problem.http_status, own, _encoded(self.body))

    def _problem(self) -> Problem:
        base = problems().get(self.problem or "", _UNNAMED)
        changes: dict[str, Any] = {
            key: getattr(self, key) for key in self._given("status", *_DETAILS)
        }
        return replace(base, **changes)

    def _media_type(self, problem: Problem) -> str:
        if self.content_type is not None:
            return self.content_type
        if self.body is None or (self.problem and isinstance(self.body, str)):
            return problem.content_type
        return "text/plain; charset=utf-8" if isinstance(self.body, str) else "application/json"

    def _default_hints(self, problem: Problem, context: Context) -> dict[str, str]:
        """Return the API's own ``retry-after``, if the scenario does not set any."""
        given = self._given("retry_after_date", "retry_after_ms") or any(
            name.lower() == "retry-after" for name in self.headers
        )
        wanted = self.retry_after == AUTO and context.retry_after and not given
        if not wanted or not problem.period or problem.status != HTTPStatus.TOO_MANY_REQUESTS:
            return {}
        return {"retry-after": str(problem.period)}

    def _hints(self, now: float) -> dict[str, str]:
        """Return the scenario's own header fields that say when, or whether, to retry."""
        hints = {}
        if isinstance(self.retry_after, int | float):
            hints["retry-after"] = decimal(self.retry_after)
        if self.retry_after_date is not None:
            hints["retry-after"] = headers.http_date(now + self.retry_after_date)
        if self.retry_after_ms is not None:
            hints["retry-after-ms"] = str(self.retry_after_ms)
        if self.should_retry is not None:
            hints["x-should-retry"] = str(self.should_retry).lower()
        return hints


def _encoded(body: JsonValue) -> bytes:
    return body.encode(errors="replace") if isinstance(body, str) else dumps(body)


def _whole(status: int, own: Headers, body: bytes) -> Plan:
    return (Head(status, (*own, ("content-length", str(len(body))))), Data(body), End())


def _empty(status: int, own: Headers) -> Plan:
    bare = header_fields.changed(own, {}, without=("content-type",))
    framing = (("content-length", "0"),) if status == HTTPStatus.RESET_CONTENT else ()
    return (Head(status, (*bare, *framing)), End())
