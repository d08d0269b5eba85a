"""Which kinds of trouble an exchange was."""

from __future__ import annotations

import math

import pytest

from mockserver.engine import Engine
from mockserver.faults import FAULTS
from mockserver.plan import Wait
from mockserver.scenario import load, names
from mockserver.verdicts.kinds import _BODY, _STREAM, KINDS, UNREACHABLE, kinds_of, share_met

MET_BY = {
    "healthy": [],
    "wrong-key": ["wrong-key"],
    "truncated-512": ["truncated"],
    "stream-cut": ["lost-connection"],
    "silent-cut": ["silent-end"],
}


class Then:
    """A fault that waits before the answer."""

    def __init__(self, seconds):
        self.seconds = seconds

    def apply(self, plan, context):
        """Put the wait before all else."""
        return (Wait(self.seconds), *plan)


@pytest.mark.parametrize(("scenario", "met"), MET_BY.items())
def test_scenarios(scenario, met, ask, now):
    """A scenario of one trouble is of that kind, and no other."""
    exchange = Engine(load(scenario), now=now).handle(ask(stream=True), now=now)
    assert kinds_of(exchange) == met


@pytest.mark.parametrize(("seconds", "met"), [(0.9, []), (1.0, ["slow"]), (math.inf, [])])
def test_slow(seconds, met, play, ask):
    """A second is slow; what never comes before the head is not, for it is no wait at all."""
    assert [one for one in kinds_of(play(ask(), faults=(Then(seconds),))) if one == "slow"] == met


def test_unknown_model(play, ask):
    """A refusal of the API's own counts as one of a scenario does."""
    assert kinds_of(play(ask(model="nobody"))) == ["unknown-model"]


def test_faults_exist():
    """The faults that make a kind are in the table of faults."""
    assert {*_BODY, *_STREAM} <= FAULTS.keys()


def test_every_kind_can_be_met(play, ask, now):
    """The shipped scenarios, and the API's own refusals, meet every kind."""
    met = {UNREACHABLE} if any(load(name).port.state(0) != "open" for name in names()) else set()
    long = [{"role": "user", "content": "word " * 9000}]
    refused = (ask(model="nobody"), ask(max_completion_tokens="all"), ask(messages=long))
    met.update(*(kinds_of(play(request)) for request in refused))
    for name in names():
        engine = Engine(load(name), now=now)
        for number in range(40):
            for request in (ask(), ask(stream=True)):
                at = now + number
                exchange = engine.handle(request, now=at)
                engine.finish(exchange, now=at)
                met.update(kinds_of(exchange))
    assert KINDS.keys() - met == set()


def test_share():
    """It is in per cent of the table; what is not in it does not count."""
    assert share_met([]) == 0
    assert share_met([*KINDS, "other"]) == 100
    assert share_met(["page", "page", "other"]) == pytest.approx(100 / len(KINDS))
