"""
Warns of waits in real time if the virtual clock jumps past their end.

Locks, selectors, other processes and other sockets can't wait on the virtual clock. Such a wait is
harmless until virtual time jumps past its end. Then the wait ends too late, or never. So this
module inspects all threads at each jump. It reads the current call from a thread's code, and
evaluates the time-out argument of the call. If the call or its argument can't be read, there is no
warning.
"""

from __future__ import annotations

import ast
import linecache
import math
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from os import sep
from pathlib import Path
from sysconfig import get_path
from types import CodeType, FrameType
from typing import Any, TypeAlias

import pytest

from .locks import is_at_work
from .real import SOCKET

_TOLD = (
    "this waits in real time, and the virtual clock jumped past its end, so it ended too late or "
    "never: wait for an Event, a Condition or a Queue, or use --cerebras-clock real"
)
_INSTALLED = (f"{sep}site-packages{sep}", f"{sep}dist-packages{sep}")
_OURS = str(Path(__file__).parent.parent) + sep
_PYTHON = tuple(get_path(name) + sep for name in ("stdlib", "platstdlib", "scripts"))
_RUNS_TESTS = ("_pytest", "pluggy")
# only expressions made of these nodes are evaluated, because these call no function
_HARMLESS = (
    *(ast.Name, ast.Attribute, ast.Constant, ast.UnaryOp, ast.BinOp, ast.Subscript),
    *(ast.operator, ast.unaryop, ast.expr_context),
)
Line: TypeAlias = tuple[str, int]
"""A file and a line number."""


class RealWaitWarning(pytest.PytestWarning):
    """A wait took place in real time while the test ran on the virtual clock."""


# functions written in C that wait, and the position of their time-out argument
_WAITS = {
    "acquire": 1,  # Lock, RLock, and the locks of multiprocessing
    "get": 1,  # SimpleQueue
    "poll": 0,
    "select": 3,
    "sigtimedwait": 1,
}
_OF_SOCKETS = ("_accept", "read", "recvfrom")  # ``read`` is the call that TLS makes


class RealWaits:
    """
    The lines where the client waited in real time while virtual time jumped past the wait's end.

    ``client`` takes a thread's ident, and returns whether the thread is the client's.
    """

    def __init__(self, client: Callable[[int], bool]) -> None:
        self._client = client
        self._lines: dict[Line, None] = {}
        self._gone: dict[int, tuple[tuple[int, int], float]] = {}
        self._alarm: tuple[Line, float] | None = None

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        """Record the line that sets an alarm, because alarms go off in real time."""
        for name in ("alarm", "setitimer"):
            if function := getattr(signal, name, None):  # Windows has none
                patch.setattr(signal, name, self._noted(function))

    def note(self, ahead: float) -> None:
        """Inspect all threads after a jump of ``ahead`` seconds, while every thread is waiting."""
        frames = sys._current_frames()  # noqa: SLF001 (there is no other way)
        for thread in threading.enumerate():
            ident = thread.ident or 0
            frame = frames.get(ident)
            if frame is not None and self._client(ident) and is_at_work(thread):
                self._look(ident, frame, ahead)
        if self._alarm is not None:
            line, gone = self._alarm
            self._alarm = line, gone + ahead
            if 0 < signal.getitimer(signal.ITIMER_REAL)[0] < gone + ahead:
                self._lines[line] = None

    def tell(self) -> None:
        """Warn once for each line."""
        for file, number in self._lines:
            warnings.warn_explicit(_TOLD, RealWaitWarning, file, number)

    def _look(self, ident: int, frame: FrameType, ahead: float) -> None:
        # with the same frame and instruction, it is the same wait, so the jumps add up
        waits = (id(frame), frame.f_lasti)
        before, gone = self._gone.get(ident, (waits, 0.0))
        gone = ahead if before != waits else gone + ahead
        self._gone[ident] = waits, gone
        timeout = _timeout(frame)
        if timeout is not None and gone > timeout and (line := _line(frame)):
            self._lines[line] = None

    def _noted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any) -> Any:
            before = function(*args)
            line = _line(sys._getframe(1))  # noqa: SLF001 (this function needs the stack)
            self._alarm = (line, 0.0) if line else None
            return before

        return noted


def _timeout(frame: FrameType) -> float | None:
    """
    Return the time-out of a thread's innermost call.

    The result is None if the call is no wait in real time.
    """
    module, function = frame.f_globals.get("__name__"), frame.f_code.co_name
    if module == f"{__package__}.sockets" and function == "timed":
        return _number(frame.f_locals.get("patience"))
    if module == f"{__package__}.patches" and function == "sleep":
        waits = frame.f_back  # a wait for another process
        return _number(waits.f_locals.get("timeout")) if waits else None
    if frame.f_code.co_filename.startswith(_OURS) or _is_of_loop(frame):
        return None
    call = _call(frame.f_code, frame.f_lasti)
    return _timeout_of(call, frame) if call else None


def _is_of_loop(frame: FrameType) -> bool:
    """
    Return whether an asyncio loop waits in its selector.

    This wait needs no warning, because the clock knows the loop's timers.
    """
    caller = frame.f_back
    name = str(caller.f_globals.get("__name__", "")) if caller else ""
    return name.partition(".")[0] == "asyncio" and frame.f_code.co_name == "select"


def _timeout_of(call: ast.Call, frame: FrameType) -> float | None:
    function = call.func
    receiver = _value(function.value, frame) if isinstance(function, ast.Attribute) else None
    if frame.f_globals.get("__name__") == "ssl":
        receiver = frame.f_locals.get("self")  # the SSL object itself has no time-out
    name = getattr(function, "attr", getattr(function, "id", ""))
    if name in _OF_SOCKETS and isinstance(receiver, SOCKET):
        return _number(receiver.gettimeout())
    given = {each.arg: each.value for each in call.keywords}
    argument = given.get("timeout") or next(islice(call.args, _WAITS.get(name, 9), None), None)
    if name not in _WAITS or argument is None:
        return None
    seconds = _number(_value(argument, frame))
    return seconds / 1000 if seconds is not None and type(receiver).__name__ == "poll" else seconds


def _number(value: object) -> float | None:
    """Return a time-out in seconds; None without a time-out, or if the call does not wait."""
    if not isinstance(value, (int, float)):
        return None
    return float(value) if 0 < value < math.inf else None


def _value(node: ast.expr, frame: FrameType) -> Any:
    """Return the value of an expression in a frame; None if it can't be evaluated safely."""
    if not all(isinstance(each, _HARMLESS) for each in ast.walk(node)):
        return None
    code = compile(ast.Expression(node), "<time-out>", "eval")
    try:
        return eval(code, frame.f_globals, dict(frame.f_locals))  # noqa: S307 (names and numbers)
    except Exception:  # noqa: BLE001 (names may be bound to anything)
        return None


@lru_cache(maxsize=256)
def _call(code: CodeType, at: int) -> ast.Call | None:
    """Return the call that an instruction makes, parsed from source; None without a source."""
    positions = next(islice(code.co_positions(), at // 2, None), None)
    if positions is None or None in positions:
        return None
    first, last, begin, end = (each or 0 for each in positions)
    lines = [line.encode() for line in linecache.getlines(code.co_filename)[first - 1 : last]]
    if not lines:
        return None
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][begin:]
    try:
        found = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return found if isinstance(found, ast.Call) else None


def _line(frame: FrameType | None) -> Line | None:
    """Return the innermost line of a test's stack that is in neither Python nor a package."""
    while frame is not None:
        name, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__"))
        if module.partition(".")[0] in _RUNS_TESTS:
            return None
        foreign = name.startswith(("<", _OURS, *_PYTHON))
        if not foreign and not any(folder in name for folder in _INSTALLED):
            return name, frame.f_lineno
        frame = frame.f_back
    return None
