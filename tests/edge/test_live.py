"""The engine that edges and tests share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mockserver.edge.clock import Clock, ScaledClock
from mockserver.edge.live import LiveEngine, Overrides
from mockserver.errors import UnknownNameError
from mockserver.faults import Error
from mockserver.retention import Retention
from mockserver.scenario import Rule, Scenario, Schedule


def test_play_starts_afresh(ask):
    """A new scenario has an empty journal; the old one's exchanges still finish on their own."""
    live = LiveEngine()
    engine, exchange = live.begin(ask())
    live.play("wrong-key")
    assert live.scenario.name == "wrong-key"
    assert live.journal.exchanges == []
    live.finish(engine, exchange)
    assert exchange.finished is not None


def test_scale():
    """A journal knows how its seconds pass on the clock of the client."""
    live = LiveEngine(clock=ScaledClock(0.01))
    assert live.journal.scale == 0.01
    live.clock = Clock()
    live.play("healthy")
    assert live.journal.scale == 1.0


def test_retention(ask):
    """What a journal keeps is settled when its scenario begins."""
    live = LiveEngine(retention=Retention(1))
    for _ in range(2):
        live.begin(ask())
    assert (len(live.journal.exchanges), live.journal.count) == (1, 2)
    live.retention = Retention(2)
    live.play("healthy")
    for _ in range(3):
        live.begin(ask())
    assert (len(live.journal.exchanges), live.journal.count) == (2, 3)


def test_overrides_outrank_the_scenario():
    """Edition, tier and seed come from the overrides where they say something."""
    live = LiveEngine(
        Scenario("x", tier="free", seed=3), Overrides(edition="2026-11", tier="developer")
    )
    assert (live.scenario.edition, live.scenario.tier, live.scenario.seed) == (
        "2026-11",
        "developer",
        3,
    )
    live.play(Scenario("x", seed=3), Overrides(seed=0))
    assert (live.scenario.edition, live.scenario.seed) == (None, 0)


def test_a_wrong_scenario_leaves_the_old_one():
    """Playing what can't be found raises, and the scenario before goes on."""
    live = LiveEngine("wrong-key")
    with pytest.raises(UnknownNameError, match="no scenario is called 'nope'"):
        live.play("nope")
    assert live.scenario.name == "wrong-key"


def test_answering_notes_who_left(ask):
    """Leaving the block by an exception means that the client left."""
    live = LiveEngine()
    with live.answering(ask()) as whole:
        pass
    with pytest.raises(ConnectionError), live.answering(ask()) as broken:
        raise ConnectionError
    assert (whole.client_left, broken.client_left) == (False, True)
    assert whole.finished is not None


def test_first_three_of_many_threads(ask):
    """``first: 3`` under 50 threads hits exactly three."""
    rule = Rule(schedule=Schedule(first=3), faults=(Error(status=503),))
    live = LiveEngine(Scenario("burst", rules=(rule,)))
    request = ask()
    with ThreadPoolExecutor(50) as pool:
        exchanges = [turn[1] for turn in pool.map(live.begin, [request] * 200)]
    assert sum(exchange.status == 503 for exchange in exchanges) == 3
    assert sorted(exchange.number for exchange in exchanges) == list(range(1, 201))
