"""
One digest over what the mock answers: equal before and after a change that is to change nothing.

``python -m tests.digest`` plays forty requests under each shipped scenario in three editions,
without a socket, and hashes the plans (each byte, header field and pause) and the journal. It
prints a digest for each edition, and one for all; ``--each`` adds one for each scenario, to find
what has changed. The words of the answers come from Faker: compare digests of one environment.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

from mockserver import Engine, Exchange, Request, Scenario, UnknownNameError
from mockserver.plan import expand
from mockserver.scenario import load, names

EDITIONS = ("guide", "2026-11", "2025-10")
KEY = "csk-" + "4f1dmock" * 6
START = 1_790_000_000.25
STEP = 1.7  # seconds between two requests: forty of them see minutes, bursts and outages pass
MODELS = ("llama3.1-8b", "gpt-oss-120b", "qwen-3-32b", "gpt-4o")
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FORMAT = {"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": SCHEMA}}
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"stream": True},
    {"stream": True, "tools": [WEATHER]},
    {"tools": [WEATHER], "tool_choice": "required"},
    {"response_format": FORMAT},
    {"max_completion_tokens": 40, "stop": ["e"]},
    {"stream": True, "reasoning_effort": "low", "stream_options": {"include_usage": True}},
)
OTHERS = (
    ("GET", "/v1/models", b""),
    ("GET", "/public/v1/models/gpt-oss-120b", b""),
    ("GET", "/nowhere", b""),
    ("POST", "/v1/chat/completions", b"{"),
    ("POST", "/v1/completions", json.dumps({"model": MODELS[0], "prompt": "Once"}).encode()),
)
FACTS = (
    "number",
    "at",
    "finished",
    "endpoint",
    "model",
    "stream",
    "status",
    "outcome",
    "finish_reason",
    "retry_after",
    "rule",
    "faults",
    "attempt",
    "prompt_tokens",
    "completion_tokens",
    "client_left",
    "near_misses",
    "error",
)


def requests() -> Iterator[Request]:
    """Yield forty requests: all kinds of chat, retries, other endpoints, a key that is wrong."""
    for at in range(33):
        shape = SHAPES[at % len(SHAPES)]
        messages = [{"role": "user", "content": f"Tell me of city {at // 2}."}]
        body = {"model": MODELS[at % 9 % 4], "messages": messages, **shape}
        yield _request("POST", "/v1/chat/completions", json.dumps(body).encode())
    for method, path, data in OTHERS:
        yield _request(method, path, data)
    body = {"model": MODELS[0], "messages": [{"role": "user", "content": "word " * 9000}]}
    yield _request("POST", "/v1/chat/completions", json.dumps(body).encode())
    yield Request("POST", "/v1/chat/completions", {"authorization": "Bearer sk-wrong"}, b"{}")


def digest(scenario: Scenario) -> str:
    """Return the digest of all answers under a scenario, and of its journal."""
    engine = _engine(scenario)
    hashed = sha256()
    for at, request in enumerate(requests()):
        now = START + at * STEP
        exchange = engine.handle(request, now=now)
        engine.finish(exchange, now=now + STEP / 2)
        hashed.update(repr(expand(exchange.plan)).encode())
    for exchange in engine.journal.exchanges:
        hashed.update(_facts(exchange).encode())
    return hashed.hexdigest()


def _engine(scenario: Scenario) -> Engine:
    """Return an engine; without limits in an edition that lacks the scenario's tier."""
    try:
        return Engine(scenario, now=START)
    except UnknownNameError:
        return Engine(replace(scenario, tier=None), now=START)


def _request(method: str, path: str, data: bytes) -> Request:
    return Request(method, path, {"authorization": f"Bearer {KEY}"}, data)


def _facts(exchange: Exchange) -> str:
    return repr([getattr(exchange, name) for name in FACTS])


def main() -> None:
    """Print the digests."""
    parser = argparse.ArgumentParser(prog="python -m tests.digest", description=__doc__)
    parser.add_argument("--each", action="store_true", help="print one for each scenario, too")
    each = parser.parse_args().each
    total = sha256()
    for edition in EDITIONS:
        of_edition = sha256()
        for name in names():
            one = digest(replace(load(name), edition=edition))
            of_edition.update(one.encode())
            if each:
                print(f"{edition:8} {name:24} {one}")
        print(f"{edition:8} {of_edition.hexdigest()}")
        total.update(of_edition.digest())
    print(f"all      {total.hexdigest()}  ({len(names())} scenarios, 40 requests each)")


if __name__ == "__main__":
    main()
