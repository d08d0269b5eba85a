"""The cost of real clients' requests, beside the usage that their answers state."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress

import pytest
from cerebras.cloud import sdk

from mockserver.api.contract import editions
from mockserver.plan import inspection
from mockserver.scenario import names
from mockserver.verdicts.money.spending import Spending

MODEL = "gpt-oss-120b"
PRICE = editions.load("guide").models[MODEL].price
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
WAYS = {"plain": {}, "stream": {"stream": True}, "tools": {"tools": [TOOL]}}


def talk(**asked):
    """Ask three times, whatever comes, and read what comes to its end."""
    with sdk.Cerebras(warm_tcp_connection=False, timeout=20.0, max_retries=1) as client:
        for city in ("Paris", "Rome", "Lima"):
            text = f"What is the weather in {city}? Tell me about it at length."
            messages = [{"role": "user", "content": text}]
            with suppress(Exception):
                answer = client.chat.completions.create(model=MODEL, messages=messages, **asked)
                if asked.get("stream"):
                    list(answer)


def stated(exchange):
    """Return the last usage in an answer, read without the mock's help; None if it has none."""
    lines = inspection.body_of(exchange.plan).decode(errors="replace").splitlines()
    found = None
    for line in lines:
        with suppress(ValueError):
            said = json.loads(line.removeprefix("data:"))
            if isinstance(said, dict) and isinstance(said.get("usage"), dict):
                found = said["usage"]
    return found


@pytest.mark.cerebras_mock(clock="virtual", mode="respx", max_requests=1999)
def test_cost_is_the_stated_usage(cerebras_mock):
    """
    Over all scenarios, with and without streams and tools, the cost is that of the stated usage.

    Refused requests, and answers that state no usage, are left out on both sides.
    """
    told: Counter[str] = Counter()
    for name in names():
        for way, asked in WAYS.items():
            cerebras_mock.play(name)
            talk(**asked)
            (_, case) = cerebras_mock.played()[-1]
            charged = {one.exchange: one.cost for one in Spending.of([case]).charges}
            usages = {one: usage for one in case.exchanges if (usage := stated(one))}
            usage = sum(
                one["prompt_tokens"] * PRICE.prompt + one["completion_tokens"] * PRICE.completion
                for one in usages.values()
            )
            cost = sum(charged.get(one, 0.0) for one in usages)
            assert cost == pytest.approx(usage / 1e6, rel=0.02), f"{name}, {way}"
            told[way] += len(usages)
    assert min(told[way] for way in WAYS) > 60  # most answers say it, in each way
