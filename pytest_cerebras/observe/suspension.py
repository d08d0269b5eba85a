"""
The point where a thread or task was suspended, and whether it resumes on its own.

A thread that sleeps or is inside a call of an HTTP client resumes on its own. A thread that waits
for a queue, a socket or anything else may be waiting for the current test to provide input.
"""

from __future__ import annotations

import asyncio
import dis
import linecache
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from .stack import inwards, outwards

_CALLS = frozenset(
    {
        *("httpx._client", "httpx2._client", "requests.sessions", "urllib3.connectionpool"),
        *("http.client", "urllib.request", "aiohttp.client"),
        *("cerebras.cloud.sdk._base_client", "openai._base_client"),
    }
)
# modules that run threads, jobs and tasks; their loops don't count as loops of the work
_RUNNERS = ("threading", "concurrent.futures", "asyncio", "queue", "pytest_cerebras.")
# modules whose threads may run any work next
_POOLS = ("asyncio.", "multiprocessing.", "anyio.", "trio.")
_SLEEP = re.compile(r"[\w.]*\bsleep\s*\(")
_JUMPS = frozenset({*dis.hasjrel, *dis.hasjabs})
_AWAITS = "JUMP_BACKWARD_NO_INTERRUPT"  # the bytecode of an ``await`` is a small loop


@dataclass(frozen=True, slots=True)
class Suspension:
    """
    A suspended thread or task.

    ``calls`` has the frames of its calls of HTTP clients, so that they can be recognized later.
    ``asleep`` is true if the thread or task sleeps, and ``in_loop`` if its own code is in a loop.
    """

    calls: frozenset[FrameType]
    asleep: bool
    in_loop: bool

    @property
    def resumes_alone(self) -> bool:
        """Whether the thread or task resumes without input from others."""
        return self.asleep or bool(self.calls)

    def is_in_call(self) -> bool:
        """Return whether the running code is still inside one of the calls."""
        return any(frame in self.calls for frame in outwards(sys._getframe()))  # noqa: SLF001


UNKNOWN = Suspension(frozenset(), asleep=False, in_loop=False)


def of_thread(frame: FrameType, *, at_job: bool = False) -> Suspension:
    """
    Return the suspension of a thread, given its innermost frame.

    ``at_job`` is true if the thread runs a job of an executor. The result is ``UNKNOWN`` for an
    idle thread of an executor, and for any thread of another pool or of an event loop, because such
    a thread may run any work next.
    """
    frames = list(outwards(frame))
    pools = _POOLS if at_job else (*_POOLS, "concurrent.futures.")
    return UNKNOWN if any(_module(one).startswith(pools) for one in frames) else _of(frames)


def of_task(coroutine: object) -> Suspension:
    """Return the suspension of a task that is not running."""
    return _of([*inwards(coroutine)][::-1])


def _of(frames: Sequence[FrameType]) -> Suspension:
    """Return the suspension of a stack; the innermost frame comes first in ``frames``."""
    calls = frozenset(frame for frame in frames if _module(frame) in _CALLS)
    work: list[FrameType] = []  # the app's frames that are not inside one of the calls
    for frame in reversed(frames):
        if frame in calls:
            break
        if not _module(frame).startswith(_RUNNERS):
            work.append(frame)
    return Suspension(calls, _is_asleep(frames), any(map(_is_in_loop, work)))


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _is_asleep(frames: Sequence[FrameType]) -> bool:
    """Return whether the innermost frames sleep, or wait with a time-out for an ``Event``."""
    for frame in frames:
        if frame.f_code.co_name == "sleep":
            return True  # the sleep of asyncio, anyio or the virtual clock
        if frame.f_code.co_name == "wait" and _module(frame) == "threading":
            waiting = frame.f_locals.get("self")
            if isinstance(waiting, threading.Event):
                return frame.f_locals.get("timeout") is not None
        elif not _module(frame).startswith("pytest_cerebras."):
            return _calls_sleep(frame)
    return False


def _calls_sleep(frame: FrameType) -> bool:
    """Return whether a frame's source calls ``sleep(...)``; a sleep in C has no own frame."""
    places = list(frame.f_code.co_positions())
    line, _, start, _ = places[frame.f_lasti // 2] if frame.f_lasti >= 0 else (None,) * 4
    if line is None or start is None:
        return False
    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals)
    return _SLEEP.match(text.encode()[start:].decode("utf-8", "replace")) is not None


def _is_in_loop(frame: FrameType) -> bool:
    """Return whether a frame's position is inside a loop."""
    return any(first <= frame.f_lasti <= last for first, last in _loops(frame.f_code))


def _loops(code: CodeType) -> Iterator[tuple[int, int]]:
    for step in dis.get_instructions(code):
        if step.opcode in _JUMPS and step.opname != _AWAITS and step.argval < step.offset:
            yield step.argval, step.offset


def loop_of(frame: FrameType) -> asyncio.AbstractEventLoop | None:
    """Return the event loop of a thread, given its innermost frame; None if there is no loop."""
    for one in outwards(frame):
        if one.f_code.co_name == "run_forever" and _module(one).startswith("asyncio."):
            loop = one.f_locals.get("self")
            return loop if isinstance(loop, asyncio.AbstractEventLoop) else None
    return None


def waits_for(condition: object, frame: FrameType) -> bool:
    """Return whether a thread waits for a condition, given the thread's innermost frame."""
    return any(
        frame.f_code.co_name in ("wait", "_wait") and _holds(frame.f_locals, condition)
        for frame in outwards(frame)
    )


def _holds(values: dict[str, Any], condition: object) -> bool:
    return values.get("self") is condition or values.get("condition") is condition
