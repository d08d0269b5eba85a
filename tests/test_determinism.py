"""The promise that a seed and a clock give the same bytes, everywhere."""

import json
import os
import subprocess
import sys
from hashlib import sha256

import pytest

from mockserver.api.model.script import Script
from mockserver.core.sse import dumps, parsed
from mockserver.engine import Engine
from mockserver.faults import Error
from mockserver.plan import Data, expand
from mockserver.scenario import Rule, Schedule, parse

CHAOS = """
name: chaos
edition: guide
rules:
- {match: {model: qwen*}, schedule: {probability: 0.3}, faults: [{error: {status: 503}}]}
- {schedule: {every: 7}, faults: [{latency: {delay: 1s, jitter: 500ms}}, {cut: {after_tokens: 4}}]}
- {schedule: {probability: 0.5}, reply: {tokens: 40}, faults: [{truncate: {tokens: 9}}]}
"""
ELSEWHERE = """
import json, sys
from hashlib import sha256
from mockserver.engine import Engine
from mockserver.core.messages import Request
from mockserver.scenario import parse
scenario, now, requests = json.load(sys.stdin)
engine = Engine(parse(scenario), now=now)
plans = []
for at, (method, path, headers, body) in enumerate(requests):
    exchange = engine.handle(Request(method, path, headers, body.encode()), now=now + at)
    engine.finish(exchange, now=now + at)
    plans.append(exchange.plan)
print(sha256(repr(plans).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def traffic(ask):
    """Return 200 requests of all kinds, good and bad."""
    kinds = [
        lambda at: ask(seed=at),
        lambda at: ask(seed=at, stream=True, model="qwen-3-32b"),
        lambda at: ask("completions", prompt=f"Grüße Nr. {at}", stream=at % 4 == 0),
        lambda at: ask(model="gpt-oss-120b", stream=True, user=str(at), max_tokens=at),
        lambda _: ask("models"),
        lambda _: ask("/public/v1/models/gpt-oss-120b"),
        lambda at: ask(model="gpt-4o", seed=at),
        lambda at: ask(temperature=at),
        lambda _: ask("warming"),
        lambda _: ask("/nowhere"),
    ]
    return [kinds[at % 10](at) for at in range(200)]


def replay(requests, now, *, seed=0):
    engine = Engine(parse(f"{CHAOS}seed: {seed}\n"), now=now)
    plans = []
    for at, request in enumerate(requests):
        exchange = engine.handle(request, now=now + at)
        engine.finish(exchange, now=now + at)
        plans.append(exchange.plan)
    return plans


def test_replay(traffic, now):
    """The same requests at the same times get the same plans, byte for byte."""
    assert replay(traffic, now) == replay(traffic, now)


def test_other_seed(traffic, now):
    """Another seed chooses other faults and other words."""
    one, other = replay(traffic, now, seed=1), replay(traffic, now, seed=2)
    assert one != other
    assert {len(plan) for plan in one} != {len(plan) for plan in other}


@pytest.mark.parametrize("hash_seed", ["0", "1", "4711"])
def test_another_process(traffic, now, hash_seed):
    """Neither the process nor the seed of its hashes makes a difference."""
    requests = [(one.method, one.path, one.headers, one.body.decode()) for one in traffic]
    result = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=json.dumps([f"{CHAOS}seed: 0\n", now, requests]),
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        text=True,
    )
    here = sha256(repr(replay(traffic, now)).encode()).hexdigest()
    assert result.stdout.strip() == here


def test_written_form(traffic, now):
    """All that the server says in JSON has the bytes of the encoder, also what is no template."""
    checked = 0
    whole = (b"{", b"}"), (b"data: {", b"}\n\n")
    for plan in replay(traffic, now):
        for data in (step.data for step in expand(plan) if isinstance(step, Data)):
            if not any(data.startswith(first) and data.endswith(last) for first, last in whole):
                continue  # an end marker, or cut
            checked += 1
            if (said := parsed(data)) is None:
                assert dumps(json.loads(data)) == data
            else:
                assert b"data: " + dumps(said) + b"\n\n" == data
    assert checked > 900


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
@pytest.mark.parametrize("reply", [Script(), Script(tokens=70), Script(text="Moin, Welt!")])
def test_same_text_streamed_or_not(ask, play, text, endpoint, reply):
    """The same request says the same, in one piece or streamed."""
    bodies = [
        {},
        {"stream": False},
        {"stream": True},
        {"stream": True, "stream_options": {"include_usage": True}},
    ]
    said = {text(play(ask(endpoint, **body), reply=reply).plan) for body in bodies}
    assert len(said) == 1


def test_same_text_later(ask, engine, now, text):
    """The same request says the same the second time, under an id of its own."""
    run = engine()
    one, other = (run.handle(ask(), now=now + late) for late in (0, 100))
    assert text(one.plan) == text(other.plan)
    assert one.plan[0].header("inference-id") != other.plan[0].header("inference-id")


def test_other_text(ask, play, text):
    """Another prompt, seed or temperature says something else, and so does another scenario."""
    bodies = [{}, {"seed": 1}, {"temperature": 0.5}, {"prompt": "And then?"}]
    said = {text(play(ask("completions", **body)).plan) for body in bodies}
    assert len(said) == 4
    assert text(play(ask("completions"), scenario={"seed": 5}).plan) not in said


def test_warm_ups_change_nothing(ask, engine, now):
    """However often the SDK warms up, later answers are the same."""
    one, other = engine(), engine()
    for _ in range(3):
        other.handle(ask("warming"), now=now)
    assert one.handle(ask(), now=now).plan == other.handle(ask(), now=now).plan


def test_probability(engine, ask, now):
    """Of 10,000 requests one in five is hit, and the same ones again."""
    rule = Rule(schedule=Schedule(probability=0.2), faults=(Error(status=503),))
    request = ask("/v1/nowhere")

    def hits(seed):
        running = engine(rule, seed=seed)
        found = [running.handle(request, now=now) for _ in range(10_000)]
        return [one.number for one in found if one.status == 503]

    once = hits(1)
    assert len(once) / 10_000 == pytest.approx(0.2, abs=0.015)
    assert hits(1) == once
