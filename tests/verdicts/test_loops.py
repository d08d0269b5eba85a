"""The verdict on an app that sends requests endlessly."""

from __future__ import annotations

from mockserver.core.messages import Sender
from mockserver.faults import Error
from mockserver.scenario import Rule
from mockserver.scenario.injection import PAST_BUDGET


def sender(place):
    """Return a thread that sends from a line of the app."""
    file, _, line = place.partition(":")
    return Sender("thread 1", site=(file, int(line)))


def refuse(play, at, place):
    """Send what is past the budget."""
    play.engine.inject(PAST_BUDGET)
    exchange = play.send(at, by=sender(place))
    exchange.intervened = True


def asked(play, count, place):
    for at in range(count):
        play.send(at, by=sender(place), messages=[{"role": "user", "content": f"{at}"}])


def test_loop(stage):
    """It names the line, the count, and what the last request got; the last of them show it."""
    play = stage()
    asked(play, 10, "app.py:31")
    refuse(play, 10, "app.py:31")
    refuse(play, 11, "app.py:31")
    outcome = play.engine.journal.exchanges[9].outcome
    assert play.judged() == ["endless-requests"]
    assert play.sentence("endless-requests") == (
        f"12 requests came from app.py:31, and the last one answered, #10, got {outcome}",
        (3, 4, 5, 6, 7, 8, 9, 10),
    )


def test_another_place(stage):
    """A line that had no answer any more, since others had used all up, is named too."""
    play = stage()
    asked(play, 2, "app.py:31")
    refuse(play, 3, "app.py:7")
    assert play.sentence("endless-requests") == ("1 request came from app.py:7", ())


def test_many(stage):
    """Any number within the budget is nobody's fault."""
    play = stage()
    asked(play, 300, "app.py:31")
    assert play.judged() == []


def test_own_rule_of_that_name(stage):
    """A scenario may call a rule of its own so."""
    play = stage(Rule(PAST_BUDGET.name, faults=(Error(problem="wrong_api_format"),)))
    asked(play, 3, "app.py:31")
    assert play.judged() == []


def test_nothing_else(stage):
    """To have been refused by the mock, again and again, is no other mistake."""
    play = stage()
    for at in range(5):
        refuse(play, at / 100, "app.py:31")
    assert play.judged() == ["endless-requests"]
