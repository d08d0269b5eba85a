"""
Guards a whole run, including the time before, between and after its tests.

Imports, hooks, and fixtures of a module or session may send requests as well. No test is
responsible for these, and an SDK may swallow the error that stops them. So the summary at the end
of the run reports such requests.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from pytest_cerebras.egress import RUN, GuardLog, guarded
from pytest_cerebras.settings import options
from pytest_cerebras.settings.exit_status import VERDICTS_FAILED
from pytest_cerebras.settings.sources import strictness

_STOPPED = "cerebras_stopped"  # the key under which an xdist worker lists its stopped requests
_MOST = 20  # stopped requests in the summary


class RunGuard:
    """Reports the requests that were stopped outside of tests, here and in xdist workers."""

    def __init__(self, guard_log: GuardLog, environment: pytest.MonkeyPatch) -> None:
        self._guard_log = guard_log
        self._environment = environment
        self._of_workers: dict[str, list[str]] = {"stopped": [], "escapes": []}

    @property
    def stopped(self) -> list[str]:
        """All stopped requests, one sentence each, without duplicates."""
        return list(dict.fromkeys([*self._guard_log.stopped, *self._of_workers["stopped"]]))

    @property
    def escapes(self) -> list[str]:
        """The stopped requests to the real API."""
        return list(dict.fromkeys([*self._guard_log.escapes, *self._of_workers["escapes"]]))

    def pytest_configure(self, config: pytest.Config) -> None:
        """Guard the child processes of this one, except xdist workers, which guard themselves."""
        distributes = getattr(config.option, "dist", "no") != "no"
        if hasattr(config, "workerinput") or not distributes:
            for name, value in self._guard_log.variables().items():
                self._environment.setenv(name, value)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the requests that were stopped in an xdist worker."""
        for name, sentences in getattr(node, "workeroutput", {}).get(_STOPPED, {}).items():
            self._of_workers[name] += sentences

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """
        In a worker, send the list of stopped requests to the controller.

        Elsewhere, let stopped requests to the real API fail a strict run.
        """
        config = session.config
        if hasattr(config, "workeroutput"):
            config.workeroutput[_STOPPED] = {"stopped": self.stopped, "escapes": self.escapes}
        elif session.exitstatus == pytest.ExitCode.OK and self.escapes and _is_wrong(config):
            session.exitstatus = VERDICTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the stopped requests, each with the line that sent it."""
        if stopped := self.stopped:
            terminalreporter.section("Cerebras: stopped outside of tests", yellow=True)
            for sentence in stopped[:_MOST]:
                terminalreporter.line(f"warning: {sentence}")
            if len(stopped) > _MOST:
                terminalreporter.line(f"... and {len(stopped) - _MOST} more")


def guarding(config: pytest.Config, *, others: str) -> RunGuard:
    """Guard a run until its end; ``others`` as in ``guarded``."""
    stack = ExitStack()
    config.add_cleanup(stack.close)
    guard_log = stack.enter_context(guarded(mode=RUN, others=others))
    return RunGuard(guard_log, stack.enter_context(pytest.MonkeyPatch.context()))


def _is_wrong(config: pytest.Config) -> bool:
    """
    Return whether a stopped request fails the run.

    It never does in respx and redirect mode, because the client that sent it may be one that the
    mock answers during a test.
    """
    return strictness(config) is not None and options.resolve(config).mode == "server"
