"""Each parameter of each shipped scenario changes what requests meet."""

from __future__ import annotations

import pytest

from mockserver.core.messages import Request
from mockserver.engine import Engine
from mockserver.scenario import load, names

FIXED = {
    "healthy",
    "html-200",
    "invalid-tool-json",
    "null-content",
    "strict-schema-gate",
    "wrong-key",
}
OTHERS = {
    "all-models-limited": {"wait": "5s"},
    "billing-stop": {"after": 1},
    "burst-503": {"at": [2], "problem": "server_error"},
    "burst-rps": {"rate": 1},
    "cloudflare-403": {"status": 503},
    "context-8192": {"tokens": 20},
    "cut-in-json": {"after_tokens": 3},
    "daily-quota-gone": {"wait": "10s"},
    "dead-key": {"key": "csk-*"},
    "doubled-chunk": {"chunk": 2},
    "error-in-200": {"problem": "queue_exceeded"},
    "flat-error-in-stream": {"after_tokens": 3},
    "heartbeat-stall": {"after_tokens": 3, "every": "7s", "lasting": "1m"},
    "html-502": {"times": 1, "status": 504},
    "intermittent-500": {"share": 1.0},
    "lost-before-answer": {"times": 1, "by": "fin"},
    "mid-stream-500": {"after_tokens": 4, "times": 2},
    "minute-window": {"spent": 30_000},
    "named-events": {"event": "delta"},
    "never-fits": {"limit": 9000, "requested": 9001},
    "no-retry-after": {"lasting": "3s"},
    "one-model-down": {"model": "llama*"},
    "outage-503": {"lasting": "3s", "recovery": "1s", "rate": 1},
    "paid-three-times": {"after_tokens": 7},
    "queue-surge": {"times": 9, "lasting": "1s", "share": 1.0},
    "rate-limit": {"spent": 0},
    "rate-limit-in-stream": {"times": 3, "problem": "tokens_per_minute"},
    "reasoning-eats-budget": {"tokens": 5},
    "restart": {"lasting": "1s"},
    "retirement-day": {"model": "gpt-oss-120b", "after": 1},
    "retry-after-60": {"wait": "2s"},
    "retry-after-date": {"wait": "2s"},
    "second-turn-400": {"reasoning": "Hm."},
    "silent-cut": {"after_tokens": 3},
    "stall-mid-stream": {"after_tokens": 3},
    "stalled-server": {"times": 1},
    "status-page-lags": {"lasting": "3s", "lag": "9s"},
    "stream-cut": {"after_tokens": 3, "times": 1},
    "think-tags": {"tag": "thinking"},
    "tool-arguments-cut": {"tool": "get_time", "tokens": 5},
    "tool-grammar": {"message": "No grammar."},
    "truncated-512": {"tokens": 5},
    "two-resets": {"minute": 2},
    "unicode-separators": {"tokens": 7},
    "unknown-model": {"model": "qwen*"},
    "usage-chunk": {"chunk": 3},
}
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
]
BODIES = (
    {},
    {"stream": True},
    {"model": "gpt-oss-120b", "tools": TOOLS},
)
TIMES = (0.0, 0.5, 2.5, 4.0, 20.5, 22.0, 22.0, 22.0)  # of the last, a second has too many


def met(scenario, ask, now):
    """Return what some requests meet: the port, the status page, and their plans."""
    engine = Engine(scenario, now=now)
    found = []
    for late in TIMES:
        found.append(scenario.port.state(late))
        page = Request("GET", "/api/v2/summary.json")
        found.append(engine.status_page(page, now=now + late, url="http://mock/status"))
        for body in BODIES:
            exchange = engine.handle(ask(**body), now=now + late)
            engine.finish(exchange, now=now + late)
            found.append(exchange.plan)
    return found


@pytest.mark.parametrize(
    ("name", "parameter"), [(name, parameter) for name in OTHERS for parameter in OTHERS[name]]
)
def test_acts(ask, now, name, parameter):
    """Another value is legal and gives other plans; the default's own gives the same."""
    shipped, default = load(name), load(name).parameters[parameter]
    usual = met(shipped, ask, now)
    assert met(load(name, {parameter: default}), ask, now) == usual
    assert met(load(name, {parameter: OTHERS[name][parameter]}), ask, now) != usual


def test_table():
    """Each parameter is in the table; scenarios in which nothing can vary have none."""
    assert {name: set(load(name).parameters) for name in names() if name not in FIXED} == {
        name: set(values) for name, values in OTHERS.items()
    }
    assert not any(load(name).parameters for name in FIXED)
