"""Shows the progress of the search of a test: in one line on a terminal, at intervals in a log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.core.units import counted
from pytest_cerebras.clock import real

_ON_TERMINAL, _IN_LOG = 0.5, 30.0  # seconds between two looks


class Progress:
    """
    Writes to pytest's terminal reporter; without one, as in an xdist worker, it does nothing.

    ``now`` is a clock in seconds.
    """

    def __init__(self, reporter: Any | None, now: Callable[[], float] = real.monotonic) -> None:
        self._reporter = reporter
        self._now = now
        self._on_terminal = bool(reporter and reporter.isatty)
        self._begun = self._shown = now()
        self._has_line = False

    @classmethod
    def of(cls, config: pytest.Config) -> Progress:
        """Return the progress display of a run, which shows nothing with ``--quiet``."""
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        return cls(None if config.option.verbose < 0 else reporter)

    def show(self, test: str, runs: int, calls: int, causes: int) -> None:
        """Show the progress, unless it was shown a short time ago."""
        now = self._now()
        pause = _ON_TERMINAL if self._on_terminal else _IN_LOG
        if self._reporter is None or now - self._shown < pause:
            return
        self._shown = now
        rate = runs / (now - self._begun)
        found = f"{counted(calls, 'request')} sent, {counted(causes, 'cause')}"
        line = f"{test}: {counted(runs, 'run')}, {rate:.0f} a second, {found}"
        if self._on_terminal:
            self._reporter.rewrite(line, erase=True)
            self._has_line = True
        else:
            self._reporter.ensure_newline()
            self._reporter.write_line(line)

    def close(self) -> None:
        """Clear the line."""
        if self._reporter is not None and self._has_line:
            self._reporter.rewrite("", erase=True)
