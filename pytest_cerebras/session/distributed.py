"""
Lets workers of pytest-xdist tell of the tests that an interruption has ended.

After Ctrl-C, xdist hears no more of what its workers report. So the process that reports listens a
little longer, to those workers that have used the mock, and ends their tests if nobody else has.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from queue import Empty
from typing import Any

import pytest

from pytest_cerebras.settings.names import USES_MOCK

from .termination import Termination, of_run

_GRACE = 1.0  # seconds in which workers end by themselves: a terminal sends Ctrl-C to all of them
_PATIENCE = 8.0  # seconds until nobody is waited for any more


class Controller:
    """Knows the workers that have used the mock; the first one makes it take the signals."""

    def __init__(self, config: pytest.Config, termination: Termination) -> None:
        self._config = config
        self._termination = termination
        self._users: set[Any] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note whose test has the mock; it may be the first one, and not over yet."""
        if getattr(report, USES_MOCK, False) and hasattr(report, "node"):
            self._users.add(report.node)
            self._termination.take()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Forget one that has ended."""
        self._users.discard(node)

    def pytest_keyboard_interrupt(self) -> None:
        """Hear what they tell of the tests that were running."""
        events = getattr(self._config.pluginmanager.get_plugin("dsession"), "queue", None)
        if events is None:
            return
        with suppress(KeyboardInterrupt):  # whoever presses it again wants no more
            self._hear(events, _GRACE)
            for node in self._users:
                _end(node)
            self._hear(events, _PATIENCE - _GRACE)

    def _hear(self, events: Any, seconds: float) -> None:
        """Report what comes, until all of them are down, or for so long."""
        until = time.perf_counter() + seconds
        while self._users and (left := until - time.perf_counter()) > 0:
            try:
                name, told = events.get(timeout=left)
            except Empty:
                return
            if name == "testreport":
                told["rep"].node = told["node"]
                self._config.hook.pytest_runtest_logreport(report=told["rep"])
            elif name in ("workerfinished", "errordown"):
                error = told.get("error")
                self._config.hook.pytest_testnodedown(node=told["node"], error=error)


def listen(config: pytest.Config) -> None:
    """Listen to workers, in the process that reports on them."""
    config.pluginmanager.register(Controller(config, of_run(config)))


def _end(node: Any) -> None:
    """Send a signal to a worker on this machine, which has its own handler."""
    if node.gateway.spec.popen:
        with suppress(OSError):  # it has ended
            os.kill(node.gateway._rinfo().pid, signal.SIGTERM)  # noqa: SLF001 (xdist keeps it for all)
