"""An engine with a clock and a lock, which the server, the in-process clients and tests share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from threading import RLock
from typing import Protocol, TypeAlias

from mockserver.api.contract.routes import ANY_VERSION, behind, meant
from mockserver.core.credentials import redacted
from mockserver.core.errors import MockServerError
from mockserver.core.messages import Request, Sender
from mockserver.engine import Engine
from mockserver.journal import Exchange, Journal, Retention
from mockserver.plan import Plan
from mockserver.scenario import (
    PortState,
    Rule,
    Scenario,
    injection,
    load,
    request_overrides,
)
from mockserver.scenario.loader import Loaded

from .budget import Budget
from .play.clock import Clock, Silence, StallError

_MOST_NAMED = 64  # at most this many of the scenarios named by requests are kept


@dataclass(frozen=True, slots=True)
class Overrides:
    """Settings that override the settings of a scenario; None keeps the scenario's value."""

    edition: str | None = None
    tier: str | None = None
    seed: int | None = None

    def applied_to(self, scenario: Scenario) -> Scenario:
        """Return the scenario with these settings."""
        return replace(
            scenario,
            edition=self.edition or scenario.edition,
            tier=self.tier or scenario.tier,
            seed=scenario.seed if self.seed is None else self.seed,
        )


class LiveEngine:
    """
    The engine that is answering now; safe to use from any thread.

    ``crashes`` are unexpected errors of the mock itself; the engine's owner raises them where a
    user sees them. ``stalled`` has a sentence on each stall that the clock has ended because the
    client has no time-out. If ``stalled`` is replaced by a new list, the answers that have already
    begun still add to the old list. ``followers`` are called when a scenario begins or time is
    skipped. ``sender_at`` maps a client's port on the loopback interface to the sender, and is None
    if senders can't be found. ``elsewhere`` returns the reason why a request does not come from the
    current test, or "" if the request may come from it. ``retention`` applies to the journals of
    scenarios that begin later. ``budget`` limits the number of requests. ``replica`` is the name of
    this mock among the mocks that share its state, or "" without shared state.
    """

    replica = ""

    def __init__(
        self,
        scenario: Scenario | str = "healthy",
        overrides: Overrides | None = None,
        *,
        clock: Clock | None = None,
        retention: Retention | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.retention = retention or Retention()
        self._lock = RLock()  # garbage collection may end a stream in a thread that holds the lock
        self.crashes: list[Exception] = []
        self.stalled: list[str] = []
        self.budget: Budget | None = None
        self.sender_at: Callable[[int], Sender | None] | None = None
        self.elsewhere: Callable[[Request], str] = lambda _: ""
        self.followers: list[Callable[[], None]] = []
        self._overrides = overrides or Overrides()
        self._named: dict[str, Engine] = {}
        self.play(scenario)

    @property
    def scenario(self) -> Scenario:
        """The scenario being played, with all settings resolved."""
        return self._engine.scenario

    @property
    def engine(self) -> Engine:
        """The engine that answers now."""
        return self._engine

    def now(self) -> float:
        """Return the time that limits and windows use, in seconds since the epoch."""
        return self.clock.now()

    @property
    def elapsed(self) -> float:
        """The seconds since the scenario was started."""
        return self.now() - self._engine.started

    @property
    def port(self) -> PortState:
        """The current state of the port."""
        return self.scenario.port.state(self.elapsed)

    @property
    def journal(self) -> Journal:
        """The journal of what has happened since the scenario was started."""
        return self._engine.journal

    def play(self, scenario: Scenario | str, overrides: Overrides | None = None) -> None:
        """
        Start a scenario from its beginning, with an empty journal and unused limits.

        Raises MockServerError when the scenario can't be found or read.
        """
        if overrides is not None:
            self._overrides = overrides
        found = load(scenario) if isinstance(scenario, str) else scenario
        settled = self._overrides.applied_to(found)
        journal = Journal(scale=self.clock.scale, retention=self.retention)
        engine = self.engine_of(settled, now=self.now(), journal=journal)
        with self._lock:
            self._engine = engine
            self._named = {}
            self.crashes.clear()
        for follow in self.followers:
            follow()

    def engine_of(
        self, scenario: Scenario, *, now: float, journal: Journal, named: str = ""
    ) -> Engine:
        """Return an engine for a scenario; ``named`` is its name in a request's header, or ""."""
        return Engine(scenario, now=now, journal=journal)

    def become_worker(self, number: int) -> None:
        """Run as one of several processes; ``number`` counts from 1."""
        # seeds differ so that no two workers answer with the same ids
        self.play(self.scenario, Overrides(seed=(self.scenario.seed or 0) + number - 1))

    def restart(self) -> None:
        """Play the same scenario from its beginning."""
        self.play(self.scenario)

    def change(self, found: Loaded) -> None:
        """Play another scenario that has been loaded. Raises MockServerError."""
        self.play(found.scenario)

    def inject_text(self, text: str) -> Rule:
        """Inject a rule in YAML or JSON and return it. Raises DocumentError."""
        rule = injection.rule_of(text, source="body")
        self.inject(rule)
        return rule

    def begin_part(self) -> None:
        """Begin another part of the test, whose requests are not retries of earlier requests."""
        with self._lock:
            self._engine.journal.begin_part()

    def advance(self, seconds: float) -> None:
        """Skip some seconds at once, as if they had passed for limits, windows and the port."""
        self.clock.advance(seconds)
        for follow in self.followers:
            follow()

    def inject(self, rule: Rule) -> None:
        """Try this rule before those of the scenario, until another scenario starts."""
        with self._lock:
            self._engine.inject(rule)

    def begin(self, request: Request) -> tuple[Engine, Exchange]:
        """Return the exchange to play, and the engine that must finish it."""
        with self._lock:
            now = self.now()
            request, asked = corrected(request)
            elsewhere = self.elsewhere(request)
            budget = None if elsewhere else self.budget
            engine, exchange = self._within(budget, request, now)
            exchange.from_elsewhere = elsewhere
            exchange.sent_path = asked
            return engine, exchange

    def status_page(self, request: Request, url: str) -> Plan:
        """
        Return the answer of the status page at ``url``, and record the request.

        While the port is out of order, the request is not recorded. The app may be looking at the
        page because its connections to the API fail, and those failures are not recorded either.
        """
        with self._lock:
            engine, now = self._engine, self.now()
            if self.port == "open" and not self.elsewhere(request):
                engine.journal.look_at_status(request, now)
        return engine.status_page(request, now=now, url=url)

    def _within(
        self, budget: Budget | None, request: Request, now: float
    ) -> tuple[Engine, Exchange]:
        """Answer a request, or refuse it if the budget is used up."""
        refusal = budget.refusal(request) if budget is not None else None
        if refusal is not None:
            exchange = self._engine.handle(request, now=now, rule=refusal)
            exchange.intervened = True
            return self._engine, exchange
        engine, rule = self._chosen(request, now)
        exchange = engine.handle(request, now=now, rule=rule)
        if budget is not None:
            budget.note(exchange)
        return engine, exchange

    def _chosen(self, request: Request, now: float) -> tuple[Engine, Rule | None]:
        """Return the engine that answers, and the rule in the request's headers, if any."""
        if request.headers.keys().isdisjoint(request_overrides.FIELDS):
            return self._engine, None
        try:
            return self._engine_for(request, now), request_overrides.rule_for(request.headers)
        except MockServerError as error:
            return self._engine, request_overrides.refusal(error)

    def _engine_for(self, request: Request, now: float) -> Engine:
        """
        Return the engine of the scenario that the request names.

        If the request names none, the current engine is returned.
        """
        named = request.headers.get(request_overrides.SCENARIO)
        if named is None:
            return self._engine
        if named not in self._named:
            scenario = self._overrides.applied_to(request_overrides.scenario_of(named))
            engine = self.engine_of(scenario, now=now, journal=self.journal, named=named)
            if len(self._named) == _MOST_NAMED:
                del self._named[next(iter(self._named))]
            self._named[named] = engine
        return self._named[named]

    def finish(self, engine: Engine, exchange: Exchange, *, client_left: bool = False) -> None:
        """Record that an exchange is over."""
        with self._lock:
            engine.finish(exchange, now=self.now(), client_left=client_left)

    def sharing(self) -> AbstractAsyncContextManager[None]:
        """Return the context in which the mock has to run; in it, replicas share their state."""
        return nullcontext()

    def ask(self, request: Request, begun: Begun) -> Waiting | None:
        """
        If the exchange has to wait for the store, begin it; otherwise do nothing and return None.

        Later, ``begun`` is called with the exchange that has begun, or with an error.
        """
        return None

    async def soon(self, request: Request) -> InFlight:
        """Begin an exchange, after waiting for the store if necessary."""
        return self.in_flight(request)

    def in_flight(self, request: Request) -> InFlight:
        """Begin an exchange; leaving the returned context finishes it."""
        return InFlight(self, *self.begin(request))


class Waiting(Protocol):
    """A request that waits for the store."""

    def cancel(self) -> object:
        """Record that the client has left, so that ``begun`` is not called."""


Begun: TypeAlias = Callable[["InFlight | Exception"], None]


def corrected(request: Request) -> tuple[Request, str]:
    """Return the request with its path corrected, and the original path ("" if it was correct)."""
    asked = behind(request.path) if request.path.startswith(ANY_VERSION) else None
    if asked is None:
        return request, ""
    path = meant(asked)
    return replace(request, path=path), redacted(asked) if asked != path else ""


class InFlight:
    """
    One answer that has begun; leaving the ``with`` block ends it.

    Any exception in the block, except StallError, means that the client left. This is not a
    generator, since a generator takes more memory, and there may be thousands of silent streams.
    """

    __slots__ = ("_engine", "_live", "_over", "_stalled", "exchange")

    def __init__(self, live: LiveEngine, engine: Engine, exchange: Exchange) -> None:
        self._live = live
        self._engine = engine
        self._over = False
        self._stalled = live.stalled
        self.exchange = exchange

    def __enter__(self) -> Exchange:
        return self.exchange

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self.end(client_left=error is not None and not issubclass(error, StallError))

    async def stall(self, port: int | None) -> None:
        """Hold the client at this port; None stands for a client in process. Raises StallError."""
        try:
            await self._live.clock.stall(Silence(port, self.exchange))
        except StallError as error:
            self._ended(error)
            raise

    def hold(self) -> None:
        """Hold the calling thread, which belongs to the client. Raises StallError."""
        try:
            self._live.clock.hold(Silence(None, self.exchange))
        except StallError as error:
            self._ended(error)
            raise

    def _ended(self, error: StallError) -> None:
        """Record that the mock, not the client, has closed the connection."""
        self.exchange.intervened = True
        if not self.exchange.from_elsewhere:
            told = error.told(self._engine.scenario.name, self.exchange.line())
            self._stalled.append(told)

    def end(self, *, client_left: bool = False) -> None:
        """Record that the answer is over; only the first call has an effect."""
        if not self._over:
            self._over = True
            self._live.finish(self._engine, self.exchange, client_left=client_left)
