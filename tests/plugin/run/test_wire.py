"""What the wire tells of a client."""

from __future__ import annotations

import pytest

from mockserver.engine import Engine
from mockserver.scenario import load
from mockserver.verdicts import Case, judge
from pytest_cerebras.run import wire


@pytest.fixture
def judged(ask, now):
    """Return a function that sends requests and returns the certainty of each verdict."""

    def do(scenario, *gaps, takes=0.001, counts=False):
        engine, at = Engine(load(scenario), now=now), now
        for count, gap in enumerate((0.0, *gaps)):
            at += gap
            fields = {"x-stainless-retry-count": str(count)} if counts else {}
            exchange = engine.handle(ask(headers={**ask().headers, **fields}), now=at)
            engine.finish(exchange, now=at + takes)
        wire.identify(engine.journal.exchanges)
        case = Case(engine.journal, engine.edition)
        found = wire.softened(judge(case), case.exchanges)
        return {verdict.rule: verdict.certainty for verdict in found}

    return do


@pytest.mark.parametrize("gap", [0.002, 0.3])
def test_one_after_the_other(judged, gap):
    """Equal requests behind failures may be attempts, or tests of a suite: that is advice."""
    assert judged("rate-limit", gap, gap, gap)["retry-after-ignored"] == "advice"


def test_counted(judged):
    """An SDK that counts its attempts says what they are."""
    assert judged("rate-limit", 0.2, 0.2, counts=True)["retry-after-ignored"] == "certain"


def test_side_by_side(judged):
    """Requests that overlap come from several clients, none of which has tried again."""
    assert judged("rate-limit", 0.002, 0.002, 0.002, takes=0.01) == {}


def test_patient(judged):
    """A client that waits as it was told is not accused."""
    assert "retry-after-ignored" not in judged("rate-limit", 61.0)
