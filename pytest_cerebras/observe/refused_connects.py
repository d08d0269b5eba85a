"""
Counts attempts to connect to the mock's port while the port is shut.

The journal has no exchange for these attempts. Only those of this process are counted, including
those of uvloop.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest

from mockserver.edge.live import LiveEngine
from pytest_cerebras.clock.real import SOCKET

from .lingering_work import LingeringWork

_SHUT = ("refuses", "ignores")


@dataclass
class RefusedConnects:
    """The number of attempts to connect to a port that was shut."""

    count: int = 0


@contextmanager
def counting_refused(
    live: LiveEngine, ports: Sequence[int], lingering: LingeringWork
) -> Iterator[RefusedConnects]:
    """
    Count the test's attempts to connect to any of ``ports`` while the scenario keeps it shut.

    All ``ports`` except the first use TLS.
    """
    refused = RefusedConnects()

    def note(target: object) -> None:
        shut = live.port in _SHUT or (live.port == "breaks_tls" and target in ports[1:])
        if shut and target in ports and not lingering.reason_here():
            refused.count += 1

    with pytest.MonkeyPatch.context() as patch:
        for owner, name, target in _ways():
            patch.setattr(owner, name, _noted(getattr(owner, name), note, target))
        yield refused


def _ways() -> Iterator[tuple[Any, str, Callable[..., object]]]:
    """Yield the owner and name of each method that connects, and a function that finds the port."""
    yield SOCKET, "connect", _of_address
    yield SOCKET, "connect_ex", _of_address
    if "uvloop" in sys.modules:
        loop = sys.modules["uvloop"].Loop
        yield loop, "create_connection", _third
        yield loop, "sock_connect", _of_address


def _noted(
    connect: Callable[..., Any], note: Callable[[object], None], target: Callable[..., object]
) -> Callable[..., Any]:
    @wraps(connect)
    def noted(*args: Any, **kwargs: Any) -> Any:
        note(target(*args, **kwargs))
        return connect(*args, **kwargs)

    return noted


def _of_address(*args: Any, **_: object) -> object:
    address = args[-1]
    return address[1] if isinstance(address, tuple) else None


def _third(*args: Any, **kwargs: Any) -> object:
    return args[3] if len(args) > 3 else kwargs.get("port")  # noqa: PLR2004 (loop, protocol, host)
