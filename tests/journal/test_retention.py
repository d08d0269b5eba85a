"""What of a long body is left when it is over."""

from __future__ import annotations

import math

import pytest

from mockserver.engine import Engine
from mockserver.journal import Journal, Retention
from mockserver.journal.retention import cut, cut_plan, size_of
from mockserver.plan import (
    Close,
    Data,
    End,
    EventRun,
    Head,
    Raw,
    Wait,
    duration_of,
    tokens_of,
)
from mockserver.scenario import Match, Rule, Scenario

HEAD = Head(200)
EVENTS = EventRun(b"<", (b"a", b"b", b"c"), b">", (1, 2, 3))
PACED = EventRun(b"<", (b"a", b"b", b"c"), b">", (1, 2, 3), (0.5, 0.25, 4.0))


@pytest.mark.parametrize(
    ("plan", "size"),
    [
        ((), 0),
        ((HEAD, Wait(1.0), End()), 0),
        ((HEAD, Data(b"abc"), Raw(b"de"), End()), 5),
        ((HEAD, EVENTS, Data(b"!"), End()), 10),
    ],
)
def test_size(plan, size):
    """The size of a plan is that of what it sends."""
    assert size_of(plan) == size


def test_cut():
    """Of a body the beginning is kept, and how much more there was."""
    assert cut(b"abcdefgh", 3) == b"abc[... 5 bytes left out]"
    assert cut(b"abc", 3) == b"abc"


@pytest.mark.parametrize(
    ("plan", "most", "kept"),
    [
        ((HEAD, Data(b"abc", 7), End()), 3, (HEAD, Data(b"abc", 7), End())),
        (
            (HEAD, Data(b"abc", 7), End()),
            2,
            (HEAD, Data(b"ab"), Data(b"[... 1 bytes left out]", 7), End()),
        ),
        (
            (HEAD, Data(b"ab", 1), Wait(1.0), Data(b"cd", 2), Wait(2.0), Data(b"e", 4), Close()),
            2,
            (
                *(HEAD, Data(b"ab", 1), Wait(1.0), Data(b"")),
                *(Data(b"[... 3 bytes left out]", 6), Wait(2.0), Close()),
            ),
        ),
        (
            (HEAD, EVENTS, Data(b"!", 4), End()),
            6,
            (
                *(HEAD, EventRun(b"<", (b"a", b"b"), b">", (0, 0))),
                *(Data(b"[... 4 bytes left out]", 10), End()),
            ),
        ),
        ((HEAD, EVENTS, End()), 2, (HEAD, Data(b"[... 9 bytes left out]", 6), End())),
        (
            (HEAD, PACED, Wait(1.0), End()),
            6,
            (
                *(HEAD, EventRun(b"<", (b"a", b"b"), b">", (0, 0), (0.5, 0.25))),
                *(Data(b"[... 3 bytes left out]", 6), Wait(5.0), End()),
            ),
        ),
        (
            (Raw(b"abc"), Wait(math.inf)),
            1,
            (Raw(b"a"), Data(b"[... 2 bytes left out]"), Wait(math.inf)),
        ),
    ],
)
def test_cut_plan(plan, most, kept):
    """A plan that is cut begins and ends as before, takes as long, and has as many tokens."""
    assert cut_plan(plan, most) == kept
    assert tokens_of(kept) == tokens_of(plan)
    assert duration_of(kept) == duration_of(plan)


def test_shortened_as_it_ends(ask, now):
    """An exchange is whole while it is played; the journal keeps as much as it may, and why."""
    run = Engine(
        Scenario("test", rules=(Rule("other", Match(model="qwen*")),)),
        now=now,
        journal=Journal(retention=Retention(body=10)),
    )
    found = run.handle(ask(), now=now)
    whole, misses = (found.plan, len(found.request.body)), found.near_misses
    run.finish(found, now=now)
    assert misses
    assert found.near_misses == misses
    assert found.gist.request_bytes == whole[1] > len(found.request.body)
    assert tokens_of(found.plan) == tokens_of(whole[0])
    assert b"bytes left out]" in found.request.body
