"""Each verdict on tokens spent for nobody, beside its innocent neighbours."""

from __future__ import annotations

import math

import pytest

from mockserver.api.model.script import Script
from mockserver.core.messages import Sender
from mockserver.faults import (
    Cut,
    EventFormat,
    Latency,
    NoCompletion,
    NoFinish,
    Truncate,
    WrongShape,
)
from mockserver.plan import Wait, expand
from mockserver.scenario import Rule

TEXT = "one two three four"


@pytest.fixture
def slow(stage):
    """Return a builder of stages on which answers of four tokens begin after so many seconds."""

    def build(seconds=0.0, *faults):
        return stage(Rule(reply=Script(text=TEXT), faults=(Latency(seconds), *faults)))

    return build


def paced(exchange, seconds, *, after):
    """Let a stream pause after so many of its steps."""
    exchange.plan = (*expand(exchange.plan)[:after], Wait(seconds), *expand(exchange.plan)[after:])
    return exchange


# ------------------------------------------------------------------------------ unread-answer


@pytest.mark.parametrize("stream", [False, True])
def test_unread_answer(slow, stream):
    """A client whose patience is shorter than the answer takes."""
    play = slow(5.0)
    for at in (0, 2):
        play.send(at, stream=stream, takes=1.5, left=True)
    assert play.judged() == ["unread-answer"]
    assert play.sentence("unread-answer") == (
        "#1, #2 were left early: 8 tokens were wasted",
        (1, 2),
    )


def test_left_a_moment_ago(slow):
    """The mock may see the next request before it sees that the client has left."""
    play = slow(5.0)
    play.send(0, stream=True, takes=2.01, left=True)
    play.send(2, stream=True, takes=6)
    assert play.judged() == ["unread-answer"]


def test_left_in_the_middle(slow):
    """Of a stream that was left in its middle the rest counts."""
    play = slow()
    paced(play.send(0, stream=True, takes=3, left=True), 9.0, after=5)
    play.send(4, stream=True)
    sentence, _ = play.sentence("unread-answer")
    assert sentence == "#1 was left early: 2 tokens were wasted"


@pytest.mark.parametrize("stream", [False, True])
def test_left_for_good(slow, stream):
    """Who does not come back has stopped the answer, or has a deadline."""
    play = slow(5.0)
    play.send(0, stream=stream, takes=3, left=True)
    play.send(4, messages=[{"role": "user", "content": "Something else."}])
    assert play.judged() == []


def test_left_for_another(slow):
    """A second request that was begun before, and whose answer was taken."""
    play = slow(9.0)
    play.send(0, takes=5, left=True)
    play.send(1, takes=3.9, by="thread 2")
    assert play.judged() == []


@pytest.mark.parametrize(("takes", "verdicts"), [(0.3, []), (0.9, ["unread-answer"])])
def test_stopped_while_words_come(slow, takes, verdicts):
    """A stream that somebody stops, and lets begin again, and one that had been silent before."""
    play = slow()
    paced(play.send(0, stream=True, takes=takes, left=True), 9.0, after=5)
    play.send(9, stream=True)
    assert play.judged() == verdicts


def test_read_to_the_end(slow):
    """A client that waits, and one that leaves after the last word."""
    play = slow(5.0)
    play.send(0, takes=5.0)
    assert play.judged() == []
    play = slow(5.0)
    paced(play.send(0, stream=True, takes=5.5, left=True), 9.0, after=8)
    assert play.judged() == []


def test_left_what_never_comes(slow):
    """To leave what stalls, before its beginning or in its middle, is right."""
    play = slow(math.inf)
    play.send(0, takes=60, left=True)
    assert play.judged() == []
    play = slow()
    paced(play.send(0, stream=True, takes=60, left=True), math.inf, after=4)
    assert play.judged() == []


def test_asked_in_another_form(slow):
    """The answer to a stream, asked for again as a document."""
    play = slow()
    play.send(0, stream=True, temperature=0)
    play.send(1, temperature=0)
    assert play.judged() == ["unread-answer"]
    assert play.sentence("unread-answer") == (
        "#1 was requested again in another form: 4 tokens were wasted",
        (1,),
    )


@pytest.mark.parametrize(
    "later",
    [
        {"temperature": 0.9},
        {"model": "gpt-oss-120b"},
        {"by": "thread 2"},
        {"by": Sender("task 3", since=1e12)},
        {"user": "somebody else"},
    ],
)
def test_asked_something_else(slow, later):
    """Other settings, models and users, and other threads that ask the same."""
    play = slow()
    play.send(0, stream=True, temperature=0)
    play.send(1, **{"temperature": 0, **later})
    assert play.judged() == []


def test_asked_for_more(stage):
    """An answer that was too short is asked for again with more room."""
    play = stage(Rule(reply=Script(tokens=40), faults=(Truncate(20),)))
    play.send(0, max_tokens=20, temperature=0)
    play.send(1, max_tokens=40, temperature=0)
    assert play.judged() == []


# -------------------------------------------------------------------------- duplicate-request


def test_duplicate_request(slow):
    """The same request after the answer, though there is no other answer to be had."""
    play = slow()
    play.loop(1, 1, temperature=0)
    assert play.judged() == ["duplicate-request"]
    assert play.sentence("duplicate-request") == (
        "#1 was answered in full, and #2, #3 asked exactly the same",
        (1, 2, 3),
    )


def test_retry_of_an_answer(slow):
    """A client that says itself that it tries again what had been answered, from any thread."""
    play = slow()
    play.send(0, count=0, by=None, temperature=0.7)
    play.send(1, count=1, by=None, temperature=0.7)
    assert play.judged() == ["duplicate-request"]


def test_duplicate_that_is_counted(slow):
    """What says that it is a retry, and is no sample either, is told once."""
    play = slow()
    play.send(0, count=0, temperature=0)
    play.send(1, count=1, temperature=0)
    assert play.sentence("duplicate-request")[0] == (
        "#1 was answered in full, and #2 asked exactly the same"
    )


@pytest.mark.parametrize("asked", [{}, {"temperature": 0.7}, {"top_p": 0.9}, {"seed": 7}])
def test_samples(slow, asked):
    """Several answers to one question, by chance, are different ones; chance is the default."""
    play = slow()
    play.loop(1, 1, **asked)
    play.send(5, stream=True, **asked)
    play.send(6, max_tokens=3000, **asked)
    assert play.judged() == []


def test_same_question_of_others(slow):
    """Threads that ask the same, and other processes, of which nothing is known."""
    play = slow()
    for by in ("thread 1", "thread 2", None, None):
        play.send(0, by=by, temperature=0)
    play.send(5, by=None, temperature=0)
    assert play.judged() == []


@pytest.mark.parametrize(
    "fault",
    [EventFormat(event="message"), NoCompletion("page"), WrongShape("null_content"), NoFinish()],
)
def test_not_understood(slow, fault):
    """Nor is an answer that SDKs read as an empty one."""
    play = slow(0.0, fault)
    play.loop(1, stream=True, temperature=0)
    assert play.judged() == []


@pytest.mark.parametrize("fault", [Truncate(2), Cut(after_tokens=2)])
def test_not_answered_in_full(slow, fault):
    """A part of an answer is a reason to ask again."""
    play = slow(0.0, fault)
    play.loop(1, temperature=0)
    assert play.judged() == []


def test_lists(stage):
    """Lists of models may be read as often as one likes."""
    play = stage()
    for at in range(3):
        play.send(at, endpoint="models")
    assert play.judged() == []
