"""Explains what a scenario will do, by planning answers to sample requests without a server."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mockserver.api.contract.edition import Edition
from mockserver.core.messages import Request
from mockserver.journal import Exchange
from mockserver.plan import Plan, waits_of
from mockserver.plan.timeline import (
    Lane,
    Paint,
    Span,
    SpanKind,
    bars,
    legend,
    spans_of,
    svg,
    unpainted,
)
from mockserver.scenario import PortState, Scenario, near_miss_lines

from .engine import Engine

Remarks: TypeAlias = Callable[[Exchange, Edition], Sequence[str]]
_MODEL = "llama3.1-8b"
_START = 0.0
_MOST_RULES = 5
_PIECES = 12  # the maximum number of pieces of an answer that are described and drawn
_INDENT = " " * 10
_UNREACHABLE: Mapping[PortState, tuple[SpanKind, str, float]] = {
    "refuses": ("lost", "connection refused", 0.0),
    "ignores": ("stall", "no connection, connecting times out", math.inf),
    "breaks_tls": ("lost", "connection lost in the TLS handshake", 0.0),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """
    The outcome of a sample request.

    ``at`` is when the request was sent, in seconds since the start of the scenario. ``line`` sums
    up the outcome. ``remarks`` explain the outcome, and if no rule matched, why.
    """

    at: float
    line: str
    spans: tuple[Span, ...]
    remarks: Sequence[str] = ()


def _no_remarks(_: Exchange, __: Edition) -> Sequence[str]:
    return ()


def samples(
    scenario: Scenario,
    *,
    requests: int,
    interval: float,
    model: str | None,
    stream: bool,
    remarks: Remarks = _no_remarks,
) -> list[Sample]:
    """
    Return the outcomes of ``requests`` chat requests, ``interval`` seconds apart.

    Without a ``model`` the requests name llama3.1-8b, or, if the edition does not serve
    llama3.1-8b, the first model that the edition serves. ``remarks`` returns further sentences
    about an exchange. Raises UnknownNameError when the scenario's edition or tier does not exist.
    """
    engine = Engine(scenario, now=_START)
    request = _sample(engine.edition, model, stream=stream)
    met: list[tuple[float, Exchange | PortState]] = []
    for number in range(requests):
        now = _START + number * interval
        port = scenario.port.state(now - _START)
        if port != "open":
            met.append((now, port))
            continue
        exchange = engine.handle(request, now=now)
        engine.finish(exchange, now=now)
        met.append((now, exchange))
    plans = [one.plan for _, one in met if isinstance(one, Exchange)]
    grain = max(map(_known_duration, plans), default=0.0) / _PIECES
    told = [remarks(one, engine.edition) if isinstance(one, Exchange) else () for _, one in met]
    return [_sampled(now, one, grain, more) for (now, one), more in zip(met, told, strict=True)]


def told_as_text(
    found: Sequence[Sample], *, width: int, plain: bool = False, paint: Paint = unpainted
) -> Iterator[str]:
    """Yield lines of text that show each sample in words and as a drawing of ``width`` columns."""
    lanes = [Lane(sample.line, sample.spans) for sample in found]
    drawings = bars(lanes, width=width - len(_INDENT), plain=plain, paint=paint)
    for sample, lane, drawing in zip(found, lanes, drawings, strict=True):
        yield f"{sample.at:6.1f} s  {sample.line}"
        words = [lane.words] if lane.words not in ("", sample.line) else []
        for line in (*words, *drawing, *sample.remarks):
            yield f"{_INDENT}{line}"
    yield f"{_INDENT}{legend(lanes, plain=plain, paint=paint)}"


def told_as_svg(found: Sequence[Sample], *, title: str) -> str:
    """Return a drawing of the samples on one axis of time."""
    lanes = [Lane(f"{sample.at:g} s  {sample.line}", sample.spans) for sample in found]
    return svg(lanes, title=title)


def _sampled(now: float, met: Exchange | PortState, grain: float, remarks: Sequence[str]) -> Sample:
    if not isinstance(met, Exchange):
        kind, outcome, lasts = _UNREACHABLE[met]
        return Sample(now, outcome, (Span(now, now + lasts, kind, outcome),))
    spans = spans_of(met.plan, start=now, grain=grain)
    misses = near_miss_lines(met.near_misses, most=_MOST_RULES)
    return Sample(now, met.line(), spans, [*remarks, *misses])


def _known_duration(plan: Plan) -> float:
    return sum(filter(math.isfinite, waits_of(plan)))


def _sample(edition: Edition, model: str | None, *, stream: bool) -> Request:
    served = [name for name in edition.models if edition.serves(name)]
    model = model or (_MODEL if _MODEL in served or not served else served[0])
    body = {"model": model, "messages": [{"role": "user", "content": "Hello!"}], "stream": stream}
    key = edition.keys.sample("explain")
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    return Request("POST", "/v1/chat/completions", headers, json.dumps(body).encode())
