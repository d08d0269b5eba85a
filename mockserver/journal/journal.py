"""
The last exchanges, and the logical calls to which they belong.

A call is one thing that the app wants, together with all attempts at it by the app or its client. A
request is another attempt of a call if it repeats the body of a failed attempt. There are two
exceptions. If the client declares a first try (``x-stainless-retry-count: 0``) while the failed
attempt is still being answered, the request begins a new call. If the client declares a retry, the
previous attempt need not have failed, since the client may have given up on an answer without a
fault. An attempt is recognized as long as the previous attempt is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from mockserver.core.errors import DroppedError
from mockserver.core.messages import Request
from mockserver.scenario import CallProgress

from .exchange import Asked, Exchange, asked_of
from .retention import Retention
from .status_looks import StatusLook, StatusLooks


@dataclass(slots=True, eq=False)
class Call:
    """One logical call, with the exchanges of its attempts in order."""

    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        """How many requests the client made for the call."""
        return len(self.exchanges)

    @property
    def last(self) -> Exchange:
        """The last attempt, which determines how the call ended."""
        return self.exchanges[-1]

    @property
    def waits(self) -> tuple[float, ...]:
        """The seconds between the end of each failed attempt and the next attempt."""
        pairs = zip(self.exchanges, self.exchanges[1:], strict=False)
        return tuple(later.at - early.over for early, later in pairs)


@dataclass(slots=True, eq=False)
class Ongoing:
    """
    A call that may continue with another attempt.

    ``asked`` is the path and body. ``last`` is the last attempt. ``progress`` has what the rules
    have decided for the call.
    """

    asked: Asked
    attempts: int = 0
    last: Exchange = field(init=False)
    progress: CallProgress = field(default_factory=CallProgress)


class Journal:
    """
    The latest exchanges since the scenario started; warm-ups are kept in a separate list.

    ``scale`` is how many seconds pass on the client's clock in one second of the scenario.
    ``count`` is how many exchanges there were, and ``begun`` is the time of the first, in seconds
    since the epoch. ``status_looks`` has the requests to the status page, which are not exchanges.
    The keys of ``other_protocols`` are sentences, one for each protocol other than HTTP/1.1 that
    clients used.
    """

    def __init__(self, *, scale: float = 1.0, retention: Retention | None = None) -> None:
        self.scale = scale
        self.count = 0
        self.begun = 0.0
        self.status_looks = StatusLooks()
        self.other_protocols: dict[str, None] = {}
        self._retention = retention or Retention()
        self._kept: deque[tuple[Exchange, Ongoing]] = deque()
        self._warmups: deque[Exchange] = deque(maxlen=self._retention.exchanges)
        self._failed: dict[Asked, dict[Ongoing, None]] = {}  # by last attempt
        self._latest: dict[Asked, Ongoing] = {}
        self._part = 0

    def begin_part(self) -> None:
        """Begin another part of the test; its requests never continue a call of an earlier part."""
        self._part += 1
        self._failed.clear()
        self._latest.clear()

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges that are kept, the oldest first."""
        return [exchange for exchange, _ in list(self._kept)]  # other threads may add some

    @property
    def dropped(self) -> int:
        """How many exchanges have been dropped."""
        return self.count - len(self._kept)

    @property
    def warmups(self) -> list[Exchange]:
        """The last requests that clients sent just to open a connection."""
        return list(self._warmups)

    def own(self) -> Journal:
        """Return a journal without exchanges from elsewhere: this very journal, if it has none."""
        kept = list(self._kept)
        own = [pair for pair in kept if not pair[0].from_elsewhere]
        if len(own) == len(kept):
            return self
        part = Journal(scale=self.scale, retention=self._retention)
        part.count = self.count - (len(kept) - len(own))
        part.begun = own[0][0].at if own and not self.dropped else self.begun
        part._kept.extend(own)
        part._warmups = self._warmups
        part.status_looks = self.status_looks
        part.other_protocols = self.other_protocols
        return part

    def __iter__(self) -> Iterator[Exchange]:
        """Iterate over all exchanges. Raises DroppedError if some have been dropped."""
        if self.dropped:
            raise DroppedError(self._retention.exchanges, self.count)
        return iter(self.exchanges)

    def call_of(self, request: Request) -> Ongoing:
        """Return the call that the request continues, or a new call."""
        asked = asked_of(request)
        tries = request.headers.get("x-stainless-retry-count", "")
        failed = self._failed.get(asked)
        if not failed:
            again = self._latest.get(asked) if tries not in ("", "0") else None
            return again or Ongoing(asked)
        latest = next(reversed(failed))
        if tries == "0" and latest.last.finished is None:
            return Ongoing(asked)  # another thread sends an equal request at the same time
        return latest

    def add(self, exchange: Exchange, call: Ongoing) -> None:
        """Add an exchange as the last attempt of its call."""
        if exchange.endpoint == "warming":
            self._warmups.append(exchange)
            return
        exchange.part = self._part
        self._take(call)
        call.attempts += 1
        call.last = exchange
        self._latest[call.asked] = call
        if exchange.failed:
            self._failed.setdefault(call.asked, {})[call] = None
        if not self.count:
            self.begun = exchange.at
        self.count += 1
        self._kept.append((exchange, call))
        if len(self._kept) > self._retention.exchanges:
            self._drop()

    def look_at_status(self, request: Request, at: float) -> None:
        """Record a request to the status page."""
        self.status_looks.add(StatusLook(at, request.path, request.sender, self._part))

    def finish(self, exchange: Exchange) -> None:
        """Shorten the bodies of an exchange that is over, if they are too long."""
        if self._retention.body is not None:
            exchange.shorten(self._retention.body)

    def _drop(self) -> None:
        """Drop the oldest exchange; if it is the last attempt of a call, drop the call as well."""
        exchange, call = self._kept.popleft()
        if call.last is not exchange:
            return
        if self._latest.get(call.asked) is call:
            del self._latest[call.asked]
        self._take(call)

    def _take(self, call: Ongoing) -> None:
        """Remove a call from the failed calls, if it is one of them."""
        failed = self._failed.get(call.asked)
        if failed is None or call not in failed:
            return
        if next(reversed(failed)) is call:
            failed.popitem()  # ``del`` would leave gaps that ``reversed`` has to skip each time
        else:
            del failed[call]
        if not failed:
            del self._failed[call.asked]
