"""
Writes an answer as one document, or as a stream of chunks.

Answers in the same words differ in their stamp only, and the chunks of a stream in their choice:
all the rest is encoded once. The order of the keys is that of recorded streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from mockserver.core.sse import DONE
from mockserver.plan import Data, Events

from .answer import Answer, Stamp
from .chunks import Chunks

_OVERHEAD = 0.0008  # seconds
_DONE = Data(DONE)


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


class EncodedAnswer:
    """An answer in a form; it can be given any number of times, each with a stamp of its own."""

    __slots__ = ("_choices", "_known", "_stream", "_work", "answer", "form", "tokens")

    def __init__(self, form: Form, answer: Answer) -> None:
        self.form = form
        self.answer = answer
        self.tokens = answer.tokens
        reading, writing = answer.reading, answer.writing
        self._work = reading + writing + _OVERHEAD
        self._known = answer.counts()
        self._known[b"prompt_time"], self._known[b"completion_time"] = reading, writing
        self._choices: bytes | None = None
        self._stream: _Stream | None = None

    def seconds(self, stamp: Stamp) -> float:
        """Return how long it all took."""
        return stamp.queue + self._work

    def document(self, stamp: Stamp) -> Data:
        """Return the answer to a request without ``stream``."""
        choices = self._choices
        if choices is None:
            choices = self._choices = b",".join(self.form.choices(self.answer))
        before, after, tail = self._around(stamp, self.form.kind)
        return Data(b"".join((before, choices, after, tail)), self.tokens)

    def stream(self, stamp: Stamp, *, done: bool) -> tuple[Events | Data, ...]:
        """Return the events; the last chunk has usage and times besides."""
        chunks = self._stream
        if chunks is None:
            made = self.form.chunks(self.answer)
            finish, tokens = made.choices.pop(), made.counts.pop()
            chunks = _Stream(tuple(made.choices), tuple(made.counts), finish, tokens)
            self._stream = chunks
        before, after, tail = self._around(stamp, self.form.chunk_kind)
        before = b"data: " + before
        events = Events(before, chunks.middles, after + b"}\n\n", chunks.counts)
        last = Data(b"".join((before, chunks.finish, after, tail, b"\n\n")), chunks.tokens)
        return (events, last, _DONE) if done else (events, last)

    def _around(self, stamp: Stamp, kind: str) -> tuple[bytes, bytes, bytes]:
        """Return what stands before the choices, what stands behind them, and the end."""
        number, created, queue, cached = stamp
        envelope = self.answer.envelope(kind)
        whole = self.answer.model.whole_seconds
        known = {
            **self._known,
            b"cached_tokens": cached,
            b"created": int(created) if whole else created,
            b"queue_time": queue,
            b"total_time": queue + self._work,
        }
        before = envelope.before % (self.form.prefix + number)
        return before.encode(), envelope.after % created, envelope.tail % known
