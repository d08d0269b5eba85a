"""How often a test has called its app."""

from __future__ import annotations

import asyncio
import sys
from json import JSONEncoder

import pytest

from pytest_cerebras.observe.turns import Turns


class App:
    """An app that asks, and notes the turns in which it has."""

    def __init__(self, own, *, expects_errors=False):
        self.turns = Turns(expects_errors=expects_errors)
        self.own = own
        self.found = []

    def asks(self):
        """Ask once."""
        self.found.append(self.turns.sent_in(self.own, sys._getframe()))

    def retries(self):
        """Ask again and again."""
        for _ in range(3):
            self.asks()

    def streams(self):
        """Ask before each piece."""
        for number in range(3):
            self.asks()
            yield number

    async def waits(self):
        """Ask, and let others run."""
        for _ in range(2):
            await asyncio.sleep(0)
            self.asks()

    async def insists_on(self, tool):
        """Use a tool of the test again and again."""
        for number in range(3):
            await tool(number)

    async def streams_on(self):
        """Ask before each piece, and let others run."""
        for number in range(2):
            await asyncio.sleep(0)
            self.asks()
            yield number


@pytest.fixture
def within():
    """Return a function that lets a test function run, and returns the turns of its app."""

    def run(test, **keys):
        app = App(None, **keys)
        result = test(app)
        if asyncio.iscoroutine(result):
            asyncio.run(result)
        return app.found

    return run


def repeats(app):
    app.own = sys._getframe()
    for _ in range(3):
        app.asks()


def asks_twice(app):
    app.own = sys._getframe()
    app.asks()
    app.asks()


def comprehends(app):
    app.own = sys._getframe()
    return [app.asks() for _ in range(3)]


def passes_lambdas(app):
    app.own = sys._getframe()
    once = lambda: [app.asks()]  # noqa: E731
    return [once() for _ in range(2)]


def lets_it_retry(app):
    app.own = sys._getframe()
    app.retries()


def reads_a_stream(app):
    app.own = sys._getframe()
    for number in app.streams():
        told = number
    return told


def reads_streams(app):
    app.own = sys._getframe()
    for _ in range(2):
        next(app.streams())


async def awaits(app):
    app.own = sys._getframe()
    await app.waits()
    await app.waits()


async def reads_on(app):
    app.own = sys._getframe()
    async for number in app.streams_on():
        told = number
    return told


def counts_in_a_cell(app):
    app.own = sys._getframe()
    count = 0

    def retry():
        nonlocal count
        for _ in range(3):
            count += 1
            app.asks()

    retry()
    return count


def hands_over_a_tool(app):
    app.own = sys._getframe()

    async def tool(number):
        app.asks()
        return number

    asyncio.run(app.insists_on(tool))


TESTS = [
    (repeats, [1, 2, 3]),
    (asks_twice, [1, 2]),
    (comprehends, [1, 2, 3]),
    (passes_lambdas, [1, 2]),
    (lets_it_retry, [1, 1, 1]),
    (reads_a_stream, [1, 1, 1]),
    (reads_streams, [1, 2]),
    (awaits, [1, 1, 2, 2]),
    (reads_on, [1, 1]),
    (counts_in_a_cell, [1, 1, 1]),
    (hands_over_a_tool, [1, 1, 1]),
]


@pytest.mark.parametrize(("test", "turns"), TESTS, ids=lambda one: getattr(one, "__name__", ""))
def test_turns(within, test, turns):
    """A turn lasts as long as the app that the test has called."""
    assert within(test) == turns


class Library(JSONEncoder):
    """Asks where the test function has called the library, and nothing of the app."""

    def __init__(self, app):
        super().__init__()
        self.app = app

    def default(self, found):
        """Ask, from within the library."""
        frame = sys._getframe(1)  # of the library
        self.app.found.append(self.app.turns.sent_in(self.app.own, frame))


def loops_itself(app):
    app.own = sys._getframe()
    for _ in range(3):
        Library(app).encode(object())


@pytest.mark.parametrize(("expects", "turns"), [(False, [None] * 3), (True, [1, 2, 3])])
def test_loops_of_a_test(within, expects, turns):
    """A test that calls the library itself is the app, unless it expects the errors."""
    assert within(loops_itself, expects_errors=expects) == turns
