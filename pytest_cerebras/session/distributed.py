"""
Collects reports from pytest-xdist workers about the tests that an interruption ended.

After Ctrl-C, xdist ignores further reports of its workers. So the controller listens a little
longer to the workers that have used the mock, and ends the tests that still run in them.
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

_GRACE = 1.0  # seconds for workers to end by themselves: a terminal sends Ctrl-C to them as well
_PATIENCE = 8.0  # seconds to wait for workers, in all


class Controller:
    """
    Records the workers that have used the mock.

    Once there is such a worker, this process handles signals; see ``Termination``.
    """

    def __init__(self, config: pytest.Config, termination: Termination) -> None:
        self._config = config
        self._termination = termination
        self._users: set[Any] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the worker of a test with the mock, as soon as the test is set up."""
        if getattr(report, USES_MOCK, False) and hasattr(report, "node"):
            self._users.add(report.node)
            self._termination.take()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Forget a worker that has ended."""
        self._users.discard(node)

    def pytest_keyboard_interrupt(self) -> None:
        """Collect the reports on the tests that were running."""
        events = getattr(self._config.pluginmanager.get_plugin("dsession"), "queue", None)
        if events is None:
            return
        with suppress(KeyboardInterrupt):  # a second Ctrl-C ends the wait
            self._listen(events, _GRACE)
            for node in self._users:
                _end(node)
            self._listen(events, _PATIENCE - _GRACE)

    def _listen(self, events: Any, seconds: float) -> None:
        """Pass on reports until all recorded workers have ended or the time is up."""
        until = time.perf_counter() + seconds
        while self._users and (left := until - time.perf_counter()) > 0:
            try:
                name, event = events.get(timeout=left)
            except Empty:
                return
            if name == "testreport":
                event["rep"].node = event["node"]
                self._config.hook.pytest_runtest_logreport(report=event["rep"])
            elif name in ("workerfinished", "errordown"):
                error = event.get("error")
                self._config.hook.pytest_testnodedown(node=event["node"], error=error)


def listen(config: pytest.Config) -> None:
    """Register the controller, which listens to the workers."""
    config.pluginmanager.register(Controller(config, of_run(config)))


def _end(node: Any) -> None:
    """Send SIGTERM to a worker on this machine; the worker's handler ends the test."""
    if node.gateway.spec.popen:
        with suppress(OSError):  # the worker has already ended
            os.kill(node.gateway._rinfo().pid, signal.SIGTERM)  # noqa: SLF001 (xdist has no other)
