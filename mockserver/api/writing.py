"""
Writes an answer as one document, or as a stream of chunks.

Answers in the same words differ in their stamp only, and the chunks of a stream in their choice:
all the rest is encoded once. The order of the keys is that of recorded streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

from mockserver.plan import Data, Events

from .answer import Answer, Stamp
from .shapes import TimeKey
from .sse import DONE, dumps

_OVERHEAD = 0.0008  # seconds
Chunk: TypeAlias = tuple[bytes, int]
"""The choices of a chunk as JSON, and the tokens that they hand to the client."""


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
    chunks: Callable[[Answer], Iterable[Chunk]]


class Written:
    """An answer in a form; it can be given any number of times, each with a stamp of its own."""

    def __init__(self, form: Form, answer: Answer) -> None:
        self.form = form
        self.answer = answer
        self.tokens = answer.tokens
        self._reading, self._writing = answer.reading, answer.writing
        self._work = self._reading + self._writing + _OVERHEAD
        self._usages: dict[int, bytes] = {}

    def seconds(self, stamp: Stamp) -> float:
        """Return how long it all took."""
        return stamp.queue + self._work

    def document(self, stamp: Stamp) -> Data:
        """Return the answer to a request without ``stream``."""
        before, after = self._ends(stamp, self.form.kind)
        return Data(b"".join((before, self._choices, after, self._tail(stamp), b"}")), self.tokens)

    def stream(self, stamp: Stamp, *, done: bool) -> tuple[Events | Data, ...]:
        """Return the events; the last chunk has usage and times besides."""
        before, after = self._ends(stamp, self.form.chunk_kind)
        middles, counts, (finish, tokens) = self._chunks
        events = Events(b"data: " + before, middles, after + b"}\n\n", counts)
        last = b"".join((b"data: ", before, finish, after, self._tail(stamp), b"}\n\n"))
        return (events, Data(last, tokens), *((Data(DONE),) if done else ()))

    def _ends(self, stamp: Stamp, kind: str) -> tuple[bytes, bytes]:
        """Return what stands before the choices, and what stands behind them."""
        identity = _identity(self.answer.model_id, self.answer.fingerprint, kind)
        before = f'{{"id":"{self.form.prefix}{stamp.number}","choices":['
        return before.encode(), b'],"created":%d,%b' % (stamp.created, identity)

    def _tail(self, stamp: Stamp) -> bytes:
        if stamp.cached not in self._usages:
            self._usages[stamp.cached] = self.answer.usage(stamp.cached)
        times = _time_info(self.answer.bodies.time_info) % {
            "created": stamp.created,
            "queue_time": stamp.queue,
            "prompt_time": self._reading,
            "completion_time": self._writing,
            "total_time": self.seconds(stamp),
        }
        return b',"usage":%b,"time_info":%b' % (self._usages[stamp.cached], times.encode())

    @cached_property
    def _choices(self) -> bytes:
        return b",".join(self.form.choices(self.answer))

    @cached_property
    def _chunks(self) -> tuple[tuple[bytes, ...], tuple[int, ...], Chunk]:
        """The choices of all chunks but the last, their tokens, and the last."""
        *found, last = self.form.chunks(self.answer)
        return (
            tuple([choices for choices, _ in found]),
            tuple([tokens for _, tokens in found]),
            last,
        )


@lru_cache
def _identity(model_id: str, fingerprint: str, kind: str) -> bytes:
    return dumps({"model": model_id, "system_fingerprint": fingerprint, "object": kind})[1:-1]


@lru_cache
def _time_info(keys: tuple[TimeKey, ...]) -> str:
    """Return the object of this name as JSON, with gaps for the times."""
    return "{" + ",".join([f'"{key}":%({key})r' for key in keys]) + "}"
