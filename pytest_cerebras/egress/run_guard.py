"""
Lets nothing out of a whole run, before, between and after its tests too.

What imports, hooks and fixtures of a module or session send, no test can be failed for; and an SDK
may swallow the error. So the end of the run tells it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from pytest_cerebras.settings import options
from pytest_cerebras.settings.exit_status import VERDICTS_FAILED
from pytest_cerebras.settings.sources import strictness

from . import RUN, GuardLog, guarded

_STOPPED = "cerebras_stopped"  # the key under which a worker of xdist tells it
_MOST = 20


class RunGuard:
    """Tells what was stopped outside of tests, in this process or in workers of xdist."""

    def __init__(self, guard_log: GuardLog, environment: pytest.MonkeyPatch) -> None:
        self._guard_log = guard_log
        self._environment = environment
        self._of_workers: dict[str, list[str]] = {"stopped": [], "escapes": []}

    @property
    def stopped(self) -> list[str]:
        """All attempts, a sentence each, and each once."""
        return list(dict.fromkeys([*self._guard_log.stopped, *self._of_workers["stopped"]]))

    @property
    def escapes(self) -> list[str]:
        """Those that were for the real API."""
        return list(dict.fromkeys([*self._guard_log.escapes, *self._of_workers["escapes"]]))

    def pytest_configure(self, config: pytest.Config) -> None:
        """Guard the children of this process, but for workers of xdist, which guard themselves."""
        distributes = getattr(config.option, "dist", "no") != "no"
        if hasattr(config, "workerinput") or not distributes:
            for name, value in self._guard_log.variables().items():
                self._environment.setenv(name, value)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Note what a worker of xdist has stopped."""
        for name, sentences in getattr(node, "workeroutput", {}).get(_STOPPED, {}).items():
            self._of_workers[name] += sentences

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the process that reports; fail a strict run in which a client was never reached."""
        config = session.config
        if hasattr(config, "workeroutput"):
            told = {"stopped": self.stopped, "escapes": self.escapes}
            config.workeroutput[_STOPPED] = told
        elif session.exitstatus == pytest.ExitCode.OK and self.escapes and _is_wrong(config):
            session.exitstatus = VERDICTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was stopped, and where."""
        if stopped := self.stopped:
            terminalreporter.section("Cerebras: stopped outside of tests", yellow=True)
            for sentence in stopped[:_MOST]:
                terminalreporter.line(f"warning: {sentence}")
            if len(stopped) > _MOST:
                terminalreporter.line(f"... and {len(stopped) - _MOST} more")


def guarding(config: pytest.Config, *, others: str) -> RunGuard:
    """Guard a run until its end; ``others`` as for a test."""
    stack = ExitStack()
    config.add_cleanup(stack.close)
    guard_log = stack.enter_context(guarded(mode=RUN, others=others))
    return RunGuard(guard_log, stack.enter_context(pytest.MonkeyPatch.context()))


def _is_wrong(config: pytest.Config) -> bool:
    """Return whether a client that was made too early fails the run; respx mode answers it."""
    return strictness(config) is not None and options.resolve(config).mode == "server"
