"""The object that a test holds, and how the world is turned towards the mock meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockserver.edge.live import LiveEngine, Overrides
from mockserver.errors import UnknownNameError
from mockserver.journal import Call, Exchange
from mockserver.scenario import Scenario, load

from . import assertions, egress, options
from .plugin import MARKER
from .timing import timed

if TYPE_CHECKING:
    from .clock import Sleep, VirtualClock
    from .options import Settings

_KEY_NAME = "mock-0000000000000000"
REAL_URL = "https://api.cerebras.ai"


class CerebrasMock:
    """
    A mock of the Cerebras API.

    ``url`` is its base URL as the Cerebras SDK wants it (without ``/v1``).
    """

    def __init__(
        self,
        live: LiveEngine,
        url: str,
        settings: Settings,
        watch: egress.Watch,
        clock: VirtualClock | None = None,
    ) -> None:
        self._live = live
        self._settings = settings
        self._watch = watch
        self._clock = clock
        self.url = url

    def __repr__(self) -> str:
        return f"<CerebrasMock {self.url} playing {self.scenario.name!r}>"

    @property
    def api_key(self) -> str:
        """A key that the edition being played accepts."""
        return self._live.engine.edition.keys.sample(_KEY_NAME)

    @property
    def openai_url(self) -> str:
        """The base URL as OpenAI's SDK and everything built on it want it (with ``/v1``)."""
        return f"{self.url}/v1"

    @property
    def scenario(self) -> Scenario:
        """The scenario being played."""
        return self._live.scenario

    @property
    def live(self) -> LiveEngine:
        """The engine behind the mock."""
        return self._live

    def play(
        self,
        scenario: str | Path | Scenario,
        *,
        edition: str | None = None,
        tier: str | None = None,
        seed: int | None = None,
        **parameters: object,
    ) -> None:
        """
        Start a scenario: a shipped name, the path of a YAML file, or a ``Scenario``.

        ``parameters`` are values for those of the scenario: ``play("stream-cut", after_tokens=3)``.
        The journal and the limits start afresh. Raises MockServerError when it can't be read or
        has no such parameter.
        """
        if isinstance(scenario, Scenario):
            if parameters:
                raise UnknownNameError("parameter of a Scenario", next(iter(parameters)), ())
            found = scenario
        else:
            found = load(str(scenario), parameters)
        base = self._settings
        overrides = Overrides(
            edition or base.edition, tier or base.tier, base.seed if seed is None else seed
        )
        self._live.play(found, overrides)

    def reset(self) -> None:
        """Start the scenario again from its beginning."""
        self._live.play(self._live.scenario)

    @property
    def requests(self) -> Sequence[Exchange]:
        """Every request so far and what it was answered; warm-ups are not counted."""
        return self._live.journal.exchanges

    @property
    def calls(self) -> Sequence[Call]:
        """The logical calls: what the app asked for, each with all its attempts."""
        return self._live.journal.calls

    @property
    def sleeps(self) -> Sequence[Sleep]:
        """What slept under the virtual clock: how long, when, by what, in which thread."""
        return self._virtual_clock().sleeps

    @property
    def waits(self) -> list[float]:
        """The seconds of each sleep of the app under the virtual clock, in order."""
        return [sleep.seconds for sleep in self.sleeps]

    def advance(self, seconds: float) -> None:
        """
        Let so many seconds pass at once, for the app and the mock, under the virtual clock.

        Raises RuntimeError under another clock.
        """
        self._virtual_clock().advance(seconds)

    def _virtual_clock(self) -> VirtualClock:
        if self._clock is None:
            raise RuntimeError(
                "this needs the virtual clock: pytest --cerebras-clock virtual, or "
                '@pytest.mark.cerebras_mock(clock="virtual")'
            )
        return self._clock

    def env(self) -> dict[str, str]:
        """
        Return the variables that point an app in another process at the mock.

        Raises RuntimeError in respx mode, where there is nothing that another process could reach.
        """
        if self.url == REAL_URL:
            raise RuntimeError(
                "cerebras_mock.env() is for other processes, and respx mode has no server for "
                "them: run this test in server mode"
            )
        return self.variables()

    def variables(self) -> dict[str, str]:
        """Return the variables that the environment has while the mock is active."""
        return {
            "CEREBRAS_API_KEY": self.api_key,
            "CEREBRAS_BASE_URL": self.url,
            "CEREBRAS_API_BASE": self.openai_url,
            "OPENAI_API_KEY": self.api_key,
            "OPENAI_BASE_URL": self.openai_url,
            **self._watch.variables(),
        }

    def assert_requests(self, count: int) -> None:
        """Assert that the app sent so many requests, retries included."""
        __tracebackhide__ = True
        assertions.requests(self._live.journal, count)

    def assert_waited(self, at_least: float | None = None) -> None:
        """
        Assert that each retry came no earlier than its ``Retry-After`` said.

        With ``at_least``, in seconds: that some retry waited at least so long.
        """
        __tracebackhide__ = True
        assertions.waited(self._live.journal, at_least)

    def assert_not_retried(self) -> None:
        """Assert that no call took more than one attempt."""
        __tracebackhide__ = True
        assertions.not_retried(self._live.journal)

    def assert_no_errors(self) -> None:
        """Assert that every request was answered in full, without an error."""
        __tracebackhide__ = True
        assertions.no_errors(self._live.journal)


@contextmanager
def activated(request: pytest.FixtureRequest) -> Iterator[CerebrasMock]:
    """Turn the world towards a mock for the duration of one test."""
    marker = request.node.get_closest_marker(MARKER)
    settings = options.resolved_for_test(request.config, marker)
    if hasattr(request, "param"):  # a cell of the chaos matrix
        settings = replace(settings, scenario=request.param)
    with ExitStack() as stack:
        if settings.mode == "respx":
            from .inprocess import intercepted

            server = None
            live = LiveEngine()
            stack.enter_context(intercepted(live))
            url = REAL_URL
        else:
            server = request.getfixturevalue("cerebras_mock_server")
            live, url = server.live, server.url
        clock = stack.enter_context(timed(live, settings, server))
        live.play(settings.loaded(), settings.overrides())
        watch = stack.enter_context(egress.guarded(mode=settings.mode, others=settings.others))
        mock = CerebrasMock(live, url, settings, watch, clock)
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in mock.variables().items():
            environment.setenv(name, value)
        yield mock
        _note_retired(request, mock)
        if live.crashes:
            raise live.crashes[0]
        if escapes := dict.fromkeys(watch.escapes):
            pytest.fail("\n".join(escapes), pytrace=False)


def _note_retired(request: pytest.FixtureRequest, mock: CerebrasMock) -> None:
    from mockserver.diagnosis import retirements

    for sentence in retirements(mock.live.journal, mock.live.engine.edition):
        request.node.user_properties.append(("cerebras_retired_model", sentence))
