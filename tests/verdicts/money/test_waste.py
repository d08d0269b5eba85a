"""What was paid for nothing, beside what an app may have used."""

from __future__ import annotations

import pytest

from mockserver.api.model.script import Script
from mockserver.core.messages import Sender
from mockserver.faults import (
    Cut,
    Drip,
    Error,
    Latency,
    NoCompletion,
    NoFinish,
    Truncate,
    WrongShape,
)
from mockserver.scenario import Rule, Schedule
from mockserver.verdicts import Case
from mockserver.verdicts.money.waste import waste

TEXT = "one two three four"


@pytest.fixture
def meeting(stage):
    """Return a builder of stages on which the first request meets faults."""

    def build(*faults, first=1):
        rule = Rule(reply=Script(text=TEXT), schedule=Schedule(first=first), faults=faults)
        return stage(rule, Rule(reply=Script(text=TEXT)))

    return build


def found(play):
    """Return why which exchanges were for nothing, by their numbers."""
    play.finish()
    case = Case(play.engine.journal, play.engine.edition)
    return {one.number: why for one, why in waste(case, case.exchanges).items()}


def test_nothing(meeting):
    """Who asks once, or asks something else, pays for nothing in vain."""
    play = meeting()
    play.send(0)
    play.send(1, stream=True, messages=[{"role": "user", "content": "Something else."}])
    assert found(play) == {}


@pytest.mark.parametrize("stream", [False, True])
def test_cut_and_asked_again(meeting, stream):
    """The first answer was cut, and the client asked for the same again."""
    play = meeting(Cut(after_tokens=2))
    play.loop(1, stream=stream)
    assert found(play) == {1: "asked again"}


@pytest.mark.parametrize(
    "later", [{"stream": True}, {"max_tokens": 100}, {"model": "gpt-oss-120b"}], ids=str
)
def test_asked_again_otherwise(meeting, later):
    """The same in another form, and of another model."""
    play = meeting(Cut(after_tokens=2))
    play.send(0)
    play.send(1, **later)
    assert found(play) == {1: "asked again"}


def test_many_cut(meeting):
    """Each attempt but the last."""
    play = meeting(Cut(after_tokens=2), first=3)
    play.loop(1, 2, 4, stream=True)
    assert found(play) == {1: "asked again", 2: "asked again", 3: "asked again"}


@pytest.mark.parametrize("fault", [WrongShape("null_content"), NoFinish(), NoCompletion("error")])
def test_of_no_use(meeting, fault):
    """An answer without content, or without an end, that was asked for again."""
    play = meeting(fault)
    play.loop(1, stream=True)
    assert found(play) == {1: "asked again"}


def test_at_its_limit(meeting):
    """An answer that ended at its limit may be used: the next may be another sample."""
    play = meeting(Truncate(2))
    play.loop(1)
    assert found(play) == {}


@pytest.mark.parametrize("again", [True, False])
def test_time_out(meeting, again):
    """A document that a client did not wait for."""
    play = meeting(Latency(60.0))
    play.send(0, takes=10, left=True)
    if again:
        play.send(11)
    assert found(play) == {1: "asked again" if again else "left early"}


def test_stream_left(meeting):
    """A stream whose rest nobody reads; and one that is left after its last token."""
    play = meeting(Drip(every=1.0))
    play.send(0, stream=True, takes=2.5, left=True)
    assert found(play) == {1: "left early"}
    play = meeting()
    play.send(0, stream=True, takes=2.5, left=True)
    play.send(5, stream=True)
    assert found(play) == {}


def test_lost(meeting):
    """Of a document that was cut nothing can be used, of a stream all that came."""
    play = meeting(Cut(after_tokens=2))
    play.send(0)
    assert found(play) == {1: "lost"}
    play = meeting(Cut(after_tokens=2))
    play.send(0, stream=True)
    assert found(play) == {}


def test_repeated(meeting):
    """The same request after a full answer, where no other answer can come."""
    play = meeting()
    play.loop(1, 1, temperature=0)
    assert found(play) == {2: "repeated", 3: "repeated"}


def test_retried_in_spite_of_an_answer(meeting):
    """What a client counts as a retry, though it had the answer."""
    play = meeting()
    play.send(0, count=0)
    play.send(1, count=1)
    assert found(play) == {2: "repeated"}


def test_repeated_in_another_form(meeting):
    """A full answer that was asked for again as a document."""
    play = meeting()
    play.send(0, stream=True, temperature=0)
    play.send(1, temperature=0)
    assert found(play) == {1: "asked again"}


def test_samples(meeting):
    """Answers to one question by chance are different ones."""
    play = meeting()
    play.loop(1, 1)
    assert found(play) == {}


def test_at_the_same_time(meeting):
    """A request that was on its way before the other broke does not ask again."""
    play = meeting(Latency(5.0), Cut(after_tokens=2))
    play.send(0, stream=True, takes=6)
    play.send(1, stream=True, by=Sender("thread 2"), takes=1)
    assert found(play) == {}


def test_errors_are_not_asked(meeting):
    """Errors may be for nothing, too: they are not paid for."""
    play = meeting(Error(status=503))
    play.loop(1)
    play.finish()
    case = Case(play.engine.journal, play.engine.edition)
    assert waste(case, [case.exchanges[1]]) == {}
