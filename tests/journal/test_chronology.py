"""The exchanges on one line of time."""

from __future__ import annotations

import pytest

from mockserver.engine import Engine
from mockserver.faults import Error
from mockserver.journal import Journal, Retention
from mockserver.journal.chronology import lines, moments
from mockserver.journal.side_effects import SideEffect
from mockserver.scenario import Rule, Scenario, Schedule


@pytest.fixture
def journal(engine, ask, now):
    """Return a journal: two refusals with Retry-After 2, then an answer; and another question."""
    refuse = Error(problem="requests_per_minute", retry_after=2.0)
    running = engine(Rule(name="limit", schedule=Schedule(first=2), faults=(refuse,)))
    for late in (0.0, 2.0, 65.5):
        running.finish(running.handle(ask(), now=now + late), now=now + late + 0.25)
    running.finish(running.handle(ask(max_tokens=3), now=now + 66), now=now + 66)
    return running.journal


def test_moments(journal):
    """Each moment knows when it was, its attempt, its wait, and what it had been told."""
    shown = [(one.at, one.first, one.attempt, one.waited, one.told) for one in moments(journal)]
    assert shown == [
        (0.0, 1, 1, None, None),
        (2.0, 1, 2, 1.75, 2.0),
        (65.5, 1, 3, 63.25, 2.0),
        (66.0, 4, 1, None, None),
    ]


def test_lines(journal):
    """As text it is a line for each."""
    refused = "POST /v1/chat/completions llama3.1-8b -> 429, request_quota_exceeded, Retry-After 2"
    first, second, third, fourth = lines(journal)
    assert first == f"     0.00 s  #1 {refused} [limit]"
    assert second == f"     2.00 s  #2 {refused} [limit]; attempt 2 of #1, after 1.75 s, told 2 s"
    assert third.startswith("    65.50 s  #3 POST /v1/chat/completions llama3.1-8b -> 200, ")
    assert third.endswith(" tokens, stop; attempt 3 of #1, after 63.25 s, told 2 s")
    assert (
        fourth == "    66.00 s  #4 POST /v1/chat/completions llama3.1-8b -> 200, 3 tokens, length"
    )


def test_many_lines(journal):
    """Of many the last are shown."""
    assert [line[:15] for line in lines(journal, most=1)] == ["... 3 earlier r", "    66.00 s  #4"]


def test_what_is_not_kept(ask, now):
    """What is gone is counted; attempts and times still count from the very first."""
    scenario = Scenario("test", rules=(Rule(faults=(Error(status=503),)),))
    running = Engine(scenario, now=now, journal=Journal(retention=Retention(2)))
    for late in (0.0, 1.0, 3.0, 7.0):
        running.finish(running.handle(ask(), now=now + late), now=now + late)
    shown = [(one.at, one.first, one.attempt, one.waited) for one in moments(running.journal)]
    assert shown == [(3.0, 3, 3, None), (7.0, 3, 4, 4.0)]
    assert lines(running.journal)[0] == "... 2 earlier requests"


def test_nothing():
    """That there was nothing is said."""
    assert lines(Journal()) == ["no request at all"]


def test_side_effects(journal, now):
    """What the app has recorded stands where it happened; of much the last is shown."""
    ran = [SideEffect("pay", {"cents": one}, now + one) for one in (1, 2, 70)]
    shown = [line[:37] for line in lines(journal, ran, most=2)]
    assert shown == [
        "... 2 earlier requests",
        "... 1 earlier side effect",
        "     2.00 s  side effect: pay(cents=2",
        "    65.50 s  #3 POST /v1/chat/complet",
        "    66.00 s  #4 POST /v1/chat/complet",
        "    70.00 s  side effect: pay(cents=7",
    ]
    assert lines(Journal(), ran[:2]) == [
        "no request at all",
        "     0.00 s  side effect: pay(cents=1)",
        "     1.00 s  side effect: pay(cents=2)",
    ]


@pytest.fixture
def hammered(engine, ask, now):
    """Return the journal of a client that has come back after each of some waits."""

    def play(*waits):
        running = engine(Rule(name="busy", faults=(Error(status=503),)))
        at = now
        for wait in (0.0, *waits):
            at += wait
            running.finish(running.handle(ask(), now=at), now=at)
        return running.journal

    return play


def test_equal_lines(hammered):
    """Attempts that got the same are told in a line."""
    first, again = lines(hammered(*[0.5] * 5, 0.75))
    refused = first.removeprefix("     0.00 s  #1 ")
    assert refused.startswith("POST /v1/chat/completions llama3.1-8b -> 503")
    assert again == (
        f"     0.50 s  #2 to #7: 6 times {refused}; attempts 2 to 7 of #1, after 0.5 to 0.75 s; "
        "the last at 3.25 s"
    )
    assert len(lines(hammered(*[0.5] * 4))) == 5


def test_equal_lines_of_many_calls(engine, ask, now):
    """So are calls that have nothing to do with each other, but not what the app ran between."""
    running = engine()
    for at in range(10):
        running.finish(running.handle(ask(seed=at, max_tokens=1), now=now + at), now=now + at)
    (line,) = lines(running.journal)
    assert line.startswith("     0.00 s  #1 to #10: 10 times POST /v1/chat/completions")
    assert line.endswith(" -> 200, 1 tokens, length; the last at 9.00 s")
    ran = [SideEffect("pay", {}, now + 4.5)]
    assert [line[13:19] for line in lines(running.journal, ran)] == [
        *("#1 to ", "side e", "#6 to "),
    ]


def test_many_runs(hammered):
    """What is left out is counted by requests, not by lines."""
    assert lines(hammered(*[1.0] * 9), most=1)[0] == "... 1 earlier requests"
