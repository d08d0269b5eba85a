"""
Makes unsupported event loops fail with a clear message.

uvloop and trio keep their timers where the clock can't see them. Without this check, time would
jump past these timers, and a test would get wrong results instead of an error.
"""

from __future__ import annotations

import asyncio
import math
import warnings
from asyncio import BaseEventLoop
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from .aliases import Aliases

_NOT_ON = (
    "the virtual clock can't reach the timers of {loop}: run on asyncio's own event loop, or with "
    "--cerebras-clock real"
)
_STARTS = (
    ("uvloop", "uvloop", ("new_event_loop", "run")),
    ("trio", "trio", ("run",)),
    ("trio", "trio.lowlevel", ("start_guest_run",)),
)
_asyncio_sleep = asyncio.sleep
Sleeping = Callable[..., Any]


@contextmanager
def refused(patch: pytest.MonkeyPatch, client: Callable[[], bool]) -> Iterator[None]:
    """
    Make it an error to start an unsupported loop, or to sleep on one in the client's threads.

    Raises UsageError if the event loop policy makes only unsupported loops.
    """
    policy = getattr(asyncio.events, "_event_loop_policy", None)
    if type(policy).__module__.startswith("uvloop"):
        raise pytest.UsageError(_NOT_ON.format(loop="uvloop"))
    for loop, name, functions in _STARTS:
        if module := _module(name):
            for function in functions:
                patch.setattr(module, function, _refusing(loop))
    with _aliases().replaced(_sleeps(client)):
        yield


def _sleeps(client: Callable[[], bool]) -> Mapping[Sleeping, Sleeping]:
    """Return the replacements of the functions that sleep."""
    trio_sleep = _trio_sleep()

    async def on_asyncio(delay: float, result: Any = None) -> Any:
        running = asyncio.get_running_loop()
        if 0 < delay < math.inf and client() and not isinstance(running, BaseEventLoop):
            raise RuntimeError(_NOT_ON.format(loop=type(running).__module__))
        return await _asyncio_sleep(delay, result)

    async def on_trio(seconds: float) -> None:
        if client():
            raise RuntimeError(_NOT_ON.format(loop="trio"))
        await trio_sleep(seconds)

    return {_asyncio_sleep: on_asyncio, trio_sleep: on_trio}


@cache
def _module(name: str) -> ModuleType | None:
    """
    Import and return a module; None if it is not installed.

    Importing trio costs little, because httpcore imports it anyway.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings about libraries that the app may not even use
        try:
            return import_module(name)
        except ImportError:
            return None


def _trio_sleep() -> Sleeping:
    return getattr(_module("trio"), "sleep", _trio_sleep)


@cache
def _aliases() -> Aliases:
    return Aliases((_asyncio_sleep, _trio_sleep()))


def _refusing(name: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise RuntimeError(_NOT_ON.format(loop=name))

    return refuse
