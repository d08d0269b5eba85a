"""
Writes an answer as one document, or as a stream of chunks.

Answers in the same words differ in their stamp only, and the chunks of a stream in their choice:
all the rest is encoded once. The order of the keys is that of recorded streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mockserver.plan import Data, Events

from .answer import Answer, Stamp
from .chunks import Chunks
from .shapes import TimeKey
from .sse import DONE, dumps

_OVERHEAD = 0.0008  # seconds


@dataclass(frozen=True, slots=True)
class Form:
    """
    What an endpoint makes of an answer.

    ``prefix`` is what ids begin with, ``kind`` the ``object`` of a document, ``chunk_kind`` that of
    a chunk. ``choices`` returns those of a document as JSON, ``chunks`` those of each chunk.
    """

    prefix: str
    kind: str
    chunk_kind: str
    choices: Callable[[Answer], Iterable[bytes]]
    chunks: Callable[[Answer], Chunks]


class _Stream(NamedTuple):
    """The choices of all chunks but the last and their tokens, then those of the last."""

    middles: tuple[bytes, ...]
    counts: tuple[int, ...]
    finish: bytes
    tokens: int


class Written:
    """An answer in a form; it can be given any number of times, each with a stamp of its own."""

    __slots__ = (
        "_choices",
        "_reading",
        "_stream",
        "_usages",
        "_writing",
        "answer",
        "form",
        "tokens",
    )

    def __init__(self, form: Form, answer: Answer) -> None:
        self.form = form
        self.answer = answer
        self.tokens = answer.tokens
        self._reading, self._writing = answer.reading, answer.writing
        self._usages: dict[int, bytes] = {}
        self._choices: bytes | None = None
        self._stream: _Stream | None = None

    def seconds(self, stamp: Stamp) -> float:
        """Return how long it all took."""
        return stamp.queue + self._reading + self._writing + _OVERHEAD

    def document(self, stamp: Stamp) -> Data:
        """Return the answer to a request without ``stream``."""
        choices = self._choices
        if choices is None:
            choices = self._choices = b",".join(self.form.choices(self.answer))
        before, after = self._ends(stamp, self.form.kind)
        return Data(b"".join((before, choices, after, self._tail(stamp), b"}")), self.tokens)

    def stream(self, stamp: Stamp, *, done: bool) -> tuple[Events | Data, ...]:
        """Return the events; the last chunk has usage and times besides."""
        chunks = self._stream
        if chunks is None:
            *middles, finish = (found := self.form.chunks(self.answer)).choices
            *counts, tokens = found.counts
            chunks = self._stream = _Stream(tuple(middles), tuple(counts), finish, tokens)
        before, after = self._ends(stamp, self.form.chunk_kind)
        before = b"data: " + before
        last = b"".join((before, chunks.finish, after, self._tail(stamp), b"}\n\n"))
        events = Events(before, chunks.middles, after + b"}\n\n", chunks.counts)
        return (events, Data(last, chunks.tokens), *((Data(DONE),) if done else ()))

    def _ends(self, stamp: Stamp, kind: str) -> tuple[bytes, bytes]:
        """Return what stands before the choices, and what stands behind them."""
        identity = _identity(self.answer.model_id, self.answer.fingerprint, kind)
        before = f'{{"id":"{self.form.prefix}{stamp.number}","choices":['
        return before.encode(), b'],"created":%d,%b' % (stamp.created, identity)

    def _tail(self, stamp: Stamp) -> bytes:
        """Return the usage and the times."""
        usage = self._usages.get(stamp.cached)
        if usage is None:
            usage = self._usages[stamp.cached] = self.answer.usage(stamp.cached)
        times = _time_info(self.answer.bodies.time_info) % {
            b"created": stamp.created,
            b"queue_time": stamp.queue,
            b"prompt_time": self._reading,
            b"completion_time": self._writing,
            b"total_time": self.seconds(stamp),
        }
        return b',"usage":%b,"time_info":%b' % (usage, times)


@lru_cache
def _identity(model_id: str, fingerprint: str, kind: str) -> bytes:
    return dumps({"model": model_id, "system_fingerprint": fingerprint, "object": kind})[1:-1]


@lru_cache
def _time_info(keys: tuple[TimeKey, ...]) -> bytes:
    """Return the object of this name as JSON, with gaps for the times."""
    return b"{%b}" % b",".join([b'"%b":%%(%b)r' % (key.encode(), key.encode()) for key in keys])
