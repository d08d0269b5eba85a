"""The engine that edges and tests share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Thread

import pytest

from mockserver.core.errors import UnknownNameError
from mockserver.edge.live import LiveEngine, Overrides
from mockserver.edge.play.clock import Clock, ScaledClock, StallError
from mockserver.faults import Error
from mockserver.journal import Retention
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


def test_late_stall(ask):
    """Who owns the engine later is not told of stalls that began before."""

    def hang_up(_):
        raise StallError("the test", 1.0)

    live = LiveEngine("stall-mid-stream")
    live.clock.hold = hang_up
    first = live.stalled
    in_flight = live.in_flight(ask())
    live.stalled = []
    with pytest.raises(StallError):
        in_flight.hold()
    assert (len(first), live.stalled) == (1, [])


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
    with live.in_flight(ask()) as whole:
        pass
    with pytest.raises(ConnectionError), live.in_flight(ask()) as broken:
        raise ConnectionError
    assert (whole.client_left, broken.client_left) == (False, True)
    assert whole.finished is not None


def test_answering_is_over_once(ask):
    """Who leaves after the last write has not left the answer."""
    live = LiveEngine()
    in_flight = live.in_flight(ask())
    in_flight.end()
    with pytest.raises(ConnectionError), in_flight as whole:
        raise ConnectionError
    assert not whole.client_left


def test_first_three_of_many_threads(ask):
    """``first: 3`` under 50 threads hits exactly three."""
    rule = Rule(schedule=Schedule(first=3), faults=(Error(status=503),))
    live = LiveEngine(Scenario("burst", rules=(rule,)))
    request = ask()
    with ThreadPoolExecutor(50) as pool:
        exchanges = [turn[1] for turn in pool.map(live.begin, [request] * 200)]
    assert sum(exchange.status == 503 for exchange in exchanges) == 3
    assert sorted(exchange.number for exchange in exchanges) == list(range(1, 201))


def asked_with(ask, **fields):
    request = ask(stream=True)
    return replace(request, headers={**request.headers, **fields})


def test_inject(ask):
    """What is injected is asked first, the latest before all, until a scenario is started."""
    live = LiveEngine("wrong-key")
    live.inject(Rule("busy", schedule=Schedule(first=2), faults=(Error(status=503),)))
    live.inject(Rule("full", schedule=Schedule(first=1), faults=(Error(status=507),)))
    found = [live.begin(ask())[1] for _ in range(4)]
    assert [one.status for one in found] == [507, 503, 503, 401]
    assert [one.rule for one in found] == ["full", "busy", "busy", "key revoked"]
    live.inject(Rule("gone", faults=(Error(status=410),)))
    live.play("healthy")
    assert live.begin(ask())[1].status == 200


def test_fault_for_one_request(ask):
    """A request that carries a fault meets it, and takes no turn of the scenario's rules."""
    live = LiveEngine("stream-cut")
    fields = {"x-cerebras-mock-fault": "error: {status: 503}"}
    found = [live.begin(asked_with(ask, **fields))[1] for _ in range(3)]
    assert [(one.status, one.rule) for one in found] == [(503, "X-Cerebras-Mock-Fault")] * 3
    assert live.begin(ask(stream=True))[1].rule == "lost connection"


def probable(ask, seed, probability, count=300):
    """Return which of so many requests meet a fault that they ask for by chance."""
    live = LiveEngine("wrong-key", Overrides(seed=seed))
    text = f"{{faults: [error: {{status: 503}}], schedule: {{probability: {probability}}}}}"
    request = asked_with(ask, **{"x-cerebras-mock-fault": text})
    found = [live.begin(request)[1].status for _ in range(count)]
    assert set(found) <= {503, 401}  # whoever the fault spares meets the scenario
    return [status == 503 for status in found]


def test_probable_fault_for_one_request(ask):
    """A fault with a probability is drawn for each request: the same ones for the same seed."""
    hits = probable(ask, 1, 0.2)
    assert 30 < sum(hits) < 90
    assert hits == probable(ask, 1, 0.2)
    assert hits != probable(ask, 2, 0.2)
    assert sum(probable(ask, 1, 0, 20)) == 0
    assert sum(probable(ask, 1, 1, 20)) == 20


def test_scenario_for_some_requests(ask):
    """Requests that name a scenario go through it together, and are in the one journal."""
    live = LiveEngine("healthy", Overrides(seed=5))
    fields = {"x-cerebras-mock-scenario": "burst-503; at=[2]"}
    seen = []
    for headers in ({}, fields, fields, {}, fields):
        engine, exchange = live.begin(asked_with(ask, **headers))
        live.finish(engine, exchange)
        assert engine.seed == 5
        seen.append((exchange.number, exchange.status))
    assert seen == [(1, 200), (2, 200), (3, 503), (4, 200), (5, 200)]
    assert [one.number for one in live.journal] == [1, 2, 3, 4, 5]
    live.play("healthy")
    assert live.begin(asked_with(ask, **fields))[1].status == 200


def test_named_scenarios_are_bounded(ask):
    """However many scenarios requests name, only the latest are kept; the others begin anew."""
    live = LiveEngine()

    def status(at):
        fields = {"x-cerebras-mock-scenario": f"burst-503; at=[1, {at}]"}
        return live.begin(asked_with(ask, **fields))[1].status

    assert [status(3), status(3)] == [503, 200]
    assert {status(at) for at in range(4, 68)} == {503}
    assert status(3) == 503


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"x-cerebras-mock-fault": "errorx: {}"}, "unknown key 'errorx'; did you mean 'error'?"),
        ({"x-cerebras-mock-scenario": "burst"}, "no shipped scenario is called 'burst'"),
    ],
)
def test_wrong_fields(ask, fields, said):
    """A field that can't be read is a 400 that says why."""
    exchange = LiveEngine().begin(asked_with(ask, **fields))[1]
    assert (exchange.status, exchange.error["code"]) == (400, "mock_header")
    assert said in exchange.error["message"]


def test_warm_ups_are_not_steered(ask):
    """Fields that a client sends with all requests leave its warm-up alone."""
    request = ask("warming")
    fields = {**request.headers, "x-cerebras-mock-fault": "error: {status: 503}"}
    assert LiveEngine().begin(replace(request, headers=fields))[1].status == 200


class Collecting(dict):
    """Header fields at a sight of which a stream is collected that nobody reads any more."""

    def __init__(self, fields, collect):
        super().__init__(fields)
        self.collect = collect

    def get(self, *args):
        """Collect it once, while the engine looks for a field."""
        collect, self.collect = self.collect, lambda: None
        collect()
        return super().get(*args)


def test_collected_meanwhile(ask):
    """An exchange may be over in the middle of the next one: garbage is collected at any time."""
    live = LiveEngine()
    abandoned = live.in_flight(ask(stream=True))
    request = ask()
    fields = Collecting(request.headers, partial(abandoned.end, client_left=True))
    asking = Thread(target=live.begin, args=[replace(request, headers=fields)], daemon=True)
    asking.start()
    asking.join(5)
    assert not asking.is_alive()
    assert abandoned.exchange.client_left
    assert live.journal.count == 2


@pytest.mark.parametrize(
    ("path", "sent_path", "read", "status"),
    [
        ("/mock/v1/models", "", "/v1/models", 200),
        ("/mock//v1/models", "", "/v1/models", 200),
        ("/mock/models", "/models", "/v1/models", 200),
        ("/mock/v1/v1//models", "/v1/v1/models", "/v1/models", 200),
        ("/mock/v2/models", "", "/v2/models", 404),
        ("/mock/v1/models/", "", "/v1/models/", 404),
        ("/models", "", "/models", 404),
        ("/v1/v1/models", "", "/v1/v1/models", 404),
        ("/mocked/models", "", "/mocked/models", 404),
    ],
)
def test_any_version(ask, path, sent_path, read, status):
    """Behind its prefix a path is answered with ``/v1`` or without, and that is noted."""
    _, exchange = LiveEngine().begin(ask(path))
    assert exchange.status == status
    assert (exchange.sent_path, exchange.request.path) == (sent_path, read)


def test_from_elsewhere(ask):
    """Who can tell that a request has nothing to do with a test is asked, whoever answers it."""
    live = LiveEngine()
    live.elsewhere = lambda request: f"from {request.path}"
    for headers in ({}, {"x-cerebras-mock-scenario": "wrong-key"}, {"x-cerebras-mock-fault": "?"}):
        _, exchange = live.begin(ask("models", headers=headers))
        assert exchange.from_elsewhere == "from /v1/models"
