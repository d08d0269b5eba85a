"""Who waits too long, beside who does not; the guards have a table of their own."""

from __future__ import annotations

import pytest

from mockserver.api.model.script import Script
from mockserver.faults import Error, KeepAlive
from mockserver.journal import Journal
from mockserver.scenario import Rule, Scenario, Schedule

GONE = Error(problem="tokens_per_day", retry_after=33011.0)
BUSY = Error(problem="service_unavailable")


@pytest.fixture
def scaled(stage):
    """Return a builder of stages on which a second takes a hundredth on the client's clock."""

    def build(*rules):
        play = stage(*rules)
        play.engine = type(play.engine)(
            Scenario("test", rules=rules), now=play.now, journal=Journal(scale=0.01)
        )
        return play

    return build


def signs(**keys):
    return Rule(reply=Script(tokens=9), faults=(KeepAlive(**{"every": 10.0, **keys}),))


def test_slept_as_told(failing):
    """A client that sleeps for hours because Retry-After says so."""
    play = failing(1, GONE)
    play.loop(33012)
    sentence, exchanges = play.sentence("slept-for-hours")
    assert exchanges == (1, 2)
    assert sentence == (
        "#1 got 429, and its retry #2 came 9.2 h later, as Retry-After said, so the call waited "
        "all that time"
    )


@pytest.mark.parametrize("more", [-1600, 0, 3000])
def test_slept_as_rounded(failing, more):
    """Clients add something to what they were told; whoever comes earlier was not told so long."""
    play = failing(1, GONE)
    play.loop(33011 + more)
    assert ("slept-for-hours" in play.judged()) is (more >= 0)


def test_slept_by_count(failing):
    """An SDK says that it tries again, whatever thread it is in."""
    play = failing(1, BUSY)
    play.send(0, by=None, count=0)
    play.send(3600, by=None, count=1)
    assert "as Retry-After said" not in play.sentence("slept-for-hours")[0]


def test_slept_after_leaving(failing):
    """A client that left has got no answer, whatever would have come."""
    play = failing(1, BUSY)
    play.send(0, count=0, left=True)
    play.send(3600, count=1)
    assert play.sentence("slept-for-hours")[0].startswith("#1 got no answer, and its retry #2")


def test_slept_around_an_sdk(failing):
    """To an SDK each attempt of a loop around it is the first."""
    play = failing(1, GONE)
    play.send(0, count=0)
    play.send(33011, count=0)
    assert play.judged() == ["slept-for-hours"]


def test_slept_once_per_call(failing):
    """A call that sleeps again and again is told once."""
    play = failing(9, GONE)
    play.loop(33011, 33011, 33011)
    assert play.judged() == ["slept-for-hours"]


def test_slept_on_its_own(failing):
    """A back-off without a cap grows beyond what anybody waits for."""
    play = failing(9, BUSY)
    play.loop(*(2.0**number for number in range(5, 10)))
    assert play.judged() == []
    play.send(3000)
    assert play.judged() == ["slept-for-hours"]


def test_slept_on_a_scaled_clock(scaled):
    """By a scaled clock the client was told of minutes, and that may be within its bound."""
    play = scaled(Rule(schedule=Schedule(first=1), faults=(GONE,)))
    play.loop(33011)
    assert play.judged() == []


@pytest.mark.parametrize("then", ["resume", "end"])
@pytest.mark.parametrize("stream", [False, True])
def test_stayed(stage, then, stream):
    """A client that reads signs of life for five minutes."""
    play = stage(signs(lasting=300.0, after_tokens=2, then=then))
    play.send(0, stream=stream, takes=300)
    assert play.sentence("no-overall-deadline") == (
        "the answer to #1 sent nothing but signs of life for 300 s, and the client stayed",
        (1,),
    )


def test_stayed_for_a_list(stage):
    """Only completions are told of: nobody waits for a list of models."""
    play = stage(signs(lasting=300.0))
    play.send(0, endpoint="models", takes=300)
    assert play.judged() == []


def test_stayed_to_no_end(stage):
    """While an answer is being played nobody knows how long its client will stay."""
    play = stage(signs(lasting=300.0))
    play.send(0, stream=True, takes=None)
    assert play.judged() == []


def test_stayed_on_a_scaled_clock(scaled):
    """By a scaled clock it was three seconds."""
    play = scaled(signs(lasting=300.0))
    play.send(0, stream=True, takes=300)
    assert play.judged() == []


def test_short_silences(stage):
    """Silences between which something comes are not added up."""
    faults = tuple(KeepAlive(every=10.0, lasting=70.0, after_tokens=tokens) for tokens in (2, 4, 6))
    play = stage(Rule(reply=Script(text="one two three four five six seven"), faults=faults))
    play.send(0, stream=True, takes=210)
    assert play.judged() == []
