"""What each fault is to the service."""

from __future__ import annotations

import pytest

from mockserver.faults import (
    BadChunk,
    Bandwidth,
    Cut,
    Disconnect,
    Drip,
    EmptyAnswer,
    Error,
    ErrorEvent,
    Garbage,
    KeepAlive,
    Latency,
    NoCompletion,
    Pace,
    SlowBody,
    Stall,
    Truncate,
)
from mockserver.scenario.status_page.impact import impact_of

FAILS = (
    Error(status=500),
    Error(status=502),
    Error(status=503),
    Error(problem="bad_gateway"),
    Error(problem="server_error"),
    Error(problem="wrong_api_key", status=503),
    ErrorEvent(after_tokens=3),
    Stall(),
    Stall(after_tokens=3),
    Disconnect(),
    Garbage(),
    Cut(),
    BadChunk(),
    KeepAlive(every=1.0, lasting=9.0, then="stall"),
    KeepAlive(every=0.1, lasting=0.2, then="end"),
)
SLOW = (
    Latency(1.0),
    SlowBody(30.0),
    Pace(first_token=2.0),
    Drip(every=0.1),
    Bandwidth(100),
    KeepAlive(every=1.0, lasting=9.0),
)
NONE = (
    *(Error(status=status) for status in (400, 401, 402, 403, 404, 408, 422, 429)),
    *(Error(problem=name) for name in ("wrong_api_key", "payment_required", "queue_exceeded")),
    Error(problem="server_error", status=400),
    ErrorEvent(problem="queue_exceeded"),
    Latency(0.9),
    Pace(tokens_per_second=100),
    KeepAlive(every=0.1, lasting=0.5),
    NoCompletion("page"),
    Truncate(tokens=5),
    EmptyAnswer(),
)


@pytest.mark.parametrize(
    ("impact", "faults"), [("fails", FAILS), ("slow", SLOW), ("none", NONE)], ids=str
)
def test_impact(impact, faults):
    """Failures of the service and slow answers are told, the client's own errors are not."""
    assert [str(fault) for fault in faults if impact_of([fault]) != impact] == []


def test_worst():
    """Of several faults the worst counts, in any order."""
    assert impact_of([]) == "none"
    assert impact_of([Latency(2.0), Error(status=401)]) == "slow"
    assert impact_of([Error(status=503), Latency(2.0)]) == "fails"
