"""A mock that shares its limits, schedules and state with other replicas."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Any, Literal, TypeAlias

import msgpack
from redis.exceptions import RedisError

from mockserver.core.errors import MockServerError
from mockserver.core.messages import Request
from mockserver.core.units import LONGEST
from mockserver.edge.live import Begun, InFlight, LiveEngine, Overrides, Waiting
from mockserver.engine import Engine
from mockserver.engine.mirror import Mirror
from mockserver.engine.needs import Needs
from mockserver.journal import Exchange, Journal, Retention
from mockserver.scenario import Rule, Scenario, injection
from mockserver.scenario.loader import Loaded

from .address import StoreAddress
from .asking import Asking
from .definition import Definition, UnsharedError, defined, understood
from .store import Answer, Store, into

_log = logging.getLogger("mockserver")
WhenLost: TypeAlias = Literal["refuse", "alone"]
# seconds until a silent replica counts as gone, and seconds between a replica's heartbeats
LEASE, _BEAT = 5.0, 1.0
PATIENCE = 10.0  # seconds that a request waits for the store after the store is lost


class LostError(MockServerError):
    """The store can't be reached."""

    exit_status = 1


class SharedLive(LiveEngine):
    """
    The engine of one of several replicas, which together are one mock.

    The store holds the current scenario; a replica that was started with another scenario plays the
    one in the store. While the store can't be reached, ``lost`` decides whether requests are
    refused or the replica continues alone. Raises UnsharedError if other replicas could not read
    the scenario.
    """

    def __init__(
        self,
        found: Loaded,
        overrides: Overrides,
        address: StoreAddress,
        *,
        lost: WhenLost = "refuse",
        retention: Retention | None = None,
        replica: str,
    ) -> None:
        self.store = Store(address, replica)
        self.store.changed = self._store_changed
        self.replica = replica
        self.asking: set[Asking] = set()
        self.failing: set[Exchange] = set()
        self.run, self.version = 0, 0
        self._own = self._playing = defined(found, overrides)
        self._injected: list[bytes] = []
        self._offset = 0.0
        self._running = 0
        self._unable = ""
        self._waiting: list[Asking] = []
        self._lost = lost
        self._shared: Engine | None = None  # the shared engine, while this replica is alone
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        super().__init__(found.scenario, overrides, retention=retention)

    @property
    def kept(self) -> int:
        """How many of the latest exchanges are searched for the previous attempt of a retry."""
        return self.retention.exchanges

    @property
    def able(self) -> bool:
        """Whether requests can be sent to the store now."""
        return self.store.up and not self.store.full and not self._unable

    def become_worker(self, number: int) -> None:
        """Run as one of several processes, each a replica; ``number`` counts from 1."""
        self.replica = self.store.replica = f"{self.replica}.{number}"

    def now(self) -> float:
        """Return the store's time, which is the same for all replicas."""
        return super().now() + self._offset

    def engine_of(
        self, scenario: Scenario, *, now: float, journal: Journal, named: str = ""
    ) -> Engine:
        """Return an engine whose memory is in the store."""
        engine = Engine(scenario, now=now, journal=journal, memory=Mirror)
        if named:
            assert isinstance(engine.memory, Mirror)  # noqa: S101 (the engine was made with it)
            engine.memory.scope = blake2b(named.encode(), digest_size=8).hexdigest()
        return engine

    # ------------------------------------------------------------ coming and going
    @asynccontextmanager
    async def sharing(self) -> AsyncIterator[None]:
        """Join the other replicas, and leave them at the end. Raises LostError or UnsharedError."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        beating = None
        try:
            await self._begin_sharing()
            beating = self._loop.create_task(self._beat())
            yield
        finally:
            if beating is not None:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
            if self.store.up:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.store.ask("leave"), _BEAT)
            await self.store.close()

    async def _begin_sharing(self) -> None:
        try:
            await self.store.connect()
            answer = await asyncio.wait_for(self._join(new=True), PATIENCE)
        except (OSError, RedisError) as error:
            silent = "it does not answer" + ", or not with TLS" * self.store.address.tls
            reason = str(error) or silent
            raise LostError(f"cannot reach the store at {self.store.address}: {reason}") from error
        if answer[0] != b"ok":
            raise LostError(f"the store at {self.store.address} does not run the mock's script")
        self._adopt(answer)
        if self._unable:
            raise UnsharedError(self._unable)
        if self._playing.text != self._own.text:
            _log.warning(
                "this replica plays %r, like the other replicas at %s, and not %r as given here",
                self._playing.scenario.name, self.store.address, self._own.scenario.name,
            )  # fmt: skip

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT)
            if self.store.up:
                answer = await self.store.ask("beat", LEASE, self._running)
                if answer[0] != b"ok" or (answer[1], answer[2]) != (self.run, self.version):
                    self._adopt(await self._join())
                else:
                    self._set_clock(answer)

    async def _join(self, *, new: bool = False) -> Answer:
        injected = msgpack.packb(self._injected, use_bin_type=False)
        mine = self.run, self.version, self._playing.text, injected
        return await self.store.ask("join", LEASE, *mine, new)

    def renew(self, asking: Asking) -> None:
        """Get the current scenario from the store, then begin the request again."""
        self._waiting.append(asking)
        if len(self._waiting) == 1:
            injected = msgpack.packb(self._injected, use_bin_type=False)
            mine = self.run, self.version, self._playing.text, injected
            self.store.call("join", (LEASE, *mine, False), self._renewed)

    def _renewed(self, answer: Answer) -> None:
        waiting, self._waiting = self._waiting, []
        self._adopt(answer)
        for asking in waiting:
            if answer[0] == b"ok":
                asking.begin()
            else:
                asking.lost()

    def _adopt(self, answer: Answer) -> None:
        """Play the store's scenario; if that is impossible, this replica refuses all requests."""
        if answer[0] != b"ok":
            return  # the store has logged why
        _, run, version, text, injected, started, _ = answer
        texts: list[bytes] = msgpack.unpackb(injected, raw=True)
        try:
            if run != self.run:
                self._play_shared(understood(text.decode()), run, float(started), answer)
            for rule in texts[len(self._injected) :]:
                super().inject(injection.rule_of(rule.decode(), source="injected elsewhere"))
        except MockServerError as error:
            self._unable = f"{error}"
            _log.error("%s; this replica answers 503 until another scenario is played", error)
        self.run, self.version, self._injected = run, version, texts

    def _play_shared(self, playing: Definition, run: int, started: float, answer: Answer) -> None:
        before = self._playing if self.run else None
        self._set_clock(answer)
        self._injected, self._unable, self._running = [], "", 0
        super().play(playing.scenario, playing.overrides)
        self._playing = playing
        self._engine.started = started
        if before is not None and playing.text != before.text:
            _log.info("scenario %r begins", playing.scenario.name)

    def _set_clock(self, answer: Answer) -> None:
        self._offset = float(answer[6]) - self.clock.now()

    # ------------------------------------------------------------ requests
    def ask(self, request: Request, begun: Begun) -> Waiting | None:
        """Send the request to the store; None while this replica is alone."""
        if self._shared is not None:
            return None
        asking = Asking(self, request, begun)
        asking.begin()
        return asking

    async def soon(self, request: Request) -> InFlight:
        """Send the request to the store, and wait for the answer."""
        got: asyncio.Future[InFlight | Exception] = asyncio.get_running_loop().create_future()
        waiting = self.ask(request, into(got))
        if waiting is None:
            return self.in_flight(request)
        try:
            found = await got
        except asyncio.CancelledError:
            waiting.cancel()
            raise
        if isinstance(found, Exception):
            raise found
        return found

    def needs_of(self, request: Request) -> tuple[Engine, Needs]:
        """Return the engine that answers, and what the engine needs from the store."""
        with self._lock:
            engine, rule = self._chosen(request, self.now())
            return engine, engine.needs(request, rule)

    def began(self, engine: Engine, exchange: Exchange, now: float) -> InFlight:
        """Begin an exchange that the store has counted, at the store's time ``now``."""
        self._offset = now - self.clock.now()
        self._running += exchange.admitted
        if exchange.failed and exchange.number:
            self.failing.add(exchange)
        return InFlight(self, engine, exchange)

    def refused(self, engine: Engine, exchange: Exchange) -> InFlight:
        """Begin an exchange that the store could not count."""
        return InFlight(self, engine, exchange)

    def alone(self, request: Request) -> InFlight | None:
        """Begin an exchange without the store; return None if that is not allowed."""
        return None if self._shared is None else self.in_flight(request)

    def finish(self, engine: Engine, exchange: Exchange, *, client_left: bool = False) -> None:
        """Record here and in the store that an exchange is over."""
        if threading.get_ident() != self._thread and self._loop is not None:
            # garbage collection may end a stream in any thread
            self._loop.call_soon_threadsafe(
                partial(self.finish, engine, exchange, client_left=client_left)
            )
            return
        mirror = engine.memory
        if not isinstance(mirror, Mirror):
            super().finish(engine, exchange, client_left=client_left)
            return
        failed = exchange in self.failing
        quota: Any = mirror.settles(exchange) if exchange.admitted else (False, 0, 0, 0)
        with self._lock:
            now = max(exchange.at, self.now())
            engine.finish(exchange, now=now, client_left=client_left)
        self.failing.discard(exchange)
        if mirror.epoch == self.run:
            self._running -= exchange.admitted
        if (failed or exchange.admitted) and not self.store.full:
            values = (mirror.epoch, exchange.number, self.kept, failed, mirror.scope, *quota)
            self.store.call("finish", values, lambda _: None)

    # ------------------------------------------------------------ losing the store
    def _store_changed(self) -> None:
        if self.store.up:
            if self._shared is not None:
                self._engine, self._shared = self._shared, None
                _log.warning("replica %s shares its state again", self.replica)
        elif self._lost == "alone":
            self._go_alone()
        elif self._loop is not None:
            self._loop.call_later(PATIENCE, self._give_up)

    def _give_up(self) -> None:
        if not self.store.up:
            for asking in list(self.asking):
                asking.lost()

    def _go_alone(self) -> None:
        """Answer with an engine that is not shared, until the store is back."""
        if self._shared is not None:
            return
        scenario = self.scenario
        # so that its ids differ from those of the other replicas
        seed = int.from_bytes(blake2b(self.replica.encode(), digest_size=4).digest(), "big")
        scenario = replace(scenario, seed=(scenario.seed or 0) ^ seed)
        with self._lock:
            self._shared = self._engine
            self._engine = Engine(scenario, now=self.now(), journal=self.journal)
            self._named = {}
        _log.warning("replica %s continues alone, with separate limits and state", self.replica)
        for asking in list(self.asking):
            asking.lost()

    # ------------------------------------------------------------ what users change
    def restart(self) -> None:
        """Play the same scenario from its beginning, in all replicas. Raises LostError."""
        self._publish("play", self._playing.text)

    def change(self, found: Loaded) -> None:
        """Play another scenario in all replicas. Raises MockServerError."""
        definition = defined(found, self._overrides)
        Engine(definition.settled, now=self.now())  # raises if the scenario is wrong
        self._publish("play", definition.text)

    def inject_text(self, text: str) -> Rule:
        """Inject a rule in all replicas, and return it. Raises DocumentError or LostError."""
        rule = injection.rule_of(text, source="body")
        self._publish("inject", text)
        return rule

    def advance(self, seconds: float) -> None:
        """Skip time in all replicas. Raises LostError, or ValueError for too many seconds."""
        if self._publish("advance", seconds, LONGEST)[0] != b"ok":
            raise ValueError("should leave the clock at most 36500d ahead")
        for follow in self.followers:
            follow()

    def _publish(self, operation: str, *values: Any) -> Answer:
        """Change something in all replicas; must not be called in the loop's thread."""
        if not self.store.up or self._loop is None:
            raise LostError(
                "the store can't be reached, so nothing can be changed for all replicas"
            )

        async def published() -> Answer:
            answer = await asyncio.wait_for(self.store.ask(operation, *values), PATIENCE)
            if answer[0] == b"ok":
                self._adopt(answer)
                self._set_clock(answer)
            return answer

        try:
            return asyncio.run_coroutine_threadsafe(published(), self._loop).result()
        except TimeoutError:
            raise LostError("the store does not answer") from None
