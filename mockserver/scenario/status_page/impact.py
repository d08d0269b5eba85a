"""
Rates a fault as the service that runs the status page would rate it.

| what clients receive | on the page |
|---|---|
| an error with a status of 500 or above, in a stream too | a failure |
| silence, a lost connection, something that is not HTTP | a failure |
| an answer that begins at least a second late, or that arrives slowly | slow |
| any other status: 400, 401, 402, 404, 429 and so on | nothing: only the client is concerned |
| a whole answer that is empty, cut short or damaged | nothing: its status is 200 |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

from mockserver.api.contract.problems import problems
from mockserver.faults import (
    BadChunk,
    Bandwidth,
    Cut,
    Disconnect,
    Drip,
    Error,
    ErrorEvent,
    Fault,
    Garbage,
    KeepAlive,
    Latency,
    Pace,
    SlowBody,
    Stall,
)

Impact: TypeAlias = Literal["fails", "slow", "none"]
SLOW = 1.0  # seconds, as for the fault class "slow"


def _is_failure(status: int) -> Impact:
    return "fails" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "none"


def _error(fault: Error) -> Impact:
    return _is_failure(fault.status or problems()[fault.problem or "server_error"].status)


def _late(seconds: float) -> Impact:
    return "slow" if seconds >= SLOW else "none"


_IMPACTS: Mapping[type[Fault], Callable[[Any], Impact]] = {
    Error: _error,
    ErrorEvent: lambda fault: _is_failure(problems()[fault.problem].status),
    Stall: lambda _: "fails",
    Disconnect: lambda _: "fails",
    Garbage: lambda _: "fails",
    Cut: lambda _: "fails",
    BadChunk: lambda _: "fails",
    KeepAlive: lambda fault: _late(fault.lasting) if fault.then == "resume" else "fails",
    Latency: lambda fault: _late(fault.delay),
    SlowBody: lambda fault: _late(fault.delay),
    Pace: lambda fault: _late(fault.first_token),
    Drip: lambda _: "slow",
    Bandwidth: lambda _: "slow",
}


def impact_of(faults: Iterable[Fault]) -> Impact:
    """Return the worst impact that faults have on the service when they are applied together."""
    found = {_IMPACTS[type(one)](one) for one in faults if type(one) in _IMPACTS}
    return "fails" if "fails" in found else "slow" if "slow" in found else "none"
