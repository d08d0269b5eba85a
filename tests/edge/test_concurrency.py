"""Limits under load: 200 requests at the same time against a slow model that is plainly right."""

from __future__ import annotations

import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.api.contract import editions
from mockserver.edge.live import LiveEngine
from mockserver.edge.play.clock import Clock
from mockserver.faults import Error
from mockserver.scenario import Rule, Scenario, Schedule, Spent

THREADS = 200
TIER = editions.load("guide").tier("free")
PERIODS = {"minute": 60, "hour": 3600, "day": 86400}


class Model:
    """Buckets in exact fractions that take one request after the other."""

    def __init__(self, spent):
        self.capacity = {}
        for period in PERIODS:
            self.capacity["requests", period] = getattr(TIER.requests, period)
            self.capacity["tokens", period] = getattr(TIER.tokens, period)
        used = {"requests": spent.requests, "tokens": spent.tokens}
        self.level = {
            limit: Fraction(max(0, full - used[limit[0]])) for limit, full in self.capacity.items()
        }

    def wait(self, seconds):
        """Refill."""
        for limit, full in self.capacity.items():
            gained = Fraction(full * seconds, PERIODS[limit[1]])
            self.level[limit] = min(Fraction(full), self.level[limit] + gained)

    def admit(self, tokens):
        """Return whether the request is admitted, and take what it reserves."""
        price = {limit: 1 if limit[0] == "requests" else tokens for limit in self.capacity}
        if any(self.level[limit] < price[limit] for limit in price):
            return False
        for limit, amount in price.items():
            self.level[limit] -= amount
        return True


@pytest.fixture(scope="module")
def crowd():
    """Return a call of something by 200 threads that start together and get in each other's way."""
    interval = sys.getswitchinterval()
    with ThreadPoolExecutor(THREADS) as pool:
        gate = Barrier(THREADS)
        sys.setswitchinterval(60)  # they begin one by one: 3.11 can't trace two at once
        list(pool.map(lambda _: gate.wait(timeout=30), range(THREADS)))
        sys.setswitchinterval(1e-6)

        def ask(call, arguments):
            def one(argument):
                gate.wait(timeout=30)
                return call(argument)

            return list(pool.map(one, arguments))

        yield ask
    sys.setswitchinterval(interval)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    spent=st.builds(Spent, st.integers(0, 29), st.integers(0, 60_000)),
    prices=st.lists(st.integers(0, 4000), min_size=1, max_size=3),
    pauses=st.lists(st.integers(0, 90), min_size=1, max_size=2),
    keys=st.integers(1, 3),
)
def test_never_one_too_many(crowd, ask, spent, prices, pauses, keys):
    """What 200 threads at once are admitted is what the model admits in the order of arrival."""
    clock = [1_800_000_000.0]
    live = LiveEngine(Scenario("crowd", tier="free", spent=spent), clock=Clock(lambda: clock[0]))
    models = defaultdict(lambda: Model(spent))
    requests = [
        ask(
            max_tokens=prices[at % len(prices)],
            headers={"authorization": f"Bearer csk-{at % keys}"},
        )
        for at in range(THREADS)
    ]
    seen = 0
    for pause in [0, *pauses]:
        clock[0] += pause
        for model in models.values():
            model.wait(pause)
        crowd(live.begin, requests)
        exchanges = live.journal.exchanges[seen:]
        seen = len(live.journal.exchanges)
        assert len(exchanges) == THREADS
        assert sorted(one.number for one in exchanges) == [one.number for one in exchanges]
        for one in exchanges:
            price = one.prompt_tokens + one.requested_tokens
            assert one.status == (200 if models[one.key].admit(price) else 429)
        assert len(models) == keys


def test_exactly_the_limit(crowd, ask):
    """Of 200 at once thirty are admitted; of 200 more a minute later, thirty again."""
    clock = [1_800_000_000.0]
    live = LiveEngine(Scenario("crowd", tier="free"), clock=Clock(lambda: clock[0]))
    for minute in (1, 2):
        crowd(live.begin, [ask(max_tokens=1)] * THREADS)
        statuses = [exchange.status for exchange in live.journal]
        assert statuses.count(200) == TIER.requests.minute * minute
        assert statuses.count(429) == (THREADS - TIER.requests.minute) * minute
        clock[0] += 60


def test_first_three_of_fifty_clients(server, connect, raw_request):
    """``first: 3`` under 50 clients that ask at the same time hits exactly three."""
    rule = Rule(schedule=Schedule(first=3), faults=(Error(status=503),))
    server.live.play(Scenario("burst", rules=(rule,)))
    gate = Barrier(50)

    def ask(connection):
        gate.wait(timeout=30)
        connection.sendall(raw_request())
        return connection.recv(12)

    with ThreadPoolExecutor(50) as pool:
        heads = list(pool.map(ask, [connect() for _ in range(50)]))
    assert sorted(heads) == [b"HTTP/1.1 200"] * 47 + [b"HTTP/1.1 503"] * 3
