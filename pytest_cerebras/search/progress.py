"""
Shows the progress of the search: in one line on a terminal, at intervals in a log.

An xdist worker has neither, so it sends its progress to the controller. The controller writes a
line at intervals even on a terminal, because the results of other tests appear there meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import pytest

from mockserver.core.units import counted
from pytest_cerebras.clock import real
from pytest_cerebras.settings.names import SEARCHING

_ON_TERMINAL, _IN_LOG, _OF_WORKERS = 0.5, 30.0, 5.0  # seconds between two states


@dataclass(frozen=True, slots=True)
class State:
    """The progress of the search of a test."""

    test: str
    runs: int
    requests: int
    causes: int

    def line(self, seconds: float) -> str:
        """Return the state on one line; ``seconds`` have passed since the search began."""
        rate = self.runs / seconds if seconds > 0 else 0.0
        found = f"{counted(self.requests, 'request')} sent, {counted(self.causes, 'cause')}"
        return f"{self.test}: {counted(self.runs, 'run')}, {rate:.0f} a second, {found}"


class Progress:
    """
    Shows states by ``write``, at least ``pause`` seconds apart.

    ``now`` is a clock in seconds.
    """

    def __init__(
        self,
        write: Callable[[State, float], None],
        pause: float,
        now: Callable[[], float] = real.monotonic,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._write = write
        self._pause = pause
        self._now = now
        self._begun = self._shown = now()
        self.close = close

    @classmethod
    def of(cls, item: pytest.Item) -> Self:
        """Return the progress display of a test, which shows nothing with ``--quiet``."""
        if hasattr(item.config, "workerinput"):
            return cls(lambda state, _: _tell(state, item), _OF_WORKERS)
        reporter = item.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or item.config.option.verbose < 0:
            return cls(lambda _, __: None, _IN_LOG)
        if not reporter.isatty:
            return cls(lambda state, seconds: log(reporter, state.line(seconds)), _IN_LOG)
        line = _Line(reporter)
        return cls(line.write, _ON_TERMINAL, close=line.clear)

    def show(self, state: State) -> None:
        """Show the progress, unless it was shown a short time ago."""
        now = self._now()
        if now - self._shown >= self._pause:
            self._shown = now
            self._write(state, now - self._begun)


class _Line:
    """The line of a terminal that is overwritten by each state."""

    def __init__(self, reporter: Any) -> None:
        self._reporter = reporter
        self._is_there = False

    def write(self, state: State, seconds: float) -> None:
        self._is_there = True
        self._reporter.rewrite(state.line(seconds), erase=True)

    def clear(self) -> None:
        if self._is_there:
            self._reporter.rewrite("", erase=True)


class WorkersProgress:
    """Shows the progress of all workers together, at intervals, in the controller."""

    def __init__(self, reporter: Any | None, now: Callable[[], float] = real.monotonic) -> None:
        self._reporter = reporter
        self._now = now
        self._begun = self._shown = now()
        self._states: dict[str, State] = {}

    def take(self, found: Mapping[str, Any]) -> None:
        """Collect a state that a worker sent; show the sum, unless shown a short time ago."""
        state = State(**found)
        self._states[state.test] = state
        now = self._now()
        if self._reporter is not None and now - self._shown >= _IN_LOG:
            self._shown = now
            log(self._reporter, self._sum().line(now - self._begun))

    def _sum(self) -> State:
        states = self._states.values()
        return State(
            f"search of {counted(len(states), 'test')}",
            sum(one.runs for one in states),
            sum(one.requests for one in states),
            sum(one.causes for one in states),
        )


def log(reporter: Any, line: str) -> None:
    """Write a separate line among the results of tests."""
    reporter.ensure_newline()
    reporter.write_line(line)


def _tell(state: State, item: pytest.Item) -> None:
    """Send a state to the controller, in a report that pytest neither shows nor counts."""
    report = pytest.TestReport(item.nodeid, item.location, {}, "passed", None, "setup")
    setattr(report, SEARCHING, asdict(state))
    item.ihook.pytest_runtest_logreport(report=report)
