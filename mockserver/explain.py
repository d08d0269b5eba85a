"""Tells what a scenario will do, without a server: the plans of some sample requests."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping

from .api.edition import Edition
from .engine import Engine
from .messages import Request
from .plan import Close, Data, End, Head, Plan, Raw, Step, Wait, coalesce
from .scenario import PortState, Scenario, told

_MODEL = "llama3.1-8b"
_START = 0.0
_MOST_RULES = 5
_UNREACHABLE: Mapping[PortState, str] = {
    "refuses": "connection refused",
    "ignores": "no connection, the connect times out",
    "breaks_tls": "connection lost in the TLS handshake",
}


def explain(
    scenario: Scenario, *, requests: int, interval: float, model: str | None, stream: bool
) -> Iterator[str]:
    """
    Yield two lines for each of so many chat requests, ``interval`` seconds apart.

    One is enough where the port is out of order; a request that no rule takes has more: why they do
    not, the nearest first. Without a ``model`` they ask for llama3.1-8b, or for the first that the
    edition serves.
    Raises UnknownNameError when the scenario's edition or tier does not exist.
    """
    engine = Engine(scenario, now=_START)
    request = _sample(engine.edition, model, stream=stream)
    for number in range(requests):
        now = _START + number * interval
        port = scenario.port.state(now - _START)
        if port != "open":
            yield f"{now:6.1f} s  {_UNREACHABLE[port]}"
            continue
        exchange = engine.handle(request, now=now)
        engine.finish(exchange, now=now)
        yield f"{now:6.1f} s  {exchange.line()}"
        yield f"          {timeline(exchange.plan)}"
        for line in told(exchange.near_misses, most=_MOST_RULES):
            yield f"          {line}"


def timeline(plan: Plan) -> str:
    """
    Return a plan in words.

    >>> timeline((Wait(2.0), Head(200), Data(b"abc", 1), Close(reset=True)))
    'wait 2 s, head 200, 3 bytes with 1 token, RST'
    """
    return ", ".join(_words(step) for step in coalesce(plan))


def _words(step: Step) -> str:
    match step:
        case Wait(seconds):
            return "stall" if math.isinf(seconds) else f"wait {seconds:g} s"
        case Head(status):
            return f"head {status}"
        case Data(data, tokens):
            held = f" with {tokens} token{'' if tokens == 1 else 's'}" if tokens else ""
            return f"{len(data)} bytes{held}"
        case Raw(data):
            return f"{len(data)} raw bytes"
        case End(hang_up):
            return "end, FIN" if hang_up else "end"
        case Close(reset):
            return "RST" if reset else "FIN"


def _sample(edition: Edition, model: str | None, *, stream: bool) -> Request:
    served = [name for name in edition.models if edition.serves(name)]
    model = model or (_MODEL if _MODEL in served or not served else served[0])
    body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}], "stream": stream}
    key = edition.keys.sample("explain")
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    return Request("POST", "/v1/chat/completions", headers, json.dumps(body).encode())
