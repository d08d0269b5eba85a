"""
Encodes an answer as one document, or as a stream of chunks.

The chunks of a stream differ only in their choices. Everything else is encoded once. The order of
keys comes from recorded streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mockserver.core.sse import DONE
from mockserver.plan import Data, EventRun

from .answer import Answer, Stamp
from .chunks import Chunks

_OVERHEAD = 0.0008  # seconds
_DONE = Data(DONE)


@dataclass(frozen=True, slots=True)
class Form:
    """
    How an endpoint encodes an answer.

    ``prefix`` is the beginning of the id. ``kind`` is the ``object`` of a document, ``chunk_kind``
    the ``object`` of a chunk. ``choices`` returns the choices of a document as JSON, ``chunks`` the
    choices of each chunk.
    """

    prefix: str
    kind: str
    chunk_kind: str
    choices: Callable[[Answer], Iterable[bytes]]
    chunks: Callable[[Answer], Chunks]


class EncodedAnswer:
    """An answer in an endpoint's form. Each document or stream is made with its own stamp."""

    __slots__ = ("_known", "_work", "answer", "form", "tokens")

    def __init__(self, form: Form, answer: Answer) -> None:
        self.form = form
        self.answer = answer
        self.tokens = answer.tokens
        reading, writing = answer.reading, answer.writing
        self._work = reading + writing + _OVERHEAD
        self._known = answer.counts()
        self._known["prompt_time"], self._known["completion_time"] = reading, writing

    def seconds(self, stamp: Stamp) -> float:
        """Return how long the request took, including its wait in the queue."""
        return stamp.queue + self._work

    def document(self, stamp: Stamp) -> Data:
        """Return the answer to a request without ``stream``."""
        choices = b",".join(self.form.choices(self.answer))
        before, after, tail = self._around(stamp, self.form.kind)
        return Data(b"".join((before, choices, after, tail)), self.tokens)

    def stream(self, stamp: Stamp, *, done: bool) -> tuple[EventRun | Data, ...]:
        """Return the events of a stream; the last chunk also has usage and times."""
        chunks = self.form.chunks(self.answer)
        finish, tokens = chunks.choices.pop(), chunks.counts.pop()
        before, after, tail = self._around(stamp, self.form.chunk_kind)
        before = b"data: " + before
        events = EventRun(before, tuple(chunks.choices), after + b"}\n\n", tuple(chunks.counts))
        last = Data(b"".join((before, finish, after, tail, b"\n\n")), tokens)
        return (events, last, _DONE) if done else (events, last)

    def _around(self, stamp: Stamp, kind: str) -> tuple[bytes, bytes, bytes]:
        """Return the bytes before the choices, after them, and at the end of the body."""
        number, created, queue, cached = stamp
        envelope = self.answer.envelope(kind)
        whole = self.answer.model.whole_seconds
        known = self._known
        known["cached_tokens"] = cached
        known["created"] = int(created) if whole else created
        known["queue_time"], known["total_time"] = queue, queue + self._work
        before = envelope.before % (self.form.prefix + number)
        after, tail = envelope.after % created, envelope.tail % envelope.values(known)
        return before.encode(), after.encode(), tail.encode()
