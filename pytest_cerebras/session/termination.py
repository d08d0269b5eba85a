"""
Ends a run properly on a signal such as SIGTERM, which CI sends to a job that takes too long.

pytest itself handles only Ctrl-C. Other signals would end the process at once, without a report,
without the name of the hanging test, and with files left behind. So this module lets them interrupt
the test as Ctrl-C does. The run exits with the status that a shell uses for the signal.
"""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Generator
from types import FrameType
from typing import Literal

import pytest

from pytest_cerebras.settings.names import MARKER
from pytest_cerebras.settings.options import PLAYED

_PLUGIN = "cerebras-termination"
_SIGNALS = ("SIGTERM", "SIGHUP")  # Windows has only the first
_AT_ONCE = 1.0  # seconds in which a repeated signal is ignored: the command `timeout` repeats it
_PATIENCE = 5.0  # seconds after which a test that still runs is interrupted again
_BY_SIGNAL = 128
_sleep = time.sleep  # noqa: TID251 (saved before a test runs in virtual time)


class SignalError(KeyboardInterrupt):
    """A signal asked the process to end."""


def tell(
    item: pytest.Item, error: KeyboardInterrupt, *, when: Literal["setup", "call"] = "call"
) -> None:
    """
    Report an interrupted test as failed, to the terminal and to all plugins that write reports.

    The report has the exchanges of the test, which the user needs most.

    ``when`` is the phase that was interrupted. With ``--pdb``, pytest itself reports the test.
    """
    if item.config.getoption("usepdb", default=False) or PLAYED in item.stash:
        return  # the run is part of a search, which reports its own state

    def interrupted() -> None:
        raise error

    call = pytest.CallInfo.from_call(interrupted, when=when)
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)


class Termination:
    """Handles the signals that have no other handler, until the run is over."""

    def __init__(self, config: pytest.Config) -> None:
        self.ending = False
        self._process = os.getpid()
        self._received: int | None = None
        self._at = -math.inf
        self._session: pytest.Session | None = None
        self._taken: list[int] = []
        config.add_cleanup(self._give_back)

    def take(self) -> None:
        """Handle the signals that have no other handler. Only the main thread can do this."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in filter(None, (getattr(signal, name, None) for name in _SIGNALS)):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, self._interrupt)
                self._taken.append(number)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Handle the signals again, because the previous test may have replaced the handlers."""
        self._session = item.session
        self.take()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Report a test that is interrupted while its fixtures are set up."""
        try:
            yield
        except KeyboardInterrupt as error:
            self.ending = True
            if MARKER in getattr(item, "fixturenames", ()):
                tell(item, error, when="setup")
            raise

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Ignore further signals while an interrupted test is being reported."""
        try:
            yield
        except KeyboardInterrupt:
            self.ending = True
            raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Ignore further signals during the end of the run, also after Ctrl-C."""
        self.ending = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Exit with the status of the signal, even if it came during the end of the run."""
        self.ending = True
        yield
        if self._received is not None:
            session.exitstatus = _BY_SIGNAL + self._received

    def _interrupt(self, number: int, _: FrameType | None) -> None:
        __tracebackhide__ = True
        if os.getpid() != self._process:  # a forked process must end as usual
            _die(number)
        now = time.perf_counter()
        since, self._at = now - self._at, now
        first = self._received is None
        self._received = number
        if self.ending:
            if not first and since > _PATIENCE:  # the end itself hangs
                _die(number)
            return
        if since < _AT_ONCE:
            return
        if first:
            threading.Thread(target=self._insist, name="cerebras-signal", daemon=True).start()
        running = os.environ.get("PYTEST_CURRENT_TEST")
        reason = f"{signal.Signals(number).name} has ended the run"
        if self._session is not None:
            self._session.shouldstop = reason  # because a test may catch everything
        raise SignalError(f"{reason}, in {running}" if running else reason)

    def _insist(self) -> None:
        """Interrupt a test again if it still runs, because it may wait for a hanging thread."""
        main = threading.main_thread().ident or 0
        while hasattr(signal, "pthread_kill"):  # Windows has none
            _sleep(_PATIENCE)
            if self.ending or self._received is None:
                return
            signal.pthread_kill(main, self._received)

    def _give_back(self) -> None:
        self.ending = True
        for number in self._taken:
            if signal.getsignal(number) == self._interrupt:
                signal.signal(number, signal.SIG_DFL)


def _die(number: int) -> None:
    """End the process by a signal, as if there were no handler."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def of_run(config: pytest.Config) -> Termination:
    """Return the run's ``Termination``, registered at the first call."""
    found: Termination | None = config.pluginmanager.get_plugin(_PLUGIN)
    if found is None:
        found = Termination(config)
        config.pluginmanager.register(found, _PLUGIN)
    return found
