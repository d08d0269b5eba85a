"""
A response as a list of steps, to be played by an edge.

A plan is a value: it does nothing, it can be compared, printed and stored. Its steps come in the
order ``Head``, any number of ``Data`` and ``Wait``, then ``End`` or ``Close``; waits may also
stand before the head, and a plan without a head never answers. ``Raw`` may stand anywhere. What
waits, writes or closes does not belong in this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import zip_longest
from typing import TypeAlias

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields in the order of the wire; a name may occur twice."""

_FIRST_ERROR = int(HTTPStatus.BAD_REQUEST)
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


@dataclass(frozen=True, slots=True)
class Wait:
    """
    Let time pass; ``math.inf`` is a stall that only the client can end.

    What stands before a wait is sent before it; no seconds at all part two writes.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class Head:
    """
    Send the status line and the header fields.

    With a ``content-length`` among the fields the body is framed by it, whether or not that many
    bytes follow; otherwise the body is chunked, or not ``framed`` at all, so that it ends with the
    connection (RFC 9112, 6.3). With ``bodiless`` the fields describe a body that is not sent: an
    answer to HEAD. 204 and 304 have none either, and nothing that frames it.
    """

    status: int
    headers: Headers = ()
    bodiless: bool = False
    framed: bool = True

    @property
    def length(self) -> int | None:
        """The bytes of body that the fields promise; None when they name no length."""
        if self.status in _WITHOUT_BODY:
            return 0
        promised = self.header("content-length") if self.framed else None
        return None if promised is None else 0 if self.bodiless else int(promised)

    @property
    def streams(self) -> bool:
        """Whether the body is announced as a stream of server-sent events."""
        return (self.header("content-type") or "").startswith("text/event-stream")

    @property
    def refuses(self) -> bool:
        """Whether the status is an error."""
        return self.status >= _FIRST_ERROR

    def header(self, name: str) -> str | None:
        """Return the first field of that (lower-case) name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Data:
    """
    Send a piece of the body: one server-sent event, or a whole JSON document.

    ``tokens`` is the number of completion tokens that the piece hands to the client.
    """

    data: bytes
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Raw:
    """Send bytes as they are, outside of any framing: what no HTTP server would send."""

    data: bytes


@dataclass(frozen=True, slots=True)
class End:
    """
    End the message as the protocol wants it.

    With ``hang_up`` the connection is closed afterwards, although the head has not said so.
    """

    hang_up: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection before the message has ended: FIN, or RST when ``reset``."""

    reset: bool = False


Step: TypeAlias = Wait | Head | Data | Raw | End | Close
Plan: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """
    Server-sent events that differ in their middles only: a ``Data`` for each, in little room.

    ``counts`` are the tokens that each of them hands to the client, ``waits`` the seconds before
    each, of which 0 are none; there are no waits at all where nothing paces the stream. How a
    stream ends is never among them.
    """

    before: bytes
    middles: tuple[bytes, ...]
    after: bytes
    counts: tuple[int, ...]
    waits: tuple[float, ...] = ()

    @property
    def data(self) -> bytes:
        """All of them in one piece."""
        if not self.middles:
            return b""
        return b"".join((self.before, (self.after + self.before).join(self.middles), self.after))

    @property
    def tokens(self) -> int:
        """The tokens of all of them."""
        return sum(self.counts)

    @property
    def pieces(self) -> list[bytes]:
        """Each of them."""
        before, after = self.before, self.after
        return [before + middle + after for middle in self.middles]

    def apart(self) -> Iterator[Data | Wait]:
        """Yield one after the other, and the waits between them."""
        before, after = self.before, self.after
        waits = self.waits or (0.0,) * len(self.middles)
        for middle, tokens, wait in zip(self.middles, self.counts, waits, strict=True):
            if wait:
                yield Wait(wait)
            yield Data(before + middle + after, tokens)


Compact: TypeAlias = tuple[Step | Events, ...]
"""A plan in which nothing has been told apart that is sent together, as no fault is in it."""


def apart(compact: Compact) -> Plan:
    """Return the plan with each event in a step of its own."""
    steps: list[Step] = []
    for step in compact:
        if isinstance(step, Events):
            steps += step.apart()
        else:
            steps.append(step)
    return tuple(steps)


def coalesce(plan: Plan) -> Iterator[Step]:
    """Yield the steps with each run of ``Data`` joined, so that it costs one write."""
    run: list[Data] = []
    for step in plan:
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
    """Return the plan that answers HEAD where this one answers GET (RFC 9110, 9.3.2)."""
    return tuple(
        replace(step, bodiless=True) if isinstance(step, Head) else step
        for step in plan
        if not isinstance(step, Data)
    )


def head_of(plan: Compact) -> Head | None:
    """Return the head, or None when the client gets none."""
    for step in plan:
        if isinstance(step, Head):
            return step
    return None


def tokens_of(plan: Compact) -> int:
    """Count the completion tokens that the plan hands to the client."""
    return sum([step.tokens for step in plan if isinstance(step, Data | Events)])


def duration_of(plan: Plan) -> float:
    """Add up the waits, in seconds; infinite for a plan that stalls."""
    return sum(step.seconds for step in plan if isinstance(step, Wait))


def changed_after(before: Compact, after: Compact) -> float | None:
    """
    Return the seconds into a plan at which it differs from another; None when it never does.

    What only the head says of the framing is felt where the body differs, if it does.
    """
    elapsed, at_head = 0.0, None
    for one, other in zip_longest(_lazily(before), _lazily(after)):
        if one != other:
            if not (isinstance(one, Head) and isinstance(other, Head)):
                return elapsed
            at_head = elapsed
        if isinstance(other, Wait):
            elapsed += other.seconds
    return at_head


def _lazily(compact: Compact) -> Iterator[Step]:
    """Yield the steps of a plan that is told apart, without making what nobody asks for."""
    for step in compact:
        if isinstance(step, Events):
            yield from step.apart()
        else:
            yield step


def _joined(run: list[Data]) -> Data:
    if len(run) == 1:
        return run[0]
    return Data(b"".join(piece.data for piece in run), sum(piece.tokens for piece in run))
