"""Short waits that share one timer."""

from __future__ import annotations

import asyncio

import pytest

from mockserver.edge.play.ticker import AT_ONCE, TICK, Ticker


class Hand:
    """A loop whose timers are run by hand, and the time that its ticker sees."""

    def __init__(self):
        self.now = 100.0
        self.timers = []
        self.soon = []

    def create_future(self):
        """Return a future of the loop that runs the test."""
        return asyncio.get_running_loop().create_future()

    def call_later(self, seconds, callback):
        """Keep the timer."""
        self.timers.append((seconds, callback))

    def call_soon(self, callback):
        """Keep the call."""
        self.soon.append(callback)

    async def tick(self, now):
        """Run the only timer at a time, and let run who was woken; return its seconds."""
        self.now = now
        [(seconds, callback)] = self.timers
        self.timers.clear()
        await self.run(callback)
        return seconds

    async def run(self, callback):
        """Call, and let run who was woken."""
        callback()
        for _ in range(3):
            await asyncio.sleep(0)


@pytest.fixture
def hand():
    """Return a loop that is moved by hand."""
    return Hand()


@pytest.fixture
def ticker(hand):
    """Return the ticker of that loop."""
    return Ticker(hand, lambda: hand.now)


def test_wakes_who_is_due(hand, ticker):
    """All who are due are woken by one timer, and nobody before that."""
    woken = []

    async def waiter(deadline):
        await ticker.until(deadline)
        woken.append((deadline, hand.now))

    async def main():
        async with asyncio.TaskGroup() as tasks:
            for deadline in (100.003, 100.001, 100.002):
                tasks.create_task(waiter(deadline))
            await asyncio.sleep(0)
            await hand.tick(100.0005)
            assert woken == []
            await hand.tick(100.002)
            assert woken == [(100.001, 100.002), (100.002, 100.002)]
            await hand.tick(100.5)
        assert woken[2:] == [(100.003, 100.5)]

    asyncio.run(main())


def test_rests(hand, ticker):
    """Where nobody waits any more there is no timer, and whoever comes next starts it again."""

    async def main():
        for now in (101.0, 102.0):
            waiting = asyncio.ensure_future(ticker.until(now))
            await asyncio.sleep(0)
            await hand.tick(now)
            await waiting
            await hand.tick(now)
            assert hand.timers == []

    asyncio.run(main())


def test_forgets_who_has_left(hand, ticker):
    """A wait that was cancelled is nobody's concern."""

    async def main():
        waiting = asyncio.ensure_future(ticker.until(100.001))
        await asyncio.sleep(0)
        waiting.cancel()
        await hand.tick(100.002)
        await hand.tick(100.004)
        assert waiting.cancelled()
        assert hand.timers == []

    asyncio.run(main())


def test_many_are_woken_by_and_by(hand, ticker):
    """Others get turns in between, nobody is woken twice in a round, and a pause follows it."""
    woken, count = [], 2 * AT_ONCE + 3

    async def waiter(number):
        for again in range(2):
            await ticker.until(101.0 + again)
            woken.append(number)

    async def main():
        waiting = [asyncio.ensure_future(waiter(n)) for n in range(count)]
        await asyncio.sleep(0)
        assert await hand.tick(101.0) == TICK
        for total in (AT_ONCE, 2 * AT_ONCE):
            assert woken == list(range(total))
            hand.now = 103.0  # what is due by now is left to the next round
            await hand.run(hand.soon.pop())
        assert woken == list(range(count))
        assert hand.soon == []
        assert TICK <= await hand.tick(103.0) < count * TICK
        for _ in range(2):
            await hand.run(hand.soon.pop())
        assert sorted(woken) == sorted([*range(count)] * 2)
        assert all(one.done() for one in waiting)

    asyncio.run(main())


def test_a_crowd_is_given_longer_pauses(hand, ticker):
    """However many wait, most of the time is left to others."""

    async def main():
        waiting = [asyncio.ensure_future(ticker.until(101.0)) for _ in range(50 * AT_ONCE)]
        await asyncio.sleep(0)
        await hand.tick(101.0)
        while hand.soon:
            await hand.run(hand.soon.pop())
        assert all(one.done() for one in waiting)
        assert await hand.tick(101.0) > 10 * TICK

    asyncio.run(main())
