"""How long a server takes from its spawn to its first answer."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from functools import cache

from .contender import Contender, Launch, Spot
from .contenders import missing, named
from .figures import Found, Kind, Setting
from .machine import ON_LINUX, processor_seconds
from .questions import PLAIN


def measure(name: str, setting: Setting) -> Found:
    """Return the milliseconds to the first answer; ours is the command that users start."""
    _warm(name)
    return _timed(name, setting.server_core)


@cache
def _warm(name: str) -> None:
    """Start the server once unmeasured, so that modules are compiled and files are cached."""
    _timed(name, None)


def _timed(name: str, core: int | None) -> Found:
    begun = time.perf_counter()
    with _started(name).running(core) as server:
        PLAIN.check(server.port)
        found = {"first answer": (time.perf_counter() - begun) * 1e3}
        if ON_LINUX:
            found["processor"] = processor_seconds(server.process) * 1e3
    return Found(found)


def _started(name: str) -> Contender:
    found = named(name)
    return replace(found, launch=_serve) if name == "ours" else found


def _serve(spot: Spot) -> Launch:
    options = ("--port", str(spot.port), "--log-level", "error")
    return Launch([sys.executable, "-m", "mockserver", "serve", *options])


KINDS = (
    Kind(
        "start-up",
        "from spawn to the first answer; ours is `cerebras-mock serve`",
        {"first answer": "ms", "processor": "ms"},
        ["ours", "aimock", "mock-llm"],
        measure,
        missing=missing,
    ),
)
