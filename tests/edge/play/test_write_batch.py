"""Answers that are written together."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from mockserver.edge.play.write_batch import WriteBatch


class Transport:
    """Notes what is written on it."""

    def __init__(self, written, *, closing=False):
        self.write = written.append
        self.is_closing = lambda: closing


def test_at_the_end_of_the_turn():
    """All that is put in one turn of the loop is written behind it, in order."""
    written = []

    async def turns():
        batch, loop = WriteBatch(), asyncio.get_running_loop()
        for turn, before in (((b"a", b"b"), []), ((b"c",), [b"a", b"b"])):
            for one in turn:
                batch.put(Transport(written), one, loop)
            assert written == before
            await asyncio.sleep(0)

    asyncio.run(turns())
    assert written == [b"a", b"b", b"c"]


def test_flushed():
    """What has been written early is not written again, and what comes later is not forgotten."""
    written, scheduled = [], []
    batch, loop = WriteBatch(), SimpleNamespace(call_soon=scheduled.append)
    batch.put(Transport(written), b"a", loop)
    batch.flush()
    batch.put(Transport(written), b"b", loop)
    for flush in scheduled:
        flush()
    assert written == [b"a", b"b"]


def test_gone():
    """Who is gone gets nothing."""
    written = []
    batch = WriteBatch()
    loop = SimpleNamespace(call_soon=lambda _: None)
    batch.put(Transport(written, closing=True), b"a", loop)
    batch.put(Transport(written), b"b", loop)
    batch.flush()
    assert written == [b"b"]
