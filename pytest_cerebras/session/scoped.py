"""
Mocks for fixtures that outlive a test: fixtures of a class, a module or the session.

Each mock has its own server, so that mocks don't disturb each other. Mocks may be closed in any
order, because pytest may tear down a module before the fixtures that were set up in it. So all open
mocks share the egress guard and the changes to the environment. The last mock to close undoes both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from os import environ
from pathlib import Path
from typing import Any

import pytest

from mockserver.core.errors import MockServerError
from mockserver.edge.live import Overrides
from mockserver.edge.server.threaded import ThreadedServer
from mockserver.engine import Engine
from mockserver.faults import Fault
from mockserver.journal import Journal
from mockserver.scenario import Match, Scenario, injection
from pytest_cerebras import egress
from pytest_cerebras.settings import options
from pytest_cerebras.settings.options import Settings

from .asserting import Asserting
from .base_urls import base_urls
from .mock_session import is_active
from .rounds import found
from .serving import resting, serving
from .side_effects import SideEffects

_TOO_LATE = (
    "make_cerebras_mock is for fixtures that are set up before cerebras_mock; here, use "
    "cerebras_mock.play()"
)


class ScopedMock(Asserting):
    """
    A mock that no test resets.

    ``url`` is the base URL that the Cerebras SDK expects (without ``/v1``). ``live`` answers the
    requests. The mock runs in real time, and its clients are not judged.
    """

    def __init__(self, server: ThreadedServer, settings: Settings) -> None:
        self._settings = settings
        self.live = server.live
        self.url = server.url
        self.side_effects = SideEffects(self.live.clock.now, lambda: None)
        self._base_urls = base_urls(server.url, environ)

    @property
    def engine(self) -> Engine:
        """The engine that plays the scenario and keeps its journal."""
        return self.live.engine

    def _looked_at(self) -> Journal:
        return self.live.journal.own()

    def play(self, scenario: str | Path | Scenario, **parameters: object) -> None:
        """
        Start a scenario: a shipped name, the path of a YAML file, or a ``Scenario``.

        Raises MockServerError if the scenario can't be read or does not have one of the parameters.
        """
        __tracebackhide__ = True
        one = self._settings
        try:
            self.live.play(found(scenario, parameters), Overrides(one.edition, one.tier, one.seed))
        except MockServerError as error:
            raise error.with_traceback(None) from None  # the message is sufficient
        self.side_effects.clear()

    def inject(
        self,
        fault: Fault | Mapping[str, Any],
        *,
        times: int | None = None,
        match: Match | Mapping[str, Any] | None = None,
    ) -> None:
        """Inject a fault into the next requests; see ``CerebrasMock.inject``."""
        __tracebackhide__ = True
        try:
            self.live.inject(injection.injected(fault, times=times, match=match))
        except MockServerError as error:
            raise error.with_traceback(None) from None

    def reset(self) -> None:
        """Restart the scenario from its beginning and drop all injected faults."""
        self.live.play(self.scenario)
        self.side_effects.clear()

    def env(self) -> dict[str, str]:
        """Return variables that point an app to the mock. They are set until the mock closes."""
        key = self.api_key
        return {"CEREBRAS_API_KEY": key, "OPENAI_API_KEY": key, **self._base_urls}


class MockMaker:
    """Makes the scoped mocks of one run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._open: list[ScopedMock] = []
        self._around = ExitStack()
        self._reported: list[str] = []

    def __call__(
        self, scenario: str | Path | Scenario | None = None, **parameters: object
    ) -> AbstractContextManager[ScopedMock]:
        """
        Return a context manager that opens a mock, and points environment variables to it.

        The mock plays the scenario of the run's settings, unless another is given. Raises
        MockServerError if the scenario can't be read. Fails the caller if a test's mock is active.
        At the end of the block, fails the caller if a client stalled without a time-out, or if the
        guard stopped a request.
        """
        __tracebackhide__ = True
        if is_active():
            pytest.fail(_TOO_LATE, pytrace=False)
        try:
            named = None if scenario is None else found(scenario, parameters)
        except MockServerError as error:
            raise error.with_traceback(None) from None
        return self._made(named)

    @contextmanager
    def _made(self, scenario: Scenario | None) -> Iterator[ScopedMock]:
        settings = options.resolve(self._config)
        with serving(lambda: resting(self._config), in_either_mode=True) as server:
            mock = ScopedMock(server, settings)
            if scenario is not None:
                mock.play(scenario)
            self._turn_to(mock, settings.others)
            try:
                yield mock
            finally:
                self._turn_from(mock)
            if server.live.crashes:
                raise server.live.crashes[0]
            if wrong := [*self._unreported(), *server.live.stalled[:1]]:
                pytest.fail("\n".join(wrong), pytrace=False)

    def _turn_to(self, mock: ScopedMock, others: str) -> None:
        if not self._open:
            self._guard_log = self._around.enter_context(egress.guarded(others=others))
            self._environment = self._around.enter_context(pytest.MonkeyPatch.context())
            self._set(self._guard_log.variables())
        self._open.append(mock)
        self._set(mock.env())

    def _turn_from(self, mock: ScopedMock) -> None:
        self._open.remove(mock)
        if self._open:
            self._set(self._open[-1].env())
        else:
            self._around.close()

    def _set(self, variables: Mapping[str, str]) -> None:
        for name, value in variables.items():
            self._environment.setenv(name, value)

    def _unreported(self) -> list[str]:
        """Return the stopped requests that have not been returned before."""
        stopped = dict.fromkeys(self._guard_log.stopped)
        new = [one for one in stopped if one not in self._reported]
        self._reported += new
        return new
