"""The mistakes of a run: each request with its own, and each mistake once."""

from __future__ import annotations

import pytest

from mockserver.verdicts import Case
from pytest_cerebras.run.mistakes import MOST_REQUESTS, explained, mistakes_of


@pytest.fixture
def case(engine, ask, now):
    """Return a function that makes a case of requests to some paths."""

    def make(*paths):
        running = engine()
        for path in paths:
            running.handle(ask(path), now=now)
        return Case(running.journal, running.edition)

    return make


def test_explained(case):
    """A retry is not explained again, but the same mistake after something else is."""
    told = [
        bool(sentence) for _, sentence in explained(case("/models", "/models", "chat", "/models"))
    ]
    assert told == [True, False, False, True]


def test_most(case):
    """Only the first requests are shown."""
    assert len(list(explained(case(*["chat"] * (MOST_REQUESTS + 1))))) == MOST_REQUESTS


def test_each_once(case):
    """A mistake that several requests make is one thing to fix."""
    found = mistakes_of(case("/models", "/chat/completions", "/v1/v1/models"))
    assert [one.name for one in found] == ["no-v1", "two-v1"]
    assert mistakes_of(case("chat")) == []
