"""
Translates a plan into the pauses, pieces of the body, and exceptions that a client gets.

This module neither waits nor sends. Errors are exceptions of ``core``, the package under the
client's library: httpcore or httpcore2. The library translates these into its own exceptions, as
for real connections.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import ModuleType
from typing import TypeAlias, assert_never

from mockserver.plan import Close, Data, End, Head, Plan, Raw, SingleStep, Wait, expand
from mockserver.scenario import PortState

Action: TypeAlias = float | Head | bytes
"""An action: sleep a number of seconds, start the response, or deliver a piece of the body."""


def actions(plan: Plan, patience: float, core: ModuleType) -> Iterator[Action]:
    """
    Yield the actions of a plan.

    Raises the same exceptions as with a socket: ReadTimeout after ``patience`` seconds without a
    byte, RemoteProtocolError for an early FIN, ReadError for RST.
    """
    delivery = _Delivery(patience, core)
    for step in expand(plan):
        yield from delivery.of(step)


def unreachable(port: PortState, patience: float, core: ModuleType) -> Iterator[Action]:
    """
    Yield the actions of an attempt to connect to a port that is not open.

    Raises ConnectError, or ConnectTimeout after ``patience`` seconds.
    """
    if port == "refuses":
        raise core.ConnectError("[Errno 111] Connection refused")
    if port == "breaks_tls":
        raise core.ConnectError("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred")
    yield patience
    raise core.ConnectTimeout("timed out")


class _Delivery:
    """The data that has arrived so far, and the time since the last arrival."""

    def __init__(self, patience: float, core: ModuleType) -> None:
        self._patience = patience
        self._core = core
        self._quiet = 0.0
        self._head: Head | None = None
        self._owed = math.inf

    def of(self, step: SingleStep) -> Iterator[Action]:
        """Yield the actions of one step."""
        match step:
            case Wait(seconds):
                yield from self._waiting(seconds)
            case Head(length=length):
                self._head, self._quiet = step, 0.0
                self._owed = math.inf if length is None else length
                yield step
            case Data(data):
                yield self._seen(data)
            case Raw() | End() | Close():
                self._end(step)
            case _:
                assert_never(step)

    def _waiting(self, seconds: float) -> Iterator[float]:
        left = self._patience - self._quiet
        if seconds:  # a wait of 0 s separates two writes; here, pieces are separate anyway
            yield float(min(seconds, left))
        if seconds > left:
            raise self._core.ReadTimeout("The read operation timed out")
        self._quiet += seconds

    def _seen(self, data: bytes) -> bytes:
        """Return the data, cut off at the content length in the head."""
        seen = data if len(data) <= self._owed else data[: int(self._owed)]
        self._owed, self._quiet = self._owed - len(seen), 0.0
        return seen

    def _end(self, step: Raw | End | Close) -> None:
        complete = math.inf if isinstance(step, End) else 0.0
        if self._owed in (0.0, complete):
            return  # the answer is complete
        if step == Close(reset=True):
            raise self._core.ReadError("[Errno 104] Connection reset by peer")
        if self._head is None or self._head.framed:
            text = "peer closed connection without sending complete message body"
            if self._head is None:
                text = "Server disconnected without sending a response."
            raise self._core.RemoteProtocolError(text)
