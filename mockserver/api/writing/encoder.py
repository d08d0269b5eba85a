"""
Encodes an answer as one document, or as a stream of chunks.

Two answers with the same text differ only in their stamps, and the chunks of a stream only in their
choices. Everything else is encoded once. The order of keys comes from recorded streams.
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
    How an endpoint encodes an answer.

    ``prefix`` begins the id. ``kind`` is the ``object`` of a document, ``chunk_kind`` that of a
    chunk. ``choices`` returns the choices of a document as JSON, ``chunks`` those of each chunk.
    """

    prefix: str
    kind: str
    chunk_kind: str
    choices: Callable[[Answer], Iterable[bytes]]
    chunks: Callable[[Answer], Chunks]


class _Stream(NamedTuple):
    """The choices and token counts of all chunks: first all but the last, then the last."""

    middles: tuple[bytes, ...]
    counts: tuple[int, ...]
    finish: bytes
    tokens: int


class EncodedAnswer:
    """An answer in the form of an endpoint; each use of it gets a stamp of its own."""

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
        """Return how long the request took, its wait in the queue included."""
        return stamp.queue + self._work

    def document(self, stamp: Stamp) -> Data:
        """Return the answer to a request without ``stream``."""
        choices = self._choices
        if choices is None:
            choices = self._choices = b",".join(self.form.choices(self.answer))
        before, after, tail = self._around(stamp, self.form.kind)
        return Data(b"".join((before, choices, after, tail)), self.tokens)

    def stream(self, stamp: Stamp, *, done: bool) -> tuple[Events | Data, ...]:
        """Return the events of a stream; the last chunk also has usage and times."""
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
        """Return the bytes before the choices, after them, and at the end of the body."""
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
