"""Each plan has its pauses, its pieces and its exception."""

from __future__ import annotations

import math

import httpcore
import httpcore2
import pytest

from mockserver.plan import Close, Data, End, Head, Raw, Wait
from pytest_cerebras.transport.delivery import actions, unreachable

HEAD = Head(200, (("content-type", "text/event-stream"),))
SIZED = Head(200, (("content-length", "4"),))
UNFRAMED = Head(200, framed=False)
LOST = "RemoteProtocolError"
both = pytest.mark.parametrize("core", [httpcore, httpcore2], ids=["httpcore", "httpcore2"])

PLANS = {
    "whole": ((SIZED, Data(b"ab"), Data(b"cd"), End()), [SIZED, b"ab", b"cd"], None),
    "paced": ((HEAD, Data(b"a"), Wait(2), Data(b"b"), End()), [HEAD, b"a", 2.0, b"b"], None),
    "parted": ((HEAD, Data(b"a"), Wait(0), Data(b"b"), End()), [HEAD, b"a", b"b"], None),
    "too much": ((SIZED, Data(b"abcdef"), Close()), [SIZED, b"abcd"], None),
    "too little": ((SIZED, Data(b"abc"), End()), [SIZED, b"abc"], LOST),
    "until the end": ((UNFRAMED, Data(b"abc"), Close()), [UNFRAMED, b"abc"], None),
    "no answer": ((Close(),), [], LOST),
    "FIN": ((HEAD, Data(b"a"), Close()), [HEAD, b"a"], LOST),
    "RST": ((HEAD, Data(b"a"), Close(reset=True)), [HEAD, b"a"], "ReadError"),
    "garbage": ((Raw(b"SMTP"), Close()), [], LOST),
    "late": ((Wait(7), HEAD, End()), [5.0], "ReadTimeout"),
    "late by and by": ((HEAD, Wait(3), Wait(3), End()), [HEAD, 3.0, 2.0], "ReadTimeout"),
    "alive": ((HEAD, Wait(3), Data(b":"), Wait(3), End()), [HEAD, 3.0, b":", 3.0], None),
    "stall": ((HEAD, Wait(math.inf), End()), [HEAD, 5.0], "ReadTimeout"),
}


def gone_through(actions):
    """Return the actions, and the exception that ends them."""
    found = []
    try:
        for action in actions:
            found.append(action)  # noqa: PERF402 (what came before the exception counts)
    except Exception as error:  # noqa: BLE001
        return found, type(error)
    return found, None


@both
@pytest.mark.parametrize(("plan", "seen", "raised"), PLANS.values(), ids=PLANS)
def test_actions(core, plan, seen, raised):
    """A client that waits for five seconds goes through this."""
    expected = seen, raised and getattr(core, raised)
    assert gone_through(actions(plan, 5, core)) == expected


PORTS = {
    "refuses": ([], "ConnectError"),
    "breaks_tls": ([], "ConnectError"),
    "ignores": ([5.0], "ConnectTimeout"),
}


@both
@pytest.mark.parametrize(("port", "seen", "raised"), [(p, *row) for p, row in PORTS.items()])
def test_unreachable(core, port, seen, raised):
    """A port that is not open is met by these."""
    expected = seen, getattr(core, raised)
    assert gone_through(unreachable(port, 5.0, core)) == expected
