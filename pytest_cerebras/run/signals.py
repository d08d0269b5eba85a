"""
Passes signals on to the command, unless it has received them itself.

Ctrl-C and a closed terminal signal a whole process group, and so the command, too. A ``kill`` with
our process id signals only us. A *witness* tells the two apart: an idle process of our group, which
a signal to the group ends.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

BY_SIGNAL = 128
"""A command that a signal has ended has this exit status plus the number of the signal."""
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
_HANDLED = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
_PATIENCE = 0.5  # seconds in which a signal to the group ends the witness


class Signals:
    """The signals that this process receives; ``first`` is the number of the first."""

    def __init__(self) -> None:
        self.first: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._witness: subprocess.Popen[bytes] | None = None
        self._waiting: list[int] = []

    @property
    def status(self) -> int:
        """The exit status after the first signal, as in a shell; 0 without a signal."""
        return BY_SIGNAL + self.first if self.first else 0

    @property
    def name(self) -> str:
        """The name of the first signal; empty without a signal."""
        return signal.Signals(self.first).name if self.first else ""

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle signals meanwhile, except those that are ignored, as after ``nohup``."""
        self._witness = _new_witness()
        handled = [each for each in _HANDLED if signal.getsignal(each) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self._take) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            _dismiss(self._witness)

    @contextmanager
    def passed_on(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Pass signals on to a process that has just been started."""
        self._process = process
        try:
            while self._waiting:
                process.send_signal(self._waiting.pop())
            yield
        finally:
            self._process = None

    def _take(self, number: int, _: FrameType | None) -> None:
        self.first = self.first or number
        if self._reaches_group(number):
            return
        if self._process is None:
            self._waiting.append(number)
        else:
            self._process.send_signal(number)

    def _reaches_group(self, number: int) -> bool:
        """Return whether a signal has been sent to our whole process group."""
        if self._witness is None:
            return number == signal.SIGINT  # most likely Ctrl-C
        try:
            status = self._witness.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return False
        _dismiss(self._witness)
        self._witness = _new_witness()
        return status == -number


def _new_witness() -> subprocess.Popen[bytes] | None:
    """Start a process that waits until it is signaled or this process has ended."""
    try:
        return subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S607
    except OSError:
        return None


def _dismiss(witness: subprocess.Popen[bytes] | None) -> None:
    if witness is not None:
        assert witness.stdin is not None  # noqa: S101 (it is a pipe)
        witness.stdin.close()
        witness.wait()
