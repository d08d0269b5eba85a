import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.plan import (
    Close,
    Data,
    End,
    EventRun,
    Head,
    Wait,
    changed_after,
    coalesce,
    duration_of,
    expand,
    head_of,
    tokens_of,
    waits_of,
    without_body,
)
from mockserver.plan.inspection import sent_body

EVENTS = EventRun(b"[", (b"a", b"b"), b"]", (1, 1), (0.5, 0.0))
PLAN = (Head(200), Data(b"a", 1), Wait(3.0), Data(b"b", 1), End())
A, B, C = Data(b"a", 1), Data(b"b", 2), Data(b"c")
STEPS = st.one_of(
    st.builds(Wait, st.floats(0, 10)),
    st.builds(Head, st.integers(200, 599)),
    st.builds(Data, st.binary(max_size=4), st.integers(0, 5)),
    st.just(End()),
    st.builds(Close, st.booleans()),
)


@pytest.mark.parametrize(
    ("plan", "joined"),
    [
        pytest.param((), (), id="nothing"),
        pytest.param((A,), (A,), id="one piece"),
        pytest.param((A, B, C), (Data(b"abc", 3),), id="a run without an end"),
        pytest.param((Head(200), A, B, End()), (Head(200), Data(b"ab", 3), End()), id="one run"),
        pytest.param((A, Wait(1), B, C), (A, Wait(1), Data(b"bc", 2)), id="a wait divides"),
        pytest.param((A, B, Close()), (Data(b"ab", 3), Close()), id="a run before a close"),
    ],
)
def test_coalesce(plan, joined):
    """Each run of data becomes one step, all other steps stay as they are."""
    assert tuple(coalesce(plan)) == joined


def test_coalesce_keeps_a_lone_piece():
    """A piece without neighbours is handed on, not copied."""
    assert next(coalesce((A,))) is A


@given(st.lists(STEPS).map(tuple))
def test_coalesce_loses_nothing(plan):
    """Joined or not, a plan has the same bytes, tokens and duration, and no two runs touch."""
    joined = tuple(coalesce(plan))
    assert _bytes(joined) == _bytes(plan)
    assert tokens_of(joined) == tokens_of(plan)
    assert duration_of(joined) == duration_of(plan)
    kinds = [isinstance(step, Data) for step in joined]
    assert (True, True) not in list(pairwise(kinds))
    assert [s for s in joined if not isinstance(s, Data)] == [
        s for s in plan if not isinstance(s, Data)
    ]


@pytest.mark.parametrize(
    ("plan", "head"),
    [
        ((), None),
        ((Wait(math.inf),), None),
        ((Close(reset=True),), None),
        ((Wait(1), Head(204), End()), Head(204)),
    ],
)
def test_head_of(plan, head):
    """The head is found behind waits; a plan that never answers has none."""
    assert head_of(plan) == head


@pytest.mark.parametrize(
    ("status", "refuses"), [(200, False), (304, False), (399, False), (400, True), (503, True)]
)
def test_refuses(status, refuses):
    """A status from 400 on refuses."""
    assert Head(status).refuses is refuses


@pytest.mark.parametrize("status", [204, 304])
def test_no_body_to_frame(status):
    """Some answers have no body, whatever their fields say (RFC 9110, 6.4.1)."""
    assert (Head(status).length, Head(status, (("content-length", "3"),)).length) == (0, 0)


@pytest.mark.parametrize(
    ("media_type", "streams"),
    [("text/event-stream; charset=utf-8", True), ("application/json", False), (None, False)],
)
def test_streams(media_type, streams):
    """A stream is told by its media type."""
    assert Head(200, ((("content-type", media_type),) if media_type else ())).streams is streams


def test_header():
    """Of several fields with one name the first counts; an absent one is None."""
    head = Head(200, (("set-cookie", "a"), ("set-cookie", "b")))
    assert head.header("set-cookie") == "a"
    assert head.header("retry-after") is None


def test_without_body():
    """An answer to HEAD has the same fields and no data, and owes none; the rest stays."""
    plan = (Wait(1), Head(200, (("content-length", "3"),)), A, Wait(2), B, Close())
    bare = without_body(plan)
    assert bare == (Wait(1), Head(200, (("content-length", "3"),), bodiless=True), Wait(2), Close())
    assert (head_of(plan).length, head_of(bare).length, Head(200).length) == (3, 0, None)


def test_sums():
    """Tokens and waits add up; a stall lasts for ever."""
    plan = (Wait(0.5), Head(200), A, Wait(1.5), B, End())
    assert tokens_of(plan) == 3
    assert duration_of(plan) == 2.0
    assert duration_of((*plan, Wait(math.inf))) == math.inf


def test_plans_are_values():
    """Two plans with equal steps are equal and can stand in a set."""
    plan = (Wait(1), Head(200, (("a", "b"),)), Data(b"x", 1), Close(reset=True))
    again = (Wait(1), Head(200, (("a", "b"),)), Data(b"x", 1), Close(reset=True))
    assert {plan, again} == {plan}
    assert Close() != Close(reset=True)


def _bytes(plan):
    return b"".join(step.data for step in plan if isinstance(step, Data))


def test_events():
    """Events that share their ends are the same bytes and tokens together as apart."""
    events = EventRun(b"<", (b"a", b"", b"bc"), b">", (1, 0, 2))
    single = (Data(b"<a>", 1), Data(b"<>"), Data(b"<bc>", 2))
    assert tuple(events.expand()) == single
    assert (events.data, events.tokens) == (b"<a><><bc>", 3)
    assert expand((Head(200), events, Wait(1), End())) == (Head(200), *single, Wait(1), End())
    assert tokens_of((events, A)) == tokens_of(expand((events, A))) == 4


def test_paced_events():
    """A wait stands before an event that has one; one of no seconds is none."""
    events = EventRun(b"<", (b"a", b"b", b"c"), b">", (0, 1, 1), (0.5, 0.0, 2.0))
    plan = expand((Head(200), events, End()))
    assert plan[1:-1] == (Wait(0.5), Data(b"<a>"), Data(b"<b>", 1), Wait(2.0), Data(b"<c>", 1))
    assert events.data == b"<a><b><c>"


RUN = EventRun(b"<", (b"a", b"b", b"c"), b">", (0, 1, 1), (0.5, 0.0, 2.0))


READERS = {
    "tokens": tokens_of,
    "duration": duration_of,
    "waits": lambda plan: list(filter(None, waits_of(plan))),
    "head": head_of,
    "body": sent_body,
    "answer to HEAD": without_body,
    "joined": lambda plan: list(coalesce(plan)),
    "change": lambda plan: changed_after(plan, (*plan[:2], Close())),
}


@pytest.mark.parametrize("found", READERS.values(), ids=READERS)
def test_runs_mean_their_events(found):
    """Whoever looks at a plan finds in a run what the single events would be."""
    plan = (Wait(0.25), Head(200), RUN, A, Wait(1.5), B, End())
    assert found(plan) == found(expand(plan))


def test_no_events():
    """None at all are nothing, not two ends."""
    events = EventRun(b"<", (), b">", ())
    assert (events.data, events.tokens, expand((events,))) == (b"", 0, ())


@pytest.mark.parametrize(
    ("before", "after", "seconds"),
    [
        (PLAN, PLAN, None),
        (PLAN, (Head(500), *PLAN[1:]), 0.0),
        (PLAN, (Wait(2.0), *PLAN), 0.0),
        (PLAN, (*PLAN[:-1], Close()), 3.0),
        (PLAN, PLAN[:-1], 3.0),
        (PLAN, (Head(200, (("connection", "close"),)), *PLAN[1:-1], Close()), 3.0),
        ((Wait(1.0), *PLAN), (Wait(1.0), Head(200, (("x", "1"),)), *PLAN[1:]), 1.0),
        ((Head(200), EVENTS, End()), (Head(200), EVENTS, End()), None),
        ((Head(200), EVENTS, End()), (Head(200), *EVENTS.expand(), End()), None),
        ((Head(200), EVENTS, End()), (Head(200), EVENTS, Close()), 0.5),
    ],
)
def test_changed_after(before, after, seconds):
    """What a fault has changed is felt when its place comes; framing, where the body differs."""
    assert changed_after(before, after) == seconds
