"""One request and its answer, and what can be told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any, TypeAlias

from mockserver.core.credentials import redacted
from mockserver.core.errors import ShortenedError
from mockserver.core.messages import Request, json_object
from mockserver.core.units import rough
from mockserver.plan import Close, Plan, Wait, head_of, inspection, tokens_of
from mockserver.scenario import NearMiss, NoMatch, RequestView, Rule

from .retention import cut, cut_plan, size_of
from .served import Served, ServedCall, served

_LONGEST_KEY = 1024  # bytes of a body by which it is known again; of longer ones the digest
Asked: TypeAlias = tuple[str, bytes]
"""A path, and a body or the digest of one."""


@dataclass(frozen=True, slots=True)
class Gist:
    """
    What is known of an exchange of which a body is not kept whole.

    ``request_bytes`` and ``answer_bytes`` are how long they were; ``answer_cut`` says whether the
    answer is the one that is not kept whole; the rest is as in ``Exchange``.
    """

    request_bytes: int
    answer_bytes: int
    answer_cut: bool
    asked: Asked
    near_misses: tuple[NearMiss, ...]
    finish_reason: str | None
    unfinished: bool
    error: Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Exchange:
    """
    One request and its answer.

    Times are in seconds since the epoch. ``finished`` is None while the answer is being played,
    ``client_left`` says that the client did not wait for its end. Credentials in ``request`` are
    shortened beyond use, its body has been decoded. ``plan`` is what an edge plays. ``attempt``
    is its number in its call, from 1. ``faults`` are the names of those in the rule that took it.
    Where a body is too long for the journal, there is a ``gist`` as soon as the exchange is over,
    and the body ends by saying how much is left out.
    ``intervened`` says that the mock has done with it what no server does, for the sake of the run:
    what the client does then is not its own.
    ``wanted_tokens`` are those that the limits had to hold back for it, ``reserved_tokens`` those
    that they did. ``from_elsewhere`` says why it is none of those that a test has caused, empty
    where it may be. ``sent_path`` is the path as the client wrote it, where another was meant.
    ``taken_by`` is the rule that took it. ``changed_after`` are the seconds into the answer from
    which on the rule's faults are felt, None where they have changed nothing. ``restricted`` says
    that a limit, a window or a check has refused it that the honest API does not have. ``part`` is
    the part of the test that it belongs to, counted from 0.
    """

    number: int
    at: float
    request: Request
    endpoint: str | None
    model: str
    stream: bool
    plan: Plan
    rule: str = ""
    prompt_tokens: int = 0
    requested_tokens: int | None = None
    admitted: bool = False
    wanted_tokens: int = 0
    reserved_tokens: int = 0
    cached_tokens: int = 0
    key: str | None = None
    finished: float | None = None
    client_left: bool = False
    intervened: bool = False
    attempt: int = 1
    faults: tuple[str, ...] = ()
    from_elsewhere: str = ""
    sent_path: str = ""
    no_match: NoMatch | None = field(default=None, repr=False)
    taken_by: Rule | None = field(default=None, repr=False)
    changed_after: float | None = None
    restricted: bool = False
    part: int = 0
    gist: Gist | None = field(default=None, repr=False)

    @property
    def asked(self) -> tuple[str, bytes]:
        """What was asked for, and in which part: the same for all attempts of a call."""
        path, body = self.gist.asked if self.gist else asked_of(self.request)
        return (f"{path} in part {self.part}" if self.part else path), body

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """Why no rule took the request, the nearest first; empty when one did."""
        if self.gist:
            return self.gist.near_misses
        view = RequestView(self.endpoint, self.model, self.request, self.attempt)
        return self.no_match.near_misses(view) if self.no_match else ()

    @property
    def status(self) -> int | None:
        """The status; None when the connection is closed before the head."""
        head = head_of(self.plan)
        return head.status if head else None

    @property
    def completion_tokens(self) -> int:
        """The completion tokens that the plan hands to the client."""
        return tokens_of(self.plan)

    @property
    def interrupted(self) -> bool:
        """Whether the answer ends by a lost connection."""
        return isinstance(self.plan[-1], Close) if self.plan else True

    @property
    def stalled(self) -> bool:
        """Whether the answer stops without an end, so that only the client can give up."""
        return bool(self.plan) and isinstance(self.plan[-1], Wait)

    @property
    def refused(self) -> bool:
        """Whether the client gets an error status, or no head at all."""
        head = head_of(self.plan)
        return head is None or head.refuses

    @property
    def failed(self) -> bool:
        """Whether the client has a reason to try again or to give up."""
        return self.refused or self.interrupted or self.stalled or self.unfinished

    @property
    def unfinished(self) -> bool:
        """Whether the answer is a stream that never says why it has finished."""
        if self.gist:
            return self.gist.unfinished
        return inspection.streams(self.plan) and self.finish_reason is None

    @property
    def broken_off(self) -> bool:
        """Whether the stream ends with an error event, in whatever form."""
        return self.unfinished and bool(self.error)

    @property
    def over(self) -> float:
        """When the answer was over; while it is being played, when the request came."""
        return self.at if self.finished is None else self.finished

    @property
    def retry_after(self) -> float | None:
        """
        The seconds that the client is asked to wait, from the end of the answer.

        None when nothing sensible asks for any.

        The ``retry-after-ms`` of the SDKs wins over ``Retry-After``, as it does with them.
        """
        head = head_of(self.plan)
        if head is None:
            return None
        exact = _number(head.header("retry-after-ms"))
        if exact is not None:
            return exact / 1000
        value = head.header("retry-after")
        return _until(value, self.over) if _number(value) is None else _number(value)

    @property
    def error(self) -> Mapping[str, Any]:
        """What the error says; empty for a success and for an error that is no JSON object."""
        if self.gist:
            return self.gist.error
        if self.unfinished:
            return inspection.error_event(self.plan)
        if not self.refused:
            return {}
        return json_object(inspection.sent_body(self.plan))

    @property
    def choices(self) -> list[Served]:
        """What the client could read of each choice, read anew each time."""
        return served(self.plan)

    @property
    def text(self) -> str:
        """
        The text that was served, as far as it came: the content of the first choice.

        Raises ShortenedError where the journal has not kept all of the answer, as do ``reasoning``
        and ``tool_calls``.
        """
        return self._first.text

    @property
    def reasoning(self) -> str:
        """What the model thought, as far as it was served."""
        return self._first.reasoning

    @property
    def tool_calls(self) -> list[ServedCall]:
        """The calls of tools, each with ``id``, ``name`` and ``arguments``, as far as they came."""
        return list(self._first.calls)

    @property
    def _first(self) -> Served:
        if self.gist and self.gist.answer_cut:
            raise ShortenedError(self.number, self.gist.answer_bytes)
        return next(iter(self.choices), Served())

    def __str__(self) -> str:
        return self.line()

    def __repr__(self) -> str:
        named = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
        return redacted(f"Exchange({', '.join(named)})")  # an answer may quote what it refuses

    def line(self) -> str:
        """Return the exchange in a line, for logs and reports."""
        return f"#{self.number} {self.summary}"

    @property
    def summary(self) -> str:
        """The line without its number: the same for all that asked and got the same."""
        how = "stream" if self.stream else ""
        words = (self.request.method, self.request.path, self.model, how)
        asked = " ".join(filter(None, map(_printable, words)))
        because = f" [{self.rule}]" if self.rule else ""
        return f"{asked} -> {self.outcome}{because}"

    @property
    def outcome(self) -> str:
        """What the client got, in a few words."""
        said = redacted(str(self.error.get("code") or self.error.get("message") or ""))
        wait = "" if self.retry_after is None else f"Retry-After {rough(self.retry_after)}"
        tokens = f"{self.completion_tokens} tokens" if self.completion_tokens else ""
        cut = "connection lost" if self.interrupted else "stalled" if self.stalled else ""
        if self.unfinished and not (said or cut):
            cut = "no finish_reason"
        left = "client left" if self.client_left else ""
        head = str(self.status) if self.status else "no answer"
        return ", ".join(filter(None, (head, said, wait, tokens, self.finish_reason, cut, left)))

    @property
    def body(self) -> dict[str, Any]:
        """What the app sent, as parsed JSON; empty when it is no JSON object, or not kept whole."""
        return self.request.document

    @property
    def finish_reason(self) -> str | None:
        """The last ``finish_reason`` that the client gets; None when it gets none."""
        if self.gist:
            return self.gist.finish_reason
        if (self.interrupted or self.stalled) and not self.stream:
            return None
        return inspection.finish_reason(self.plan)

    def shorten(self, most: int) -> None:
        """Keep so many bytes of what was sent either way; what is told of them stays the same."""
        sent, answered = len(self.request.body), size_of(self.plan)
        if sent <= most and answered <= most:
            return
        self.gist = Gist(
            sent,
            answered,
            answered > most,
            asked_of(self.request),
            self.near_misses,
            self.finish_reason,
            self.unfinished,
            {name: _cut_text(value, most) for name, value in self.error.items()},
        )
        self.no_match = None
        self.request = replace(self.request, body=cut(self.request.body, most))
        self.plan = cut_plan(self.plan, most)


def _number(text: str | None) -> float | None:
    return float(text) if text and text.replace(".", "", 1).isdecimal() else None


def _until(date: str | None, now: float) -> float | None:
    """Return the seconds until a date of HTTP (RFC 9110, 5.6.7), none for one that is over."""
    try:
        then = parsedate_to_datetime(date or "").replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0.0, then.timestamp() - now)


def _printable(text: str) -> str:
    """Return a text that can't break a line or a log."""
    return text if text.isprintable() else repr(text)[1:-1]


def asked_of(request: Request) -> Asked:
    """Return what a request asks for: the same for all attempts of a call."""
    body = request.body
    known = body if len(body) <= _LONGEST_KEY else sha256(body).digest()
    turn = request.sender and request.sender.turn
    return (request.path if turn is None else f"{request.path} in turn {turn}"), known


def _cut_text(value: Any, most: int) -> Any:
    return redacted(value)[:most] if isinstance(value, str) else value
