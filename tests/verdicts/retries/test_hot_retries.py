"""The verdict on clients that come back at once, beside its innocent neighbours."""

from __future__ import annotations

import json

import pytest

from mockserver.core.messages import Sender
from mockserver.faults import Cut, Error
from mockserver.scenario import Rule, Schedule

BUSY = Error(problem="service_unavailable")
LIMITED = Error(problem="requests_per_minute", retry_after=None)
TOLD = Error(problem="requests_per_minute", retry_after=2.0)


@pytest.mark.parametrize("fault", [BUSY, LIMITED, Cut(after_tokens=1)])
def test_hot_retry(failing, fault):
    """A loop without a pause, whatever fails."""
    play = failing(3, fault)
    play.loop(0.001, 0.002, 0.003)
    assert play.sentence("hot-retry") == (
        "3 retries of #1 came at once, within 0.00 s of the failure",
        (1, 2, 3, 4),
    )


def test_one_verdict(failing):
    """Requests that are equal are not accused once more for being alike."""
    play = failing(9, BUSY)
    play.loop(*[0.001] * 8)
    assert play.judged() == ["hot-retry"]


def test_at_work(failing):
    """A client that computes before each request has not paused, however long that takes."""
    play = failing(2, BUSY)
    for number in range(3):
        at_work = Sender("thread 1", busy=number * 0.5, waits=0)
        play.send(number * 0.5, by=at_work)
    assert play.sentence("hot-retry") == (
        "2 retries of #1 came without a pause, each within 0.50 s of the failure",
        (1, 2, 3),
    )


def system(text):
    return [{"role": "system", "content": text}, {"role": "user", "content": "Ping."}]


def filled(body, number):
    return json.loads(json.dumps(body).replace("@", str(number)))


@pytest.mark.parametrize(
    "body",
    [
        {"user": "6a7e1b9c-52b7-4c1e-9a3d-0f5b8c6d7e1@"},
        {"seed": "@", "metadata": {"request": "@"}},
        {"messages": system("It is 10:20:3@.")},
        {"messages": system("It is 179525643@.25.")},
    ],
)
@pytest.mark.parametrize(("pause", "count"), [(0.01, 8), (0.01, 7), (0.5, 8)])
def test_hot_retries_that_differ(failing, body, pause, count):
    """Eight that ask the same without a pause, each with an id or the time of its own."""
    play = failing(count, BUSY)
    for number in range(count):
        play.send(number * pause, **filled(body, number))
    if (pause, count) == (0.01, 8):
        assert play.sentence("hot-retry") == (
            "7 requests repeated #1 at once, each within 0.01 s of a failure",
            tuple(range(1, 9)),
        )
    else:
        assert play.judged() == []


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": "Classify order 8f3a2b1@."}]},
        {"messages": [{"role": "user", "content": "What was on 2026-11-1@?"}]},
        {"messages": system("You speak of order 8f3a2b1@.")},
        {"user": "@", "by": "thread @"},
        {"user": "@", "headers": {"authorization": "Bearer csk-@"}},
    ],
)
def test_series_of_questions(failing, body):
    """Questions that differ in what they are about, and the same of others, are no retries."""
    play = failing(9, BUSY)
    for number in range(9):
        play.send(number / 100, **filled(body, number))
    assert "hot-retry" not in play.judged()


def test_hot_retry_of_a_limit(failing):
    """After a 429 one is too many."""
    play = failing(1, LIMITED)
    play.loop(0.01)
    assert play.sentence("hot-retry") == (
        "1 retry of #1 came at once, within 0.01 s of the failure",
        (1, 2),
    )


def test_hot_retry_between_told_ones(stage):
    """What the server has told is no back-off of the client's own."""
    play = stage(
        Rule(schedule=Schedule(first=1), faults=(LIMITED,)),
        Rule(schedule=Schedule(first=1), faults=(TOLD,)),
    )
    play.loop(0.01, 2.0)
    assert play.judged() == ["hot-retry"]


@pytest.mark.parametrize(
    "waits",
    [
        (0.08, 1.7, 2.9, 0.5, 12, 25, 50),  # tenacity's wait_random_exponential
        (0.7, 0.05, 3.1, 0.02, 9.0),
        (0.06, 0.07, 2.5),  # of one that begins with a tenth of a second
        (0.06, 0.07, 0.9),
        (0.04, 0.09, 0.03, 0.02, 1.2),
        (0.01, 1.5),
        (0.08,),
    ],
)
def test_full_jitter(failing, waits):
    """A random back-off may draw next to nothing, after a 429 too."""
    play = failing(len(waits), LIMITED)
    play.loop(*waits)
    assert play.judged() == []


def test_hot_retries_that_are_shown(failing):
    """Of a call that also paused, only those that came at once one after the other are named."""
    play = failing(9, LIMITED)
    play.loop(0.05, 0.87, 0.02, 0.01, 0.02, 0.01, 0.02, 0.9, 0.07)
    assert play.sentence("hot-retry") == (
        "5 retries of #3 came at once, within 0.02 s of the failure",
        (3, 4, 5, 6, 7, 8),
    )


@pytest.mark.parametrize("waits", [(0.01,), (0.01, 1.0, 2.0), (0.15, 0.15)])
def test_fast_first_retry(failing, waits):
    """One quick retry after a 503, then back-off; and short pauses."""
    play = failing(len(waits), BUSY)
    play.loop(*waits)
    assert play.judged() == []


def test_hot_by_the_clock_of_the_client(failing):
    """Where the scenario's seconds take less, a client's pause is what it takes on its clock."""
    for waits, verdicts in (((2, 4), ["hot-retry"]), ((50, 100), [])):
        play = failing(2, BUSY)
        play.engine.journal.scale = 0.01
        play.loop(*waits)
        assert play.judged() == verdicts


def test_threads_at_the_same_time(failing):
    """Threads that ask the same at the same time don't retry, whatever they get."""
    play = failing(4, LIMITED)
    for number in range(4):
        play.send(number / 1000, by=f"thread {number}")
    for number in range(4):
        play.send(number / 3 + 1, by=f"thread {number}")
    assert play.judged() == []


def test_first_tries_of_another_process(failing):
    """So do those of another process, of which nobody knows the threads."""
    play = failing(4, LIMITED)
    for number in range(4):
        play.send(number / 1000, by=None)
    for number in range(4):
        play.send(number / 3 + 1, by=None)
    assert play.judged() == []
