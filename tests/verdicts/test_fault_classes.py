"""Which fault classes an exchange counts as."""

from __future__ import annotations

import math

import pytest

from mockserver.api.contract import editions
from mockserver.engine import Engine
from mockserver.plan import Wait
from mockserver.scenario import load, names
from mockserver.verdicts.classify import classify
from mockserver.verdicts.fault_classes import FAULT_CLASSES, UNREACHABLE, share_met

MET_BY = {
    "healthy": [],
    "wrong-key": ["wrong-key"],
    "truncated-512": ["truncated"],
    "stream-cut": ["lost-connection"],
    "silent-cut": ["silent-end"],
    "stalled-server": ["stall"],
    "lost-before-answer": ["no-answer"],
    "reasoning-eats-budget": ["empty-answer", "truncated"],
    "null-content": ["broken-body", "empty-answer"],
    "html-200": ["page", "broken-body"],
}


def classes_of(exchange):
    """Return the classes that an exchange with the guide's edition counts as."""
    return list(classify(exchange, editions.load("guide")).fault_classes)


class Then:
    """A fault that waits before the answer."""

    def __init__(self, seconds):
        self.seconds = seconds

    def apply(self, plan, context):
        """Put the wait before all else."""
        return (Wait(self.seconds), *plan)


@pytest.mark.parametrize(("scenario", "met"), MET_BY.items())
def test_scenarios(scenario, met, ask, now):
    """A scenario of one trouble is of that class, and no other."""
    exchange = Engine(load(scenario), now=now).handle(ask(stream=True), now=now)
    assert classes_of(exchange) == met


@pytest.mark.parametrize(("seconds", "met"), [(0.9, []), (1.0, ["slow"]), (math.inf, [])])
def test_slow(seconds, met, play, ask):
    """A second is slow; what never comes before the head is not, for it is no wait at all."""
    assert [one for one in classes_of(play(ask(), faults=(Then(seconds),))) if one == "slow"] == met


def test_unknown_model(play, ask):
    """A refusal of the API's own counts as one of a scenario does."""
    assert classes_of(play(ask(model="nobody"))) == ["unknown-model"]


def test_every_class_can_be_met(play, ask, now):
    """The shipped scenarios, and the API's own refusals, meet every class."""
    met = {UNREACHABLE} if any(load(name).port.state(0) != "open" for name in names()) else set()
    long = [{"role": "user", "content": "word " * 9000}]
    refused = (ask(model="nobody"), ask(max_completion_tokens="all"), ask(messages=long))
    met.update(*(classes_of(play(request)) for request in refused))
    for name in names():
        engine = Engine(load(name), now=now)
        for number in range(40):
            for request in (ask(), ask(stream=True)):
                at = now + number
                exchange = engine.handle(request, now=at)
                engine.finish(exchange, now=at)
                met.update(classes_of(exchange))
    assert FAULT_CLASSES.keys() - met == set()


def test_share():
    """It is in per cent of the table; what is not in it does not count."""
    assert share_met([]) == 0
    assert share_met([*FAULT_CLASSES, "other"]) == 100
    assert share_met(["page", "page", "other"]) == pytest.approx(100 / len(FAULT_CLASSES))
