"""Shows how far the search of a test is: on a terminal in one line, in a log now and then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.core.units import counted
from pytest_cerebras.clock import real

_ON_TERMINAL, _IN_LOG = 0.5, 30.0  # seconds between two looks


class Progress:
    """
    Writes to the reporter of a terminal; to none in an xdist worker, which has no terminal.

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
        """Return the progress of a run; a quiet one shows none."""
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        return cls(None if config.option.verbose < 0 else reporter)

    def show(self, test: str, runs: int, calls: int, causes: int) -> None:
        """Show the numbers, if the last ones were shown long ago."""
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
