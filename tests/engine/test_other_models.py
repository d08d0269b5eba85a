"""Whether another model would have answered what one has refused."""

from __future__ import annotations

import pytest

from mockserver.faults import Error
from mockserver.scenario import Limit, Match, Rule, Schedule, Window

MODEL = "llama3.1-8b"
BUSY = (Error(status=503),)
DOWN = Rule(match=Match(model=MODEL), faults=BUSY)


@pytest.fixture
def other(engine, ask, now):
    """Return a function that refuses a request and names the model that would have answered."""

    def play(*rules, request=None, injected=None, **scenario):
        running = engine(*rules, **scenario)
        if injected:
            running.inject(injected)
        return running.other_model(running.handle(ask(**(request or {})), now=now))

    return play


def test_another(other, engine):
    """It is one that the edition serves, and not the same."""
    found = other(DOWN)
    edition = engine().edition
    assert found != MODEL
    assert edition.serves(found)
    assert not edition.is_retired(edition.models[found])


@pytest.mark.parametrize(
    "rule",
    [
        Rule(faults=BUSY),
        Rule(match=Match(endpoint="chat"), faults=BUSY),
        Rule(match=Match(model="*"), schedule=Schedule(after=100), faults=BUSY),
        Rule(match=Match(key="csk-another"), faults=BUSY),
        Rule(match=Match(excluded=Match(model=MODEL, key="csk-4f*")), faults=BUSY),
    ],
)
def test_nobody_is_sure(other, rule):
    """Where a rule may break the other answer as well, whenever and for whomever, nobody is."""
    assert other(DOWN, rule) is None
    assert other(DOWN, injected=rule) is None


def test_own_wish(engine, ask, now):
    """A fault that a request has asked for itself is no rule's, and would be there again."""
    running = engine()
    assert running.other_model(running.handle(ask(), now=now, rule=Rule(faults=BUSY))) is None
    assert running.other_model(running.handle(ask(model="gone"), now=now))


@pytest.mark.parametrize(
    "rule",
    [
        Rule(match=Match(model="*")),
        Rule(match=Match(endpoint="models"), faults=BUSY),
        Rule(match=Match(attempt=2), faults=BUSY),
    ],
)
def test_others(other, rule):
    """Rules that break nothing, or something else, stand in nobody's way."""
    assert other(DOWN, rule)


@pytest.mark.parametrize(
    "scenario",
    [
        {"tier": "free"},
        {"capacity": 100},
        {"limits": (Limit(window=Window(lasting=9.0), requests_per_second=1),)},
    ],
)
def test_limits(other, scenario):
    """Limits may refuse anything."""
    assert other(DOWN, **scenario) is None


@pytest.mark.parametrize(
    "request_",
    [
        {"messages": 7},
        {"raw": b"nonsense"},
        {"endpoint": "models"},
        {"temperature": "hot"},
    ],
)
def test_no_such_request(other, request_):
    """What no model takes no other would have answered."""
    assert other(DOWN, request=request_) is None


def test_long_unknown_model(ask, play):
    """Logs and reports show the beginning of a long name, and no key in it."""
    name = "csk-" + "4f1d" * 6 + "/" + "x" * 5000
    shown = play(ask(model=name)).model
    assert len(shown) < 250
    assert shown.startswith("csk-.../xxx")
