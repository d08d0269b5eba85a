"""One request and its answer, and the facts derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

from mockserver.core.credentials import redacted
from mockserver.core.errors import ShortenedError
from mockserver.core.messages import Request, json_object
from mockserver.core.units import rough
from mockserver.plan import Close, Plan, Wait, head_of, inspection, tokens_of
from mockserver.scenario import NearMiss, NoMatch, RequestView, Rule

from .retention import cut, cut_plan, size_of
from .served import Served, ServedCall, served

_LONGEST_KEY = 1024  # bytes; longer bodies are compared by length and hash
_NO_END = (Close, Wait)
Asked: TypeAlias = tuple[str, bytes]
"""
The path and the body of a request; a long body is replaced by its length and its hash.

If the sender has a ``turn``, the path names it. The hash is Python's, so it is valid only in this
process. It has 64 bits, and a ``bytes`` object computes it only once.
"""


@dataclass(frozen=True, slots=True)
class Gist:
    """
    Values that were read from an exchange before one of its bodies was shortened.

    ``request_bytes`` and ``answer_bytes`` are the original lengths; ``answer_cut`` is whether the
    answer was shortened. The other fields are as in ``Exchange``.
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

    Times are in seconds since the epoch. ``finished`` is None while the answer is being played.
    ``client_left`` is whether the client left before the end. In ``request`` the body is decoded,
    and the credentials are shortened so that they are useless. ``plan`` is the answer. ``attempt``
    is the number of the attempt in its call, from 1. ``taken_by`` is the rule that took the
    request, and ``faults`` are the names of the rule's faults. ``changed_after`` is when these
    faults take effect, in seconds from the beginning of the answer; None if they change nothing. If
    a body is too long for the journal, the exchange gets a ``gist`` when the answer is over, and
    the body is shortened and ends with a note on how much is left out. ``intervened`` is whether
    the mock did something that no server does, to keep a test from hanging or looping forever; no
    verdict is based on such an exchange. ``wanted_tokens`` is how many tokens the limits should
    reserve for the request, and ``reserved_tokens`` is how many they did reserve.
    ``from_elsewhere`` is the reason why the test did not cause the exchange, or "" if the test may
    have caused it. ``sent_path`` is the path that the client wrote, if the mock has corrected it.
    ``restricted`` is whether a limit, a context window or a check of the scenario refused a request
    that the API itself would have accepted. ``part`` is the number of the part of the test, from 0.
    ``generated_tokens`` is the number of completion tokens of the answer before its faults, 0 for
    an answer without faults.
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
    generated_tokens: int = 0
    gist: Gist | None = field(default=None, repr=False)

    @property
    def asked(self) -> tuple[str, bytes]:
        """
        The path and the body, which are equal for all attempts of a call.

        After the first part of the test, the path also names the part.
        """
        path, body = self.gist.asked if self.gist else asked_of(self.request)
        return (f"{path} in part {self.part}" if self.part else path), body

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """Why the rules did not take the request, the nearest rule first; empty if one took it."""
        if self.gist:
            return self.gist.near_misses
        view = RequestView(self.endpoint, self.model, self.request, self.attempt)
        return self.no_match.near_misses(view) if self.no_match else ()

    @property
    def status(self) -> int | None:
        """The status; None if the connection was closed before the head."""
        head = head_of(self.plan)
        return head.status if head else None

    @property
    def completion_tokens(self) -> int:
        """How many completion tokens the answer has, according to its plan."""
        return tokens_of(self.plan)

    @property
    def interrupted(self) -> bool:
        """Whether the answer ends with a lost connection."""
        return isinstance(self.plan[-1], Close) if self.plan else True

    @property
    def stalled(self) -> bool:
        """Whether the answer falls silent and never ends."""
        return bool(self.plan) and isinstance(self.plan[-1], Wait)

    @property
    def refused(self) -> bool:
        """Whether the client gets an error status, or no head at all."""
        head = head_of(self.plan)
        return head is None or head.refuses

    @property
    def failed(self) -> bool:
        """Whether the client has a reason to retry or to give up."""
        plan = self.plan
        head = head_of(plan)
        if head is None or head.refuses or isinstance(plan[-1], _NO_END):
            return True
        return head.streams and self.unfinished

    @property
    def unfinished(self) -> bool:
        """Whether the answer is a stream without a finish reason."""
        if self.gist:
            return self.gist.unfinished
        return inspection.streams(self.plan) and self.finish_reason is None

    @property
    def broken_off(self) -> bool:
        """Whether the stream ends with an error event of any form."""
        return self.unfinished and bool(self.error)

    @property
    def over(self) -> float:
        """The time when the answer was over; until then, the time when the request arrived."""
        return self.at if self.finished is None else self.finished

    @property
    def retry_after(self) -> float | None:
        """
        How many seconds the client is asked to wait, counted from the end of the answer.

        None if the answer does not ask for a valid wait. ``retry-after-ms`` takes precedence over
        ``Retry-After``, as in the SDKs.
        """
        head = head_of(self.plan)
        given = dict(reversed(head.headers)) if head else {}  # the first of equal names counts
        exact = _number(given.get("retry-after-ms"))
        if exact is not None:
            return exact / 1000
        value = given.get("retry-after")
        seconds = _number(value)
        return _until(value, self.over) if value and seconds is None else seconds

    @property
    def error(self) -> Mapping[str, Any]:
        """The error in the answer; empty for a success, and for an error that is no JSON object."""
        if self.gist:
            return self.gist.error
        if self.unfinished:
            return inspection.error_event(self.plan)
        if not self.refused:
            return {}
        return json_object(inspection.sent_body(self.plan))

    @property
    def choices(self) -> list[Served]:
        """The part of each choice that the client could read. Each access parses the answer."""
        return served(self.plan)

    @property
    def text(self) -> str:
        """
        The content of the first choice, as far as it was sent.

        Like ``reasoning`` and ``tool_calls``, this property raises ShortenedError if the journal
        has shortened the answer.
        """
        return self._first.text

    @property
    def reasoning(self) -> str:
        """The reasoning of the first choice, as far as it was sent."""
        return self._first.reasoning

    @property
    def tool_calls(self) -> list[ServedCall]:
        """The tool calls, each with ``id``, ``name`` and ``arguments``, as far as sent."""
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
        return redacted(f"Exchange({', '.join(named)})")  # an answer may quote the refused key

    def line(self) -> str:
        """Return the exchange as a line for logs and reports."""
        return f"#{self.number} {self.summary}"

    @property
    def summary(self) -> str:
        """The line without its number; it is equal for equal requests with equal outcomes."""
        how = "stream" if self.stream else ""
        words = (self.request.method, self.request.path, self.model, how)
        asked = " ".join(filter(None, words))
        if not asked.isprintable():
            asked = " ".join(filter(None, map(_printable, words)))
        because = f" [{self.rule}]" if self.rule else ""
        return f"{asked} -> {self.outcome}{because}"

    @property
    def outcome(self) -> str:
        """The result for the client, in a few words."""
        seconds, number = self.retry_after, self.completion_tokens
        reason, head = self.finish_reason, head_of(self.plan)
        whole = reason and head and not head.refuses and not isinstance(self.plan[-1], _NO_END)
        said, cut = ("", "") if whole else self._failure
        status = str(head.status) if head else "no answer"
        wait = "" if seconds is None else f"Retry-After {rough(seconds)}"
        tokens = f"{number} tokens" if number else ""
        left = "client left" if self.client_left else ""
        return ", ".join(filter(None, (status, said, wait, tokens, reason, cut, left)))

    @property
    def _failure(self) -> tuple[str, str]:
        """The code or the message of the error, and how the answer was cut short."""
        error = self.error
        said = redacted(str(error.get("code") or error.get("message") or "")) if error else ""
        cut = "connection lost" if self.interrupted else "stalled" if self.stalled else ""
        if not (said or cut) and self.finish_reason is None and self.unfinished:
            cut = "no finish_reason"
        return said, cut

    @property
    def body(self) -> dict[str, Any]:
        """The request's body as JSON; empty if the body is not a JSON object or was shortened."""
        return self.request.document

    @property
    def finish_reason(self) -> str | None:
        """The last ``finish_reason`` that the client gets, or None."""
        if self.gist:
            return self.gist.finish_reason
        if (self.interrupted or self.stalled) and not self.stream:
            return None
        return inspection.finish_reason(self.plan)

    def shorten(self, most: int) -> None:
        """Keep at most ``most`` bytes of each body; the values in ``gist`` stay as they were."""
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
    """Return the seconds until an HTTP date (RFC 9110, 5.6.7), 0 for a past date."""
    try:
        then = parsedate_to_datetime(date or "").replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0.0, then.timestamp() - now)


def _printable(text: str) -> str:
    """Return a text without characters that could break a line or a log."""
    return text if text.isprintable() else repr(text)[1:-1]


def asked_of(request: Request) -> Asked:
    """Return the path and body of a request, which are equal for all attempts of a call."""
    body = request.body
    known = body if len(body) <= _LONGEST_KEY else b"%d %d" % (len(body), hash(body))
    turn = request.sender and request.sender.turn
    return (request.path if turn is None else f"{request.path} in turn {turn}"), known


def _cut_text(value: Any, most: int) -> Any:
    return redacted(value)[:most] if isinstance(value, str) else value
