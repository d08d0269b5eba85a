"""The store means what the memory in the process means: equal requests, equal exchanges."""

from __future__ import annotations

import json
from random import Random

import pytest

from mockserver.core.messages import Request
from mockserver.engine import Engine
from mockserver.engine.mirror import Given, Mirror
from mockserver.faults import Error
from mockserver.journal import Journal, Retention
from mockserver.scenario import Rule, Scenario, Schedule, load, names, parse
from mockserver.scenario.model import START
from tests.edge.state.conftest import Waiting

KEYS = ("csk-0123456789abcdef0123", "csk-9876543210fedcba9876")
T0 = 1.76e9
KEPT = 30
TIERS = {"guide": "free", "2025-10": "free", "2026-11": "free-trial"}
OWN = (
    *[None] * 8,
    Rule("own", faults=(Error(status=500),)),
    Rule("own, perhaps", schedule=Schedule(probability=0.5), faults=(Error(status=503),)),
)
"""Rules that requests carry in a header."""
RICH = """
name: rich
tier: {tier}
capacity: 3
spent: {{requests: 3, tokens: 1000}}
limits:
  - window: {{after: 20s, for: 30s, repeat: 70s}}
    requests_per_minute: 4
    tokens_per_minute: 900
  - window: {{after: 40s}}
    requests_per_second: 2
rules:
  - name: by call
    match: {{prompt: {{contains: one}}}}
    count_by: call
    schedule: {{every: 2}}
    state: {{sets: seen}}
    faults: [{{error: {{status: 503}}}}]
  - name: second attempt
    match: {{attempt: 2, prompt: {{contains: two}}}}
    schedule: {{probability: 0.5}}
    faults: [{{error: {{status: 500}}}}]
  - name: in state
    state: {{requires: seen, sets: start}}
    schedule:
      any:
        - window: {{after: 10s, for: 40s}}
        - at: [2, 3, 5, 8, 13]
      not: {{probability: 0.3}}
    sequence: [pass, {{error: {{status: 429}}}}, pass, {{error: {{status: 408}}}}]
    then: repeat
  - name: chance
    schedule: {{after: 3, probability: 0.4, window: {{after: 5s, for: 5s, repeat: 12s}}}}
    count_by: call
    faults: [{{error: {{status: 529}}}}]
  - name: steps
    match: {{stream: true}}
    schedule: {{first: 300}}
    sequence: [{{error: {{status: 500}}}}, pass]
    then: stay
"""


def request_of(random):
    """Return any request, and whether it retries the one before."""
    kind = random.random()
    if kind < 0.05:
        return Request("GET", random.choice(["/v1/models", "/v1/tcp_warming"]), headers(random))
    words = random.choice(["one", "two", "three", "four"]) + " word" * random.choice([0, 0, 0, 900])
    body = {
        "model": random.choice(["llama3.1-8b", "gpt-oss-120b", "unknown"]),
        "messages": [{"role": "user", "content": words}],
        **({"stream": True} if random.random() < 0.3 else {}),
    }
    return Request("POST", "/v1/chat/completions", headers(random), json.dumps(body).encode())


def headers(random):
    retries = random.choice([{}, {}, {"x-stainless-retry-count": random.choice("012")}])
    key = {"authorization": f"Bearer {random.choice(KEYS)}"}
    return {"content-type": "application/json", **key, **retries}


class Store:
    """Plays a scenario over the store, as a replica does."""

    def __init__(self, redis, scenario):
        self.call = Waiting(redis)
        journal = Journal(retention=Retention(KEPT))
        self.engine = Engine(scenario, now=T0, journal=journal, memory=Mirror)
        joined = self.call("join", 1e9, 0, 0, "", b"\x90", True, now=T0)
        self.run, self.version = joined[1:3]

    def handle(self, request, rule, now):
        """Return the exchange that answers a request."""
        mirror, attempt, blocks = self.engine.memory, 1, []
        needs = self.engine.needs(request, rule)
        while True:
            counts, asked, *rest = mirror.asks(needs, attempt)
            place = (self.run, self.version, "", START)
            reply = self.call("take", *place, counts, KEPT, asked, *rest, blocks, now=now)
            if reply[0] == b"attempt":
                attempt = reply[1]
            elif reply[0] == b"need":
                blocks = [
                    (name, mirror.block(name.decode(), block, reply[2])) for name, block in reply[1]
                ]
            else:
                break
        assert reply[0] == b"ok", reply
        given = Given.read(reply[1:])
        exchange = self.engine.decide(needs, mirror.taken(needs, given), now=given.now)
        if exchange.failed and needs.counts:
            self.call("fail", self.run, exchange.number, KEPT, now=now)
        return exchange

    def finish(self, exchange, now):
        """Note that an answer is over."""
        failed = exchange.failed
        self.engine.finish(exchange, now=now)
        quota = (False, 0, 0, 0)
        if exchange.admitted:
            quota = self.engine.memory.settles(exchange)
        self.call("finish", self.run, exchange.number, KEPT, failed, "", *quota, now=now)

    def close(self):
        """End the connection."""
        self.call.close()


class Private:
    """Plays a scenario with a memory of its own."""

    def __init__(self, scenario):
        self.engine = Engine(scenario, now=T0, journal=Journal(retention=Retention(KEPT)))

    def handle(self, request, rule, now):
        """Return the exchange that answers a request."""
        return self.engine.handle(request, now=now, rule=rule)

    def finish(self, exchange, now):
        """Note that an answer is over."""
        self.engine.finish(exchange, now=now)


def seen(exchange):
    return (
        exchange.number, exchange.at, exchange.plan, exchange.rule, exchange.faults,
        exchange.attempt, exchange.admitted, exchange.reserved_tokens, exchange.near_misses,
    )  # fmt: skip


def played(player, seed, count):
    """Yield what a client sees of generated requests, some of which overlap."""
    random, now, running = Random(seed), T0, []
    for _ in range(count):
        now += random.choice([0.0, 0.001, 0.3, 2.7, 9.1])
        exchange = player.handle(request_of(random), random.choice(OWN), now)
        yield seen(exchange)
        running.append(exchange)
        while running and random.random() < 0.5:
            now += random.choice([0.0, 0.02])
            player.finish(running.pop(random.randrange(len(running))), now)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tier", ["null", "free"])
def test_rich(redis, seed, tier):
    """Every kind of memory together: limits, capacity, schedules, states, calls."""
    scenario = parse(RICH.format(tier=tier))
    assert_same(redis, scenario, seed, 150)


@pytest.mark.parametrize("edition", ["guide", "2025-10", "2026-11"])
def test_refill(redis, edition):
    """The buckets of each edition refill as they do in the process, at once or evenly."""
    assert_same(redis, Scenario("limits", edition=edition, tier=TIERS[edition]), 1, 100)


@pytest.mark.parametrize("name", names())
def test_shipped(redis, name):
    """The same holds for each shipped scenario."""
    assert_same(redis, load(name), 7, 40)


def assert_same(redis, scenario, seed, count):
    store = Store(redis, scenario)
    private = Private(scenario)
    try:
        for there, here in zip(
            played(store, seed, count), played(private, seed, count), strict=True
        ):
            assert there == here
    finally:
        store.close()
