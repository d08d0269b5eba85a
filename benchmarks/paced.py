"""
Whether streams keep their pace: many at a time, each at 2,000 tokens a second.

The starts of the streams are spread evenly over the duration of one, and each connection requests
the next stream as soon as one ends. So at every moment some streams begin and some end, and new
answers are generated while others are played.
"""

from __future__ import annotations

import selectors
import time
from dataclasses import dataclass, field
from statistics import median, quantiles

from .connection import Connection
from .contenders import missing, named, who_answers
from .figures import Found, Kind, Setting
from .machine import ON_LINUX, processor_seconds
from .questions import FIRST_TOKEN, PACE, PACED, PACED_TOKENS

_DURATION = PACED_TOKENS / PACE
_POLL = 0.05
_PATIENCE = 60.0


@dataclass(slots=True)
class Stream:
    """One connection, with the timings of its current stream."""

    connection: Connection
    asked: float = 0.0
    first: float = 0.0
    last: float = 0.0
    pause: float = 0.0


@dataclass(slots=True)
class Seen:
    """The rates of finished streams, their waits for a first token, their longest pauses."""

    rates: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    errors: int = 0

    def add(self, stream: Stream) -> None:
        """Record a finished stream."""
        if stream.connection.failed or not stream.first:
            self.errors += 1
            return
        self.rates.append((PACED_TOKENS - 1) / (stream.last - stream.first) / PACE)
        self.waits.append(stream.first - stream.asked)
        self.pauses.append(stream.pause)


class Choir:
    """The streams, and the selector that they share."""

    def __init__(self, port: int, count: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._messages = PACED.messages()
        self._streams = [Stream(Connection(port)) for _ in range(count)]
        for stream in self._streams:
            self._selector.register(stream.connection.socket, selectors.EVENT_READ, stream)

    def sing(self, seconds: float, seen: Seen | None = None, *, begin: bool = False) -> None:
        """Read for this many seconds; ``seen`` records the streams that end meanwhile."""
        begun = now = time.perf_counter()
        starts = self._starts(begun) if begin else []
        while now - begun < seconds:
            while starts and starts[-1][0] <= now:
                self._ask(starts.pop()[1])
            until = min(starts[-1][0] if starts else begun + seconds, now + _POLL)
            readable = self._selector.select(max(0.0, until - now))
            now = time.perf_counter()  # all readable data has arrived by now
            for key, _ in readable:
                stream: Stream = key.data
                if self._over(stream, now):
                    if seen is not None:
                        seen.add(stream)
                    self._ask(stream)
            now = time.perf_counter()

    def close(self) -> None:
        """Close all connections."""
        for stream in self._streams:
            stream.connection.close()
        self._selector.close()

    def _starts(self, begun: float) -> list[tuple[float, Stream]]:
        step = _DURATION / len(self._streams)
        return [(begun + n * step, stream) for n, stream in enumerate(self._streams)][::-1]

    def _ask(self, stream: Stream) -> None:
        stream.asked, stream.first, stream.pause = time.perf_counter(), 0.0, 0.0
        stream.connection.send(next(self._messages))

    def _over(self, stream: Stream, now: float) -> bool:
        data = stream.connection.read()
        if not data:
            raise ConnectionError("the server has closed a paced stream")
        if stream.first:
            stream.pause = max(stream.pause, now - stream.last)
        elif FIRST_TOKEN in data:
            stream.first = now
        stream.last = now
        return stream.connection.receive(data)


def measure(name: str, setting: Setting) -> Found:
    """Return the rates relative to the requested rate, the waits and the pauses."""
    seconds = max(setting.scale.seconds, 3 * _DURATION)
    seen = Seen()
    with named(name).running(setting.server_core) as server:
        PACED.check(server.port)
        choir = Choir(server.port, setting.scale.paced)
        try:
            choir.sing(2 * _DURATION, begin=True)
            load, used = time.process_time(), _used(server.process)
            begun = time.perf_counter()
            while not seen.rates and time.perf_counter() - begun < _PATIENCE:
                choir.sing(seconds, seen)
            seconds = time.perf_counter() - begun
            load, used = time.process_time() - load, _used(server.process) - used
        finally:
            choir.close()
    if not seen.rates:
        raise TimeoutError(f"{name} has not ended one paced stream in {_PATIENCE:g} s")
    found = {
        "median rate": median(seen.rates),
        "worst rate": max(seen.rates, key=lambda rate: abs(rate - 1)),
        "first token": median(seen.waits) * 1e3,
        "first token, p99": _p99(seen.waits) * 1e3,
        "longest pause": median(seen.pauses) * 1e3,
    }
    if ON_LINUX:
        found["CPU"] = used / seconds
    return Found(found, load / seconds, seen.errors)


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100)[98] if len(values) > 1 else values[0]


def _used(process: int) -> float:
    return processor_seconds(process) if ON_LINUX else 0.0


KINDS = (
    Kind(
        "paced",
        "streams of 1,000 tokens at 2,000 tokens/s each, side by side",
        {
            "median rate": "of what was asked",
            "worst rate": "of what was asked",
            "first token": "ms",
            "first token, p99": "ms",
            "longest pause": "ms, of the median stream",
            "CPU": "of a core",
        },
        who_answers(PACED),
        measure,
        missing=missing,
    ),
)
