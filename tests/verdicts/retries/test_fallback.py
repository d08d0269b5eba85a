"""A model that fails beside others that answer; the guards have a table of their own."""

from __future__ import annotations

import pytest

from mockserver.faults import Error, ErrorEvent
from mockserver.scenario import Match, Rule, Schedule

MODEL = "llama3.1-8b"


@pytest.fixture
def failing_model(stage):
    """Return a builder of stages on which one model meets a fault."""

    def build(**error):
        return stage(Rule(match=Match(model=MODEL), faults=(Error(**error),)))

    return build


@pytest.mark.parametrize("problem", ["model_archived", "model_not_found"])
def test_gone(failing_model, problem):
    """A model that is gone is gone for all calls, which is one advice."""
    play = failing_model(problem=problem)
    play.send(0)
    play.send(1, messages=[{"role": "user", "content": "And now?"}])
    found, exchanges = play.sentence("no-fallback")
    assert found.startswith(f"{MODEL} failed for good with #1, #2; ")
    assert found.endswith(" would have answered, but was not asked")
    assert exchanges == (1, 2)


def test_gone_from_the_edition(stage):
    """So is one that the API itself has archived."""
    play = stage(edition="2026-11")
    archived = next(
        (name for name, model in play.engine.edition.models.items() if model.archived), None
    )
    assert archived, "the newest edition has an archived model"
    play.send(0, model=archived)
    assert play.judged() == ["no-fallback"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_down(failing_model, status):
    """A model that fails at each attempt."""
    play = failing_model(status=status)
    play.loop(1, 2)
    assert play.sentence("no-fallback")[1] == (3,)


def test_given_up(failing_model):
    """Who gave up at once is told that, and no more."""
    play = failing_model(status=503)
    play.send(0)
    assert play.judged() == ["gave-up-at-once"]


def test_told_to_wait(failing_model):
    """Who is told to wait for a minute may give up, and had better ask another model."""
    play = failing_model(problem="requests_per_minute", retry_after=60.0)
    play.send(0)
    assert play.judged() == ["no-fallback"]


def test_lost_connections(stage):
    """What gets no answer at all says nothing of the model."""
    play = stage(Rule(match=Match(model=MODEL), faults=(Error(status=503),)))
    first, *_ = play.loop(1, 2)
    first.plan = ()
    assert play.judged() == []


def test_lists(stage):
    """Another model has no other list of models."""
    play = stage(Rule(match=Match(endpoint="models"), faults=(Error(status=503),)))
    play.loop(1, 2, endpoint="models")
    assert play.judged() == []


def test_in_the_middle(stage):
    """An error in a stream came after something that the user has seen."""
    broken = ErrorEvent(after_tokens=2, problem="model_archived")
    play = stage(Rule(match=Match(model=MODEL), faults=(broken,)))
    assert play.send(0, stream=True).error["code"] == "model_archived"
    assert play.judged() == []


def test_before_it_was_retired(stage):
    """From the day on which the model is gone another one is missed."""
    retired = Rule(
        match=Match(model=MODEL),
        schedule=Schedule(after=1),
        faults=(Error(problem="model_archived"),),
    )
    play = stage(retired)
    play.send(0)
    assert play.judged() == []
    play.send(1, messages=[{"role": "user", "content": "And now?"}])
    assert play.sentence("no-fallback")[1] == (2,)
