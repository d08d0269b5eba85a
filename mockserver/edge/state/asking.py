"""A request that gets its number, its trials and its tokens from the store."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from mockserver.api.contract.problem import RefusalError
from mockserver.core.messages import Request
from mockserver.edge.live import Begun, InFlight, corrected
from mockserver.engine import Engine
from mockserver.engine.mirror import Given, Mirror
from mockserver.engine.needs import Needs, Taken
from mockserver.journal import Exchange, Ongoing, asked_of
from mockserver.scenario import Decision, Rule, RuleAction
from mockserver.scenario.model import START

from .store import Answer, Store

_LOST = Decision(Rule("the mock's store is lost"), RuleAction())


class Sharing(Protocol):
    """
    The replica that has received a request.

    ``asking`` has the requests that wait for the store. ``failing`` has the failed exchanges that
    are not over yet.
    """

    store: Store
    asking: set[Asking]
    failing: set[Exchange]
    run: int
    version: int

    @property
    def able(self) -> bool:
        """Whether requests can be sent to the store now."""
        ...

    @property
    def kept(self) -> int:
        """How many of the latest exchanges are searched for the previous attempt of a retry."""
        ...

    def now(self) -> float:
        """Return the store's time."""
        ...

    def needs_of(self, request: Request) -> tuple[Engine, Needs]:
        """Return the engine that answers, and what the engine needs from the store."""
        ...

    def renew(self, asking: Asking) -> None:
        """Get the current scenario from the store, then begin the request again."""
        ...

    def began(self, engine: Engine, exchange: Exchange, now: float) -> InFlight:
        """Begin an exchange that the store has counted."""
        ...

    def alone(self, request: Request) -> InFlight | None:
        """Begin an exchange without the store; return None if that is not allowed."""
        ...

    def refused(self, engine: Engine, exchange: Exchange) -> InFlight:
        """Begin an exchange that the store could not count."""
        ...


class Asking:
    """
    One request that waits for the store; ``begun`` gets the exchange.

    If the client leaves meanwhile, the exchange is recorded and ended immediately.
    """

    __slots__ = ("_begun", "_engine", "_left", "_live", "_needs", "_over", "_request", "_sent_path",
                 "_serial")  # fmt: skip

    def __init__(self, live: Sharing, request: Request, begun: Begun) -> None:
        self._live = live
        self._request, self._sent_path = corrected(request)
        self._begun = begun
        self._left = self._over = False
        self._serial = 0

    def cancel(self) -> None:
        """Record that the client has left."""
        self._left = True

    def begin(self) -> None:
        """Send the request to the store; call this again after a change of the scenario."""
        if self._over:
            return
        self._engine, self._needs = self._live.needs_of(self._request)
        self._live.asking.add(self)
        if self._live.able:
            self._ask(1, ())
        else:
            # later, because this call must return to its caller first
            asyncio.get_running_loop().call_soon(self.lost)

    def lost(self) -> None:
        """
        Answer without the store.

        Anything that the store later takes for this request is given back.
        """
        live, needs = self._live, self._needs
        live.asking.discard(self)
        if self._over:
            return
        self._over = True
        live.store.give_up(self._serial, self._late)
        in_flight = live.alone(self._request)
        if in_flight is None:
            call, why = Ongoing(asked_of(needs.noted)), RefusalError("mock_state_lost")
            taken = Taken(0, call, _LOST, None, why)
            exchange = self._engine.decide(needs, taken, now=live.now())
            in_flight = live.refused(self._engine, exchange)
        self._tell(in_flight)

    def _ask(self, attempt: int, blocks: Any) -> None:
        mirror = self._mirror
        counts, asked, *rest = mirror.asks(self._needs, attempt)
        live = self._live
        mirror.epoch = live.run
        self._serial = live.store.call(
            "take",
            (live.run, live.version, mirror.scope, START, counts, live.kept, asked, *rest, blocks),
            self._answered,
        )

    @property
    def _mirror(self) -> Mirror:
        mirror = self._engine.memory
        assert isinstance(mirror, Mirror)  # noqa: S101 (shared engines have mirrors)
        return mirror

    def _answered(self, answer: Answer) -> None:
        kind = answer[0]
        if kind == b"attempt":
            self._ask(answer[1], ())
        elif kind == b"need":
            block = self._mirror.block
            self._ask(
                self._needs.view.attempt,
                [(name, block(name.decode(), at, answer[2])) for name, at in answer[1]],
            )
        elif kind == b"ok":
            self._live.asking.discard(self)
            self._decide(Given.read(answer[1:]))
        elif kind == b"error":
            self.lost()
        else:
            self._live.renew(self)

    def _decide(self, given: Given) -> None:
        live = self._live
        try:
            in_flight = self._decided(given)
        except Exception as error:  # noqa: BLE001 (``begun`` raises or reports it)
            self._over = True
            if not self._left:
                self._begun(error)
            return
        if in_flight.exchange in live.failing:
            # the store is told before the answer begins, since a retry may go to another replica
            values = self._mirror.epoch, in_flight.exchange.number, live.kept
            live.store.call("fail", values, lambda _: self._tell(in_flight))
        else:
            self._tell(in_flight)

    def _decided(self, given: Given) -> InFlight:
        engine, needs, mirror = self._engine, self._needs, self._mirror
        if mirror.scope:
            engine.started = given.started
        exchange = engine.decide(needs, mirror.taken(needs, given), now=given.now)
        exchange.sent_path = self._sent_path
        return self._live.began(engine, exchange, given.now)

    def _tell(self, in_flight: InFlight) -> None:
        self._over = True
        if self._left:
            in_flight.end(client_left=True)
        else:
            self._begun(in_flight)

    def _late(self, answer: Answer) -> None:
        """Give back what the store has taken for a request that was answered without the store."""
        if answer[0] == b"ok":
            self._decided(Given.read(answer[1:])).end(client_left=True)
