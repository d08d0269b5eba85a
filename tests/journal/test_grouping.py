"""Which requests are attempts at the same thing, seen from the end."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mockserver.core.messages import Request, Sender
from mockserver.journal import Exchange, Journal
from mockserver.journal.grouping import (
    came_at_once,
    comes_after,
    could_know,
    grouped,
    has_waited,
    left_before,
    never_rested,
    retries,
    same_turn,
    tolerance,
    tries,
    waited,
)
from mockserver.plan import Data, End, Head

OK = (Head(200), Data(b'{"choices":[]}', 3), End())
BUSY = (Head(503), Data(b'{"code":"service_unavailable"}'), End())
LIMITED = (Head(429, (("retry-after", "60"),)), End())
A, B = Sender("thread 1"), Sender("thread 2")


def sent(at, plan=BUSY, *, by=A, count=None, took=0.0, stream=False, **changes):
    headers = {} if count is None else {"x-stainless-retry-count": str(count)}
    body = changes.pop("body", b"{}")
    fields = {
        "number": changes.pop("number", 0),
        "endpoint": "chat",
        "model": "m",
        "stream": stream,
        "request": Request("POST", "/v1/chat/completions", headers, body, sender=by),
        "finished": None if took is None else at + took,
    }
    return Exchange(at=at, plan=plan, **fields, **changes)


def journal_of(*exchanges, scale=1.0):
    journal = Journal(scale=scale)
    for exchange in exchanges:
        journal.add(exchange, journal.call_of(exchange.request))
    return journal


def calls(*exchanges, scale=1.0):
    """Return the times of the attempts of each call."""
    journal = journal_of(*exchanges, scale=scale)
    return [[exchange.at for exchange in call.exchanges] for call in grouped(journal)]


def test_retries_of_a_loop():
    """What one thread asks again after a failure is one call, however soon it asks."""
    assert calls(sent(0), sent(0.001), sent(2), sent(9, OK)) == [[0, 0.001, 2, 9]]


def test_new_questions_of_a_loop():
    """What it asks again after an answer is another call, and so is what it asks otherwise."""
    assert calls(sent(0, OK), sent(1, OK)) == [[0], [1]]
    assert calls(sent(0), sent(1, body=b"[]")) == [[0], [1]]


def test_threads_that_ask_the_same():
    """Two threads that ask the same, one just after the other, are two calls."""
    assert calls(sent(0), sent(0.001, by=B)) == [[0], [0.001]]
    assert calls(sent(0), sent(60, by=B)) == [[0], [60]]


def test_threads_that_retry():
    """Each thread's retries are its own, in whichever order they come."""
    journal = (sent(0), sent(0.001, by=B), sent(1, OK, by=B), sent(2, OK))
    assert calls(*journal) == [[0, 2], [0.001, 1]]


def test_tasks():
    """A task that began to exist after a failure may be its retry; one from before is not."""
    later, before = Sender("task 2", since=0.5), Sender("task 3", since=-1.0)
    assert calls(sent(0), sent(1, by=later)) == [[0, 1]]
    assert calls(sent(0), sent(1, by=before)) == [[0], [1]]


def test_threads_for_each_attempt():
    """Threads that one starts, each after the failure of the last, go on with a call."""
    attempts = [sent(at, by=Sender(f"thread {at}", at - 0.1, A)) for at in (1, 2, 4)]
    assert calls(*attempts) == [[1, 2, 4]]


def test_children_of_two():
    """A job retries nothing that failed after the task that submits it had begun."""
    one, two = (Sender(f"task {number}", -1, A) for number in (1, 2))
    first, late = sent(0, by=Sender("job 3", -0.5, one)), Sender("job 4", 0.5, two)
    assert calls(first, sent(1, by=late)) == [[0], [1]]
    assert calls(first, sent(1, by=Sender("job 4", 0.5, one))) == [[0, 1]]
    assert calls(first, sent(1, by=Sender("job 4", 0.5, Sender("task 5", 0.3, A)))) == [[0, 1]]
    assert calls(first, sent(1, by=one)) == [[0], [1]]


@pytest.mark.parametrize("took", [0.38, 3, None])
def test_crowd_that_starts_slowly(took):
    """Threads that one starts one after the other, while others are at it, are a crowd."""
    begun = [
        sent(0, by=Sender("thread 1", -0.1, A), took=0.2),
        sent(0.1, by=Sender("thread 2", 0.1, A), took=took),
    ]
    late = sent(0.5, by=Sender("thread 3", 0.45, A))
    assert calls(*begun, late) == [[0], [0.1], [0.5]]
    nephew = sent(0.5, by=Sender("thread 3", 0.45, Sender("thread 4", 0.3, A)))
    assert calls(*begun, nephew)[0] == [0, 0.5]


@pytest.mark.parametrize(("at", "expected"), [(0.02, [[0], [0.02]]), (0.3, [[0, 0.3]])])
def test_other_processes(at, expected):
    """Of another process only what comes late enough to know of the failure is a retry."""
    assert calls(sent(0, by=None), sent(at, by=None)) == expected


def test_other_processes_on_another_clock():
    """What is late enough is so by the clock of the client."""
    assert calls(sent(0, by=None), sent(0.3, by=None), scale=0.01) == [[0], [0.3]]
    assert calls(sent(0, by=None), sent(6, by=None), scale=0.01) == [[0, 6]]


def test_counts():
    """A client that counts its retries is believed, whoever sends."""
    crowd = [sent(at, LIMITED, by=None, count=0) for at in (0, 0.1, 0.2)]
    again = [sent(at, OK, by=None, count=1) for at in (60, 60.1, 60.2)]
    assert calls(*crowd, *again) == [[0, 60.2], [0.1, 60.1], [0.2, 60]]


def test_counts_that_can_not_be_due():
    """Where none of the attempts before is due, the earliest was the one that came back."""
    assert calls(
        sent(0, LIMITED, by=None, count=0),
        sent(1, LIMITED, by=None, count=0),
        sent(2, OK, by=None, count=1),
    ) == [[0, 2], [1]]


def test_count_without_a_beginning():
    """A retry of something that never arrived is a call of its own."""
    assert calls(sent(0, count=1), sent(1, OK, count=2)) == [[0, 1]]
    assert calls(sent(0, OK, count=1)) == [[0]]
    assert calls(sent(0, count=0), sent(1, count=2)) == [[0], [1]]
    assert calls(sent(0, by=None), sent(1, by=None, count=2)) == [[0], [1]]


def test_absurd_count():
    """A number that no client counts to is none."""
    assert tries(sent(0, count="9" * 9)) == 999_999_999
    assert [tries(sent(0, count=count)) for count in ("9" * 5000, "-1", "x")] == [None] * 3


def test_counts_of_threads():
    """What one thread counts on goes on with its own attempt, even if another one is due, too."""
    first = [sent(at, LIMITED, by=by, count=0) for at, by in ((0, A), (0.1, B))]
    again = [sent(at, OK, by=by, count=1) for at, by in ((70.2, A), (70.3, B))]
    assert calls(*first, *again) == [[0, 70.2], [0.1, 70.3]]


def test_one_failure_for_each_retry():
    """What goes on with one failure does not go on with another."""
    late = Sender("task 3", 0.5)
    asked = (sent(0), sent(0.1, by=B), sent(1, by=late), sent(2, by=late))
    assert calls(*asked) == [[0], [0.1, 1, 2]]


def test_crowd_that_goes_on():
    """One of a crowd goes on with what failed before the crowd was started."""
    one = Sender("job 1", 0.9, A)
    other = Sender("job 2", 0.95, A, frozenset({"job 1"}))
    assert calls(sent(0), sent(1, by=one), sent(1.01, by=other)) == [[0, 1], [1.01]]


def test_nested():
    """A second layer that starts the first one again goes on with the call."""
    assert calls(sent(0, count=0), sent(1, count=1), sent(3, count=0)) == [[0, 1, 3]]


def test_lost_patience():
    """What a client has left, or says that it asks again, is tried again although it was good."""
    assert calls(sent(0, OK, client_left=True), sent(1, OK)) == [[0, 1]]
    assert calls(sent(0, OK, count=0), sent(1, OK, count=1)) == [[0, 1]]


def test_still_being_answered():
    """Nobody knows the end of what is still being answered."""
    assert calls(sent(0, took=None), sent(1)) == [[0], [1]]
    assert not could_know(sent(0, took=5), sent(1))


@pytest.mark.parametrize(
    ("early", "by", "knows"),
    [
        ({"client_left": True, "took": 1.01}, A, True),
        ({"client_left": True, "took": 1.01}, B, False),
        ({"client_left": False, "took": 1.01}, A, False),
        ({"client_left": True, "took": 5}, A, False),
    ],
)
def test_left_before(early, by, knows):
    """Who leaves an answer and asks on knows of it, though the mock has noticed that too late."""
    early, late = sent(0, OK, **early), sent(1, by=by, number=1)
    assert left_before(early, late) == could_know(early, late) == knows


@pytest.mark.parametrize(
    ("early", "late", "after"),
    [
        ({"took": 1}, {}, True),
        ({"took": 1.01}, {}, False),
        ({"took": 1.01, "client_left": True}, {}, True),
        ({"took": 1, "number": 2}, {}, False),
    ],
)
def test_comes_after(early, late, after):
    """A request comes after an answer that is over, or that its own sender has left."""
    one, other = sent(0, OK, **early), sent(1, **{"number": 1, **late})
    assert comes_after(one, other) is after


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (None, None, True),
        (A, B, True),
        (None, A, True),
        (replace(A, turn=(1, 0)), replace(B, turn=(1, 0)), True),
        (replace(A, turn=(1, 0)), replace(A, turn=(2, 0)), False),
        (replace(A, turn=(1, 0)), A, False),
    ],
)
def test_same_turn(before, now, same):
    """Two turns are two calls of the app by its test; without a turn, the test is the app."""
    assert same_turn(sent(0, by=before), sent(1, by=now)) is same


@pytest.mark.parametrize(("before", "now"), [(None, A), (A, None), (None, None)])
def test_nobody_knows_who(before, now):
    """Where one of two is not known, it may be the same, or one of another process."""
    assert could_know(sent(0, by=before), sent(0.06, by=now))
    assert not could_know(sent(0, by=before), sent(0.04, by=now))


def test_waits():
    """A wait begins when the answer ends."""
    (call,) = grouped(journal_of(sent(0, took=0.5), sent(2, OK)))
    assert [waited(early, late) for early, late in retries(call)] == [1.5]
    assert waited(sent(0, took=None), sent(2)) == 2


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1, 1, 10, 100, 3600])
def test_tolerance(seconds):
    """It never is more than half of the time, nor than half a second."""
    assert 0 <= tolerance(seconds) <= min(seconds / 2, 0.5)
    assert math.isfinite(tolerance(math.inf))


# ------------------------------------------------------------------------------- pauses and work


def worker(busy=0.0, waits=0, name="thread 1"):
    """Return a thread that has worked so long, in a process that has waited so often."""
    return Sender(name, busy=busy, waits=waits)


AT_WORK = (sent(0, by=worker()), sent(1, by=worker(busy=0.95)))


def test_never_rested():
    """A client that is at work from one request to the next has not paused."""
    assert never_rested(*AT_WORK, scale=1.0)
    assert came_at_once(*AT_WORK, scale=1.0)


@pytest.mark.parametrize(
    "late",
    [
        worker(busy=0.95, waits=1),  # somebody has waited
        worker(busy=0.85),  # it has done nothing for a while, or asked another server
        worker(busy=0.95, name="thread 2"),  # another one, which may have worked on something else
        Sender("thread 1", busy=0.95),  # nobody counts
        None,  # nobody knows
    ],
)
def test_may_have_rested(late):
    """Where anything else may be, it has."""
    early = AT_WORK[0]
    assert not never_rested(early, sent(1, by=late), scale=1.0)
    assert not came_at_once(early, sent(1, by=late), scale=1.0)


@pytest.mark.parametrize("before", [Sender("thread 1"), None])
def test_may_have_rested_before(before):
    """Nor is anything known of who was not seen when it asked first."""
    assert not never_rested(sent(0, by=before), sent(1, by=Sender("thread 1", busy=9)), scale=1.0)
    assert not never_rested(sent(0, by=before), sent(1, by=before), scale=1.0)


def test_work_while_the_answer_comes():
    """Who reads a stream may have worked meanwhile; who waits for a document has not."""
    late = sent(2, by=worker(busy=0.95))
    assert never_rested(sent(0, by=worker(), took=1), late, scale=1.0)
    assert not never_rested(sent(0, by=worker(), took=1, stream=True), late, scale=1.0)
    late = sent(2, by=worker(busy=1.95))
    assert never_rested(sent(0, by=worker(), took=1, stream=True), late, scale=1.0)


def test_work_on_another_clock():
    """Work is measured by the clock of the client."""
    early, late = sent(0, by=worker(), took=10), sent(110, by=worker(busy=0.95))
    assert never_rested(early, late, scale=0.01)
    assert not never_rested(early, late, scale=1.0)
    streamed = sent(0, by=worker(), took=10, stream=True)
    assert not never_rested(streamed, sent(110, by=worker(busy=0.99)), scale=0.01)
    assert never_rested(streamed, sent(110, by=worker(busy=1.05)), scale=0.01)


@pytest.mark.parametrize(("pause", "at_once"), [(0.09, True), (0.11, False)])
def test_came_at_once(pause, at_once):
    """A tenth of a second is a pause, whoever sends, by the clock of the client."""
    assert came_at_once(sent(0, by=None), sent(pause, by=None), scale=1.0) == at_once
    assert came_at_once(sent(0, took=2), sent(2 + pause), scale=1.0) == at_once
    assert came_at_once(sent(0), sent(pause * 100), scale=0.01) == at_once


def test_has_rested():
    """A rest of anybody in the process is known where both requests come with a count."""
    early = sent(0, by=worker())
    assert has_waited(early, sent(1, by=worker(waits=1)))
    assert has_waited(early, sent(1, by=worker(waits=1, name="thread 2")))
    assert not has_waited(early, sent(1, by=worker()))
    assert not has_waited(early, sent(1, by=None))
    assert not has_waited(sent(0, by=None), sent(1, by=worker()))
