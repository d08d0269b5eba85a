"""
An answer as a value: a list of steps that the server or an in-process client plays.

A plan has every byte, pause and close that the client will see. A plan does nothing itself, and can
be compared, printed and stored. Its steps are in the order ``Head``, any number of ``Data``,
``EventRun`` and ``Wait``, then ``End`` or ``Close``. Waits may also precede the head; a plan
without a head never answers. ``Raw`` may appear anywhere. Code that waits, writes or closes
connections does not belong in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import zip_longest
from typing import TypeAlias

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields in the order in which they are sent; a name may occur twice."""

_FIRST_ERROR = int(HTTPStatus.BAD_REQUEST)
_WITHOUT_BODY = (int(HTTPStatus.NO_CONTENT), int(HTTPStatus.NOT_MODIFIED))


@dataclass(frozen=True, slots=True)
class Wait:
    """
    Wait for some seconds; ``math.inf`` is a stall that only the client can end.

    All earlier steps are sent first, so a wait of 0 seconds separates two writes.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class Head:
    """
    Send the status line and the header fields.

    A ``content-length`` among the fields frames the body, whether or not that many bytes follow.
    Without this field the body is chunked. If not ``framed``, the body instead ends with the
    connection (RFC 9112, 6.3). With ``bodiless`` the fields describe a body that is not sent, as in
    an answer to HEAD. A 204 or 304 has no body and no framing.
    """

    status: int
    headers: Headers = ()
    bodiless: bool = False
    framed: bool = True

    @property
    def length(self) -> int | None:
        """The length of the body in bytes according to the header, or None."""
        if self.status in _WITHOUT_BODY:
            return 0
        promised = self.header("content-length") if self.framed else None
        return None if promised is None else 0 if self.bodiless else int(promised)

    @property
    def streams(self) -> bool:
        """Whether the content type announces server-sent events."""
        return (self.header("content-type") or "").startswith("text/event-stream")

    @property
    def refuses(self) -> bool:
        """Whether the status is an error."""
        return self.status >= _FIRST_ERROR

    def header(self, name: str) -> str | None:
        """Return the value of the first field with this lower-case name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Data:
    """
    Send a piece of the body: one server-sent event, or a whole JSON document.

    ``tokens`` is the number of completion tokens in the piece.
    """

    data: bytes
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Raw:
    """Send bytes outside of any framing, as no HTTP server would."""

    data: bytes


@dataclass(frozen=True, slots=True)
class End:
    """
    End the message as the protocol requires.

    With ``hang_up`` the connection is then closed, although the head did not announce it.
    """

    hang_up: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection before the end of the message: with RST if ``reset``, else with FIN."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class EventRun:
    """
    One step for server-sent events that differ only in their middles.

    This step is equivalent to a ``Data`` for each event, but takes far less memory and time.
    ``counts`` holds the number of tokens of each event. ``waits`` holds the seconds to wait before
    each event; 0 means no wait. ``waits`` is empty if there are no waits at all. The last events of
    a stream are always separate steps.
    """

    before: bytes
    middles: tuple[bytes, ...]
    after: bytes
    counts: tuple[int, ...]
    waits: tuple[float, ...] = ()

    @property
    def data(self) -> bytes:
        """All events as one piece."""
        if not self.middles:
            return b""
        return b"".join((self.before, (self.after + self.before).join(self.middles), self.after))

    @property
    def tokens(self) -> int:
        """The tokens of all events."""
        return sum(self.counts)

    @property
    def pieces(self) -> list[bytes]:
        """Each event as bytes."""
        before, after = self.before, self.after
        return [before + middle + after for middle in self.middles]

    def expand(self) -> Iterator[Data | Wait]:
        """Yield each event and each wait as a separate step."""
        before, after = self.before, self.after
        waits = self.waits or (0.0,) * len(self.middles)
        for middle, tokens, wait in zip(self.middles, self.counts, waits, strict=True):
            if wait:
                yield Wait(wait)
            yield Data(before + middle + after, tokens)


SingleStep: TypeAlias = Wait | Head | Data | Raw | End | Close
Step: TypeAlias = SingleStep | EventRun
Plan: TypeAlias = tuple[Step, ...]
_PIECES = (Data, EventRun)


def expand(plan: Plan) -> tuple[SingleStep, ...]:
    """Return the plan with each event as a separate step."""
    return tuple(_single_steps(plan))


def coalesce(plan: Plan) -> Iterator[SingleStep]:
    """Yield the steps, joining adjacent ``Data`` steps so that they take one write."""
    run: list[Data] = []
    for step in _single_steps(plan):
        if isinstance(step, Data):
            run.append(step)
            continue
        if run:
            yield _joined(run)
            run = []
        yield step
    if run:
        yield _joined(run)


def without_body(plan: Plan) -> Plan:
    """Return the answer to HEAD, given the answer to GET (RFC 9110, 9.3.2)."""
    return tuple(
        replace(step, bodiless=True) if isinstance(step, Head) else step
        for step in _single_steps(plan)
        if not isinstance(step, Data)
    )


def head_of(plan: Plan) -> Head | None:
    """Return the head; None if the client gets no head."""
    if plan and isinstance(plan[0], Head):
        return plan[0]  # nearly all plans begin with their head
    for step in plan:
        if isinstance(step, Head):
            return step
    return None


def field_of(plan: Plan, name: str) -> str | None:
    """Return the value of the first field with this lower-case name; None without such a field."""
    head = head_of(plan)
    return head.header(name) if head else None


def with_head(plan: Plan, change: Callable[[Head], Head]) -> Plan:
    """Return the plan with its head changed."""
    return tuple(change(step) if isinstance(step, Head) else step for step in plan)


def tokens_of(plan: Plan) -> int:
    """Count the completion tokens in the plan."""
    return sum([step.tokens for step in plan if isinstance(step, _PIECES)])


def waits_of(plan: Plan) -> Iterator[float]:
    """Yield the seconds of each wait."""
    for step in plan:
        if isinstance(step, Wait):
            yield step.seconds
        elif isinstance(step, EventRun):
            yield from step.waits


def duration_of(plan: Plan) -> float:
    """Add up the waits, in seconds; infinite for a plan that stalls."""
    return sum(waits_of(plan))


def changed_after(before: Plan, after: Plan) -> float | None:
    """
    Return the time at which ``after`` begins to differ from ``before``, in seconds.

    None if the plans do not differ. A client does not notice a changed head until the body differs
    too. So if both plans have a head, a difference between the heads counts only if all other steps
    are the same.
    """
    elapsed, at_head = 0.0, None
    for one, other in zip_longest(_single_steps(before), _single_steps(after)):
        if one != other:
            if not (isinstance(one, Head) and isinstance(other, Head)):
                return elapsed
            at_head = elapsed
        if isinstance(other, Wait):
            elapsed += other.seconds
    return at_head


def _single_steps(plan: Plan) -> Iterator[SingleStep]:
    """Yield the steps of the expanded plan lazily, since a caller may stop early."""
    for step in plan:
        if isinstance(step, EventRun):
            yield from step.expand()
        else:
            yield step


def _joined(run: list[Data]) -> Data:
    if len(run) == 1:
        return run[0]
    return Data(b"".join(piece.data for piece in run), sum(piece.tokens for piece in run))
